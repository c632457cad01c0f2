"""Which column of which object does a path mean, and how is it read from a row?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.sandbox.orgs.soql.errors import (
    no_such_column,
    no_such_object,
    no_such_relationship,
    pointed,
)
from bot.sandbox.orgs.soql.syntax import Path, Query
from bot.sandbox.orgs.soql.types import FieldSpec, Row, SoqlError, Source, UnknownObject
from bot.sandbox.orgs.soql.values import Key, id_key, key

_MOST_LEVELS = 5
Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Hop:
    """One step from a row to its parent."""

    name: str
    reference: str
    entity: str


@dataclass(frozen=True, slots=True)
class Column:
    """A resolved path: the hops to the row that holds it, and the field there."""

    hops: tuple[Hop, ...]
    spec: FieldSpec
    at: int

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes two paths the same column."""
        return (*(hop.name.lower() for hop in self.hops), self.spec.name.lower())


@dataclass(frozen=True, slots=True)
class Operand(Generic[Subject]):
    """Something that can be compared, sorted and grouped: a column or an aggregate."""

    spec: FieldSpec
    at: int
    read: Callable[[Subject], object]

    def key(self, subject: Subject) -> Key:
        """The comparable value."""
        return key(self.spec.type, self.read(subject))


@dataclass(slots=True)
class View:
    """The source, with what it answered once kept for the rest of the query."""

    source: Source
    _fields: dict[str, Mapping[str, FieldSpec]] = field(default_factory=dict)
    _by_id: dict[str, Mapping[str, Row]] = field(default_factory=dict)

    def fields(self, entity: str) -> Mapping[str, FieldSpec]:
        """The visible fields by lower-case name. Raises UnknownObject."""
        if entity not in self._fields:
            self._fields[entity] = self.source.fields(entity)
        return self._fields[entity]

    def row(self, entity: str, reference: object) -> Row | None:
        """The row behind a reference: by Id, or by DurableId as definitions have it."""
        if reference is None or reference == "":
            return None
        if entity not in self._by_id:
            self._by_id[entity] = self._index(entity)
        return self._by_id[entity].get(id_key(reference))

    def _index(self, entity: str) -> Mapping[str, Row]:
        index: dict[str, Row] = {}
        for row in self.source.rows(entity):
            for name in ("Id", "DurableId"):
                if row.get(name):
                    index[id_key(row[name])] = row
        return index


class Scope:
    """The object of one FROM, seen through a source."""

    def __init__(self, query: Query, source: Source, view: View | None = None) -> None:
        self.query = query
        self.source = source
        self.view = view or View(source)
        try:
            self.view.fields(query.sobject)
        except UnknownObject as error:
            sentence = no_such_object(query.sobject)
            raise self.refusal("INVALID_TYPE", sentence, at=query.sobject_at) from error

    def refusal(self, code: str, sentence: str, *, at: int) -> SoqlError:
        """A refusal that points into this query's text."""
        return pointed(code, sentence, text=self.query.text, at=at)

    def column(self, path: Path) -> Column:
        """Resolve a path. Raises SoqlError INVALID_FIELD for what the caller cannot see."""
        parts = self._without_prefix(path.parts)
        if len(parts) > _MOST_LEVELS + 1:
            sentence = f"A path may climb {_MOST_LEVELS} relationships at most: {path}"
            raise self.refusal("INVALID_FIELD", sentence, at=path.at)
        entity, hops = self.query.sobject, []
        for relationship in parts[:-1]:
            hop = self._hop(entity, relationship, path.at)
            hops.append(hop)
            entity = hop.entity
        spec = self.view.fields(entity).get(parts[-1].lower())
        if spec is None:
            raise self.refusal("INVALID_FIELD", no_such_column(parts[-1], entity), at=path.at)
        return Column(tuple(hops), spec, path.at)

    def operand(self, path: Path) -> Operand[Row]:
        """A column as an operand over rows."""
        column = self.column(path)
        return Operand(column.spec, path.at, lambda row: self.read(column, row))

    def climb(self, row: Row, hop: Hop) -> Row | None:
        """The parent row, None when the reference is empty or leads nowhere."""
        return self.view.row(hop.entity, row.get(hop.reference))

    def read(self, column: Column, row: Row) -> object:
        """The value of a column, null when a parent is missing."""
        for hop in column.hops:
            parent = self.climb(row, hop)
            if parent is None:
                return None
            row = parent
        return row.get(column.spec.name)

    def _without_prefix(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        first = parts[0].lower()
        if len(parts) == 1:
            return parts
        if self.query.alias and first == self.query.alias.lower():
            return parts[1:]
        own = first == self.query.sobject.lower()
        if own and self.source.parent(self.query.sobject, parts[0]) is None:
            return parts[1:]
        return parts

    def _hop(self, entity: str, relationship: str, at: int) -> Hop:
        found = self.source.parent(entity, relationship)
        seen = found is not None and found[0].lower() in self.view.fields(entity)
        if found is None or not seen or not self._visible(found[1]):
            raise self.refusal("INVALID_FIELD", no_such_relationship(relationship), at=at)
        return Hop(_official(relationship, found[0]), *found)

    def _visible(self, entity: str) -> bool:
        try:
            self.view.fields(entity)
        except UnknownObject:
            return False
        return True


def _official(relationship: str, reference: str) -> str:
    """The relationship as the org spells it, where its reference field tells."""
    for guess in (reference.removesuffix("Id"), f"{reference.removesuffix('__c')}__r"):
        if guess.lower() == relationship.lower():
            return guess
    return relationship
