"""Which words, numbers, strings and signs is the text made of?"""

import re
from dataclasses import dataclass
from typing import Literal, cast

from bot.sandbox.orgs.soql.errors import malformed, unexpected

Kind = Literal["datetime", "date", "number", "name", "string", "operator", "sign", "end"]

_TOKEN = re.compile(
    r"""
      (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[Zz]|[+-]\d\d:?\d\d))
    | (?P<date>\d{4}-\d\d-\d\d)
    | (?P<number>[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<operator><=|>=|!=|<>|=|<|>)
    | (?P<sign>[(),.:])
    """,
    re.VERBOSE | re.DOTALL,
)
_SPACE = re.compile(r"\s*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"} | {c: c for c in "\\'\""}
_ESCAPES |= {letter.upper(): _ESCAPES[letter] for letter in "nrtbf"}
_ESCAPED = re.compile(r"\\(.)|([^\\])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """One piece; strings keep their escapes and lose their quotes."""

    kind: Kind
    text: str
    at: int

    @property
    def upper(self) -> str:
        """The name in capitals, empty for anything that is no name."""
        return self.text.upper() if self.kind == "name" else ""


def tokenize(text: str) -> tuple[Token, ...]:
    """All tokens, an "end" token last. Raises SoqlError for what is no token."""
    tokens = []
    at = _skip_space(text, 0)
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise unexpected(text[at])
        kind = cast("Kind", match.lastgroup)
        piece = match.group()
        tokens.append(Token(kind, piece[1:-1] if kind == "string" else piece, at))
        at = _skip_space(text, match.end())
    return (*tokens, Token("end", "", len(text)))


def _skip_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def unescape(raw: str) -> str:
    """What a quoted string means outside LIKE. Raises SoqlError for an unknown escape."""
    return "".join(escape or plain for escape, plain in pieces(raw, wildcards=False))


def pieces(raw: str, *, wildcards: bool) -> list[tuple[str, str]]:
    r"""The characters as (escaped, plain) pairs, one of the two empty.

    With wildcards, \% and \_ are escapes too: LIKE needs to know them from % and _.
    """
    found = []
    for match in _ESCAPED.finditer(raw):
        escape, plain = match.groups()
        if escape is None:
            found.append(("", plain))
        elif escape in _ESCAPES:
            found.append((_ESCAPES[escape], ""))
        elif wildcards and escape in "%_":
            found.append((escape, ""))
        else:
            raise malformed(f"Invalid string literal: illegal character sequence '\\{escape}'")
    return found
