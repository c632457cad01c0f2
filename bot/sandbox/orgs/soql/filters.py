"""Which rows or groups pass a condition?

Null is a value like others: `!=` and NOT IN let it pass, order and LIKE never do. A date literal
is a range: `=` is inside, `>` is after its end, `<` is before its begin.
"""

import operator
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Generic

from bot.sandbox.orgs.soql.columns import Operand, Subject
from bot.sandbox.orgs.soql.syntax import (
    And,
    Comparison,
    Condition,
    Membership,
    Not,
    Or,
    SemiJoin,
    Span,
    Target,
    Text,
    Value,
)
from bot.sandbox.orgs.soql.tokens import unescape
from bot.sandbox.orgs.soql.types import SoqlError
from bot.sandbox.orgs.soql.values import IDS, MOMENTS, NUMBERS, TEXTS, Key, bounds, is_id, key, like

Refuse = Callable[..., SoqlError]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TYPE_NAMES = {"id": "ID", "reference": "ID", "datetime": "dateTime"}


class Filter(Generic[Subject]):
    """Compiles a condition: all names and values are checked before the first row is read.

    look: makes an operand of a target, or refuses it; keys_of: runs a semi-join.
    """

    def __init__(
        self,
        *,
        look: Callable[[Target], Operand[Subject]],
        keys_of: Callable[[SemiJoin], frozenset[Key]],
        refuse: Refuse,
        now: datetime,
    ) -> None:
        self._look = look
        self._keys_of = keys_of
        self._refuse = refuse
        self._now = now

    def predicate(self, condition: Condition) -> Callable[[Subject], bool]:
        """The test for one row or group. Raises SoqlError for what cannot be asked."""
        match condition:
            case And(parts):
                tests = [self.predicate(part) for part in parts]
                return lambda subject: all(test(subject) for test in tests)
            case Or(parts):
                tests = [self.predicate(part) for part in parts]
                return lambda subject: any(test(subject) for test in tests)
            case Not(part):
                inside = self.predicate(part)
                return lambda subject: not inside(subject)
            case Membership():
                return self._membership(condition)
            case SemiJoin():
                operand, keys = self._look(condition.left), self._keys_of(condition)
                return lambda subject: (operand.key(subject) in keys) is not condition.negated
            case Comparison():
                return self._comparison(condition)

    def _comparison(self, asked: Comparison) -> Callable[[Subject], bool]:
        operand = self._look(asked.left)
        self._check_operator(operand, asked)
        if asked.operator == "LIKE":
            return self._like(operand, asked.value)
        if isinstance(asked.value, Span):
            return self._span(operand, asked.operator, asked.value)
        wanted = self._key(operand, asked.value)
        if asked.operator in {"=", "!="}:
            is_equal = asked.operator == "="
            return lambda subject: (operand.key(subject) == wanted) is is_equal
        compare = _COMPARE[asked.operator]

        def ordered(subject: Subject) -> bool:
            found = operand.key(subject)
            return found is not None and wanted is not None and compare(found, wanted)

        return ordered

    def _check_operator(self, operand: Operand[Subject], asked: Comparison) -> None:
        kind = operand.spec.type
        unordered = kind == "boolean" and asked.operator not in {"=", "!="}
        if unordered or (asked.operator == "LIKE" and kind not in TEXTS):
            sentence = f"invalid operator on {_TYPE_NAMES.get(kind, kind)} field"
            raise self._refuse("INVALID_QUERY_FILTER_OPERATOR", sentence, at=asked.at)

    def _like(self, operand: Operand[Subject], value: Value) -> Callable[[Subject], bool]:
        if not isinstance(value, Text):
            raise self._wrong_type(operand)
        pattern = like(value.raw)

        def matches(subject: Subject) -> bool:
            found = operand.key(subject)
            return found is not None and pattern.fullmatch(str(found)) is not None

        return matches

    def _span(self, operand: Operand[Subject], sign: str, span: Span) -> Callable[[Subject], bool]:
        if operand.spec.type not in MOMENTS:
            raise self._wrong_type(operand)
        first, after = bounds(operand.spec.type, span, self._now)
        tests: dict[str, Callable[[Any], bool]] = {
            "=": lambda found: first <= found < after,
            "!=": lambda found: not first <= found < after,
            "<": lambda found: found < first,
            "<=": lambda found: found < after,
            ">": lambda found: found >= after,
            ">=": lambda found: found >= first,
        }

        def inside(subject: Subject) -> bool:
            found = operand.key(subject)
            return sign == "!=" if found is None else tests[sign](found)

        return inside

    def _membership(self, asked: Membership) -> Callable[[Subject], bool]:
        operand = self._look(asked.left)
        spans = [
            self._span(operand, "=", value) for value in asked.values if isinstance(value, Span)
        ]
        keys = {self._key(operand, v) for v in asked.values if not isinstance(v, Span)}

        def is_in(subject: Subject) -> bool:
            return operand.key(subject) in keys or any(span(subject) for span in spans)

        return lambda subject: is_in(subject) is not asked.negated

    def _key(self, operand: Operand[Subject], value: Value) -> Key:
        """The key of a literal. Raises SoqlError when it does not fit the field's type."""
        kind = operand.spec.type
        if value is None:
            return None
        if isinstance(value, Text):
            if kind not in TEXTS | IDS:
                raise self._wrong_type(operand)
            text = unescape(value.raw)
            if kind in IDS and not is_id(text):
                sentence = f"invalid ID field: {text}"
                raise self._refuse("INVALID_QUERY_FILTER_OPERATOR", sentence, at=operand.at)
            return key(kind, text)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        is_moment = isinstance(value, datetime)
        fits = (
            (kind == "boolean" and isinstance(value, bool))
            or (kind in NUMBERS and is_number)
            or (kind == "datetime" and is_moment)
            or (kind == "date" and isinstance(value, date) and not is_moment)
        )
        if isinstance(value, Span) or not fits:
            raise self._wrong_type(operand)
        return key(kind, value)

    def _wrong_type(self, operand: Operand[Subject]) -> SoqlError:
        kind = operand.spec.type
        name = "string" if kind in TEXTS else _TYPE_NAMES.get(kind, kind)
        quoted = "should be" if kind in TEXTS | IDS else "should not be"
        sentence = (
            f"value of filter criterion for field '{operand.spec.name}' must be of type {name}"
            f" and {quoted} enclosed in quotes"
        )
        return self._refuse("INVALID_FIELD", sentence, at=operand.at)
