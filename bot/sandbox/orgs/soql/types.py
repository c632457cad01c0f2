"""What does the engine ask of an org, and what does it answer?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

FieldType = Literal[
    "string",
    "id",
    "reference",
    "boolean",
    "int",
    "double",
    "date",
    "datetime",
    "picklist",
    "textarea",
    "email",
    "phone",
    "url",
]
Row = Mapping[str, object]
Record = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One column that the caller may see, and what a query may do with it."""

    name: str
    type: FieldType
    filterable: bool = True
    groupable: bool = True
    sortable: bool = True
    aggregatable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The answer: `total_size` counts what LIMIT and OFFSET leave over."""

    total_size: int
    records: tuple[Record, ...] = ()


class SoqlError(Exception):
    """A query that Salesforce refuses: `code` and `message` as its REST API words them."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class UnknownObject(Exception):  # noqa: N818 - an answer of the source, not a fault
    """The object does not exist, or the caller may not see it: SOQL tells no difference."""


class Source(Protocol):
    """An org, seen with the rights of one caller."""

    @property
    def now(self) -> datetime:
        """The aware time of the query. Its zone is the caller's: days begin at its midnight."""
        ...

    def fields(self, sobject: str) -> Mapping[str, FieldSpec]:
        """The visible fields by lower-case name, for an object name in any case.

        Raises UnknownObject.
        """
        ...

    def rows(self, sobject: str) -> Iterable[Row]:
        """The visible rows with exact field names; a missing key is null."""
        ...

    def parent(self, sobject: str, relationship: str) -> tuple[str, str] | None:
        """The reference field and the parent object behind a relationship name in any case."""
        ...
