"""How are WHERE and HAVING read?

AND and OR do not mix without parentheses; a semi-join stands on one level, at most twice, and
never under OR or NOT.
"""

from collections.abc import Callable
from datetime import date, datetime

from bot.sandbox.orgs.soql.errors import malformed, unexpected
from bot.sandbox.orgs.soql.reader import Reader
from bot.sandbox.orgs.soql.spans import is_counted_span, is_span
from bot.sandbox.orgs.soql.syntax import (
    And,
    Comparison,
    Condition,
    Membership,
    Not,
    Or,
    Path,
    Query,
    SemiJoin,
    Span,
    Target,
    Text,
    Value,
)
from bot.sandbox.orgs.soql.tokens import Token, pieces

_WORDS = {"NULL": None, "TRUE": True, "FALSE": False}
_DEEPEST = 100

Inner = Callable[[Reader], Query]


def read_condition(reader: Reader, inner: Inner | None) -> Condition:
    """Read a whole condition; `inner` reads a sub-query, None where none may stand."""
    condition = _Conditions(reader, inner).chain(0)
    _check_semi_joins(condition)
    return condition


class _Conditions:
    def __init__(self, reader: Reader, inner: Inner | None) -> None:
        self._reader = reader
        self._inner = inner

    def chain(self, depth: int) -> Condition:
        """One term, or several with the same word between them."""
        if depth > _DEEPEST:
            raise malformed("Query is too complicated: too many nested parentheses")
        parts = [self._term(depth)]
        word = self._reader.token.upper
        if word not in {"AND", "OR"}:
            return parts[0]
        while self._reader.accept(word):
            parts.append(self._term(depth))
        if self._reader.token.upper in {"AND", "OR"}:
            raise unexpected(self._reader.token.text)
        return And(tuple(parts)) if word == "AND" else Or(tuple(parts))

    def _term(self, depth: int) -> Condition:
        if self._reader.accept("NOT"):
            if depth > _DEEPEST:
                raise malformed("Query is too complicated: too many nested NOT operators")
            return Not(self._term(depth + 1))
        if self._reader.accept("("):
            inside = self.chain(depth + 1)
            self._reader.expect(")")
            return inside
        return self._test(self._reader.target())

    def _test(self, left: Target) -> Condition:
        token = self._reader.take()
        if token.kind == "operator":
            operator = "!=" if token.text == "<>" else token.text
            return Comparison(left, operator, self._value(), token.at)
        if token.upper == "LIKE":
            return Comparison(left, "LIKE", self._value(wildcards=True), token.at)
        if token.upper == "IN":
            return self._in(left, token, negated=False)
        if token.upper == "NOT":
            self._reader.expect("IN")
            return self._in(left, token, negated=True)
        raise unexpected(token.text)

    def _in(self, left: Target, token: Token, *, negated: bool) -> Condition:
        self._reader.expect("(")
        if self._reader.token.upper == "SELECT":
            if self._inner is None:
                raise malformed("Nesting of semi join sub-selects is not supported")
            if not isinstance(left, Path):
                raise unexpected("SELECT")
            query = self._inner(self._reader)
            self._reader.expect(")")
            return SemiJoin(left, negated, query, token.at)
        values = [self._value()]
        while self._reader.accept(","):
            values.append(self._value())
        self._reader.expect(")")
        return Membership(left, negated, tuple(values), token.at)

    def _value(self, *, wildcards: bool = False) -> Value:
        token = self._reader.take()
        match token.kind:
            case "string":
                pieces(token.text, wildcards=wildcards)  # refuses what is no escape
                return Text(token.text)
            case "number":
                return int(token.text) if token.text.lstrip("+-").isdecimal() else float(token.text)
            case "date" | "datetime":
                return _moment(token)
            case "name" if token.upper in _WORDS:
                return _WORDS[token.upper]
            case "name" if is_span(token.upper):
                return Span(token.upper)
            case "name" if is_counted_span(token.upper):
                self._reader.expect(":")
                return Span(token.upper, self._reader.number())
        if token.text == ":":
            raise malformed("Bind variables only allowed in Apex code")
        raise unexpected(token.text)


def _moment(token: Token) -> date | datetime:
    try:
        if token.kind == "date":
            return date.fromisoformat(token.text)
        return datetime.fromisoformat(token.text.upper())
    except ValueError as error:
        raise malformed(f"Invalid date: {token.text}") from error


def _check_semi_joins(condition: Condition) -> None:
    if _count_semi_joins(condition) > 2:
        raise malformed("Maximum 2 semi join sub-selects are allowed")


def _count_semi_joins(condition: Condition) -> int:
    match condition:
        case SemiJoin():
            return 1
        case And(parts):
            return sum(map(_count_semi_joins, parts))
        case Or(parts):
            if any(map(_count_semi_joins, parts)):
                raise malformed("Semi join sub-selects are not allowed with the 'OR' operator")
        case Not(part):
            if _count_semi_joins(part):
                raise malformed(
                    "Semi join sub-selects are only allowed at the top level WHERE expressions"
                    " and not in nested WHERE expressions."
                )
    return 0
