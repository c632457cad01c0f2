"""Where is the parser in the tokens, and what is the next one?"""

from bot.sandbox.orgs.soql.errors import unexpected
from bot.sandbox.orgs.soql.syntax import Aggregate, Path, Target
from bot.sandbox.orgs.soql.tokens import Token, tokenize

FUNCTIONS = frozenset({"COUNT", "COUNT_DISTINCT", "MAX", "MIN"})


class Reader:
    """A position in the tokens; names are compared in any case."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = tokenize(text)
        self._at = 0

    @property
    def token(self) -> Token:
        """The next token, not taken yet."""
        return self._tokens[self._at]

    def peek(self, ahead: int = 1) -> Token:
        """A token further on; the end stays the end."""
        return self._tokens[min(self._at + ahead, len(self._tokens) - 1)]

    def take(self) -> Token:
        """The next token, taken."""
        token = self.token
        if token.kind != "end":
            self._at += 1
        return token

    def accept(self, *words: str) -> bool:
        """Take these words or this sign if they all come next, else nothing."""
        for ahead, word in enumerate(words):
            token = self.peek(ahead)
            if token.kind not in {"name", "sign"} or token.text.upper() != word:
                return False
        self._at += len(words)
        return True

    def expect(self, word: str) -> None:
        """Take this word or sign. Raises SoqlError when another comes."""
        if not self.accept(word):
            raise unexpected(self.token.text)

    def name(self) -> Token:
        """Take a name. Raises SoqlError when there is none."""
        if self.token.kind != "name":
            raise unexpected(self.token.text)
        return self.take()

    def number(self) -> int:
        """Take a whole number of at least 0."""
        token = self.take()
        if token.kind != "number" or not token.text.isdecimal():
            raise unexpected(token.text)
        return int(token.text)

    def path(self) -> Path:
        """Take a dotted path."""
        first = self.name()
        parts = [first.text]
        while self.accept("."):
            parts.append(self.name().text)
        return Path(tuple(parts), first.at)

    def target(self) -> Target:
        """Take a path or an aggregate of one; COUNT() alone has no path."""
        at = self.token.at
        if self.peek().text != "(" or self.peek().kind != "sign":
            return self.path()
        function = self.name().text.upper()
        if function not in FUNCTIONS:
            raise unexpected("(")
        self.expect("(")
        if function == "COUNT" and self.accept(")"):
            return Aggregate(function, None, at)
        path = self.path()
        self.expect(")")
        return Aggregate(function, path, at)
