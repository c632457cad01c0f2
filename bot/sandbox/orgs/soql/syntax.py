"""What is a parsed query made of? `at` is the place in the text, for refusals that point."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Path:
    """A field, with the relationships on the way to it: `Profile.UserLicense.Name`."""

    parts: tuple[str, ...]
    at: int

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """COUNT, COUNT_DISTINCT, MAX or MIN of a field; COUNT() of the whole has no path."""

    function: str
    path: Path | None
    at: int


Target = Path | Aggregate


@dataclass(frozen=True, slots=True)
class Selected:
    """One item of the select list."""

    what: Target
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted string as it was written: LIKE reads its escapes differently from `=`."""

    raw: str


@dataclass(frozen=True, slots=True)
class Span:
    """A date literal such as TODAY or LAST_N_DAYS:7, not yet bound to a day."""

    name: str
    count: int | None = None

    def __str__(self) -> str:
        return self.name if self.count is None else f"{self.name}:{self.count}"


Value = Text | Span | bool | int | float | date | datetime | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator value`, the operator in capitals, one of = != < > <= >= LIKE."""

    left: Target
    operator: str
    value: Value
    at: int


@dataclass(frozen=True, slots=True)
class Membership:
    """`left [NOT] IN (values)`."""

    left: Target
    negated: bool
    values: tuple[Value, ...]
    at: int


@dataclass(frozen=True, slots=True)
class SemiJoin:
    """`left [NOT] IN (SELECT …)`."""

    left: Path
    negated: bool
    query: "Query"
    at: int


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: "Condition"


Condition = Comparison | Membership | SemiJoin | And | Or | Not


@dataclass(frozen=True, slots=True)
class Order:
    """One item of ORDER BY; nulls come first unless asked otherwise."""

    what: Target
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A whole query; `text` is what was written."""

    text: str
    selected: tuple[Selected, ...]
    sobject: str
    sobject_at: int
    alias: str | None = None
    where: Condition | None = None
    group_by: tuple[Path, ...] = ()
    having: Condition | None = None
    order_by: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0

    @property
    def counts_only(self) -> bool:
        """`SELECT COUNT() FROM X`: the answer is a number."""
        what = self.selected[0].what
        return isinstance(what, Aggregate) and what.path is None

    @property
    def aggregates(self) -> bool:
        """The answer has groups, not records."""
        return bool(self.group_by) or any(isinstance(s.what, Aggregate) for s in self.selected)


def required_fields(query: Query) -> frozenset[str]:
    """Lower-case dotted names that every row of the answer was picked by, with = or IN.

    For objects that demand a filter before they answer.
    """

    def names(condition: Condition | None) -> frozenset[str]:
        match condition:
            case And(parts):
                return frozenset().union(*map(names, parts))
            case (
                Comparison(left=Path() as left, operator="=")
                | Membership(left=Path() as left, negated=False)
                | SemiJoin(left=left, negated=False)
            ):
                return frozenset({str(left).lower()})
            case _:
                return frozenset()

    return names(query.where)
