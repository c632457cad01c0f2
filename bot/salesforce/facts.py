"""What can be granted in an org, and what is known of it: picklists first, facts where readable.

A least-privilege bot sees few objects in describe, so the lists come from the picklists of
ObjectPermissions and FieldPermissions, labels and facts from EntityDefinition and FieldDefinition.
What these leave open is asked of describe where it is visible, and what is still unknown then is
None and not guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simple_salesforce.format import format_soql

from bot.core.prerequisites import companions
from bot.salesforce import datatypes
from bot.salesforce.gateway import Refused
from bot.salesforce.rest import Rest
from store.records import FieldFact, ObjectFact

NOTHING_LISTED = "NOTHING_LISTED"
"""The picklist of ObjectPermissions.SobjectType is empty: no code of Salesforce's."""

_ENTITIES_A_QUERY = 100
_OBJECTS_A_QUERY = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What one source says of an object; `masters` is None where it could not tell."""

    fields: Mapping[str, FieldFact]
    masters: tuple[str, ...] | None

    def leaves_open(self, fields: Sequence[str]) -> bool:
        """Is a master unknown, or whether one of the fields can be edited?"""
        found = [self.fields[name] for name in fields if name in self.fields]
        return self.masters is None or any(one.editable is None for one in found)


def grantable(rest: Rest) -> dict[str, list[str]]:
    """Every object that can be granted, with its grantable fields, from the two picklists.

    That describe lists them is unconfirmed (salesforce-provisioning 6): an org that lists nothing
    is `Refused` with a code of our own, because nothing could be offered or checked.
    """
    objects = _picklist(rest, "ObjectPermissions", "SobjectType")
    if not objects:
        raise Refused(NOTHING_LISTED, "")
    fields: dict[str, list[str]] = {name: [] for name in objects}
    for value in _picklist(rest, "FieldPermissions", "Field"):
        name, _, field = value.partition(".")
        if name in fields:
            fields[name].append(field)
    return fields


def of(rest: Rest, grants: Mapping[str, Sequence[str]]) -> tuple[ObjectFact, ...]:
    """Facts of the given objects and fields, as far as this user may read them."""
    entities = _entities(rest, tuple(grants))
    defined = _defined(rest, grants)
    described = _described(
        rest,
        [
            name
            for name, fields in grants.items()
            if name not in defined or defined[name].leaves_open(fields)
        ],
    )
    return tuple(
        _fact(
            name,
            fields,
            entities.get(name),
            [source[name] for source in (defined, described) if name in source],
        )
        for name, fields in sorted(grants.items())
    )


def with_masters(
    rest: Rest, names: Sequence[str], every: Mapping[str, Sequence[str]]
) -> tuple[ObjectFact, ...]:
    """Facts of the named objects and of all that they may depend on, however deep."""
    found: dict[str, ObjectFact] = {}
    wanted = [name for name in names if name in every]
    while wanted:
        for fact in of(rest, {name: every[name] for name in wanted}):
            found[fact.name] = fact
        others = {
            other
            for fact in found.values()
            for other in (*(fact.masters or ()), *companions(fact.name))
        }
        wanted = [name for name in sorted(others) if name in every and name not in found]
    return tuple(found.values())


def _picklist(rest: Rest, sobject: str, field: str) -> list[str]:
    described = rest.get(f"sobjects/{sobject}/describe")
    for one in described["fields"]:
        if one["name"] == field:
            return [str(value["value"]) for value in one["picklistValues"] if value["active"]]
    return []


def _chunks(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]


def _ask(rest: Rest, soqls: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of all queries; a refused one has none, one that keeps running out of time neither."""
    answers = rest.queries(soqls, keep_late=True)
    return [row for rows in answers if not isinstance(rows, Refused) for row in rows]


def _entities(rest: Rest, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Labels and sharing models; without the sharing column where the org does not know it."""
    for columns in ("QualifiedApiName, Label, InternalSharingModel", "QualifiedApiName, Label"):
        rows = _ask(
            rest,
            [
                format_soql(
                    f"SELECT {columns} FROM EntityDefinition"  # noqa: S608 - constants
                    " WHERE QualifiedApiName IN {names}",
                    names=list(few),
                )
                for few in _chunks(names, _ENTITIES_A_QUERY)
            ],
        )
        if rows:
            return {row["QualifiedApiName"]: row for row in rows}
    return {}


def _defined(rest: Rest, grants: Mapping[str, Sequence[str]]) -> dict[str, _Known]:
    rows = _ask(
        rest,
        [
            format_soql(
                "SELECT QualifiedApiName, EntityDefinition.QualifiedApiName, Label, DataType,"
                " IsCalculated, ReferenceTo FROM FieldDefinition"
                " WHERE EntityDefinition.QualifiedApiName IN {names}",
                names=list(few),
            )
            for few in _chunks(tuple(grants), _OBJECTS_A_QUERY)
        ],
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["EntityDefinition"]["QualifiedApiName"], []).append(row)
    return {
        name: _Known(
            fields={row["QualifiedApiName"]: _defined_field(row) for row in mine},
            masters=datatypes.masters(mine, frozenset(grants.get(name, ()))),
        )
        for name, mine in found.items()
    }


def _defined_field(row: Mapping[str, Any]) -> FieldFact:
    return FieldFact(
        name=row["QualifiedApiName"],
        label=row.get("Label") or "",
        editable=datatypes.editable(row),
    )


def _described(rest: Rest, names: Sequence[str]) -> dict[str, _Known]:
    """Facts from describe, for the objects that this user sees."""
    if not names:
        return {}
    visible = {one["name"] for one in rest.get("sobjects")["sobjects"]}
    seen = [name for name in names if name in visible]
    return {
        name: _Known(
            fields={one["name"]: _described_field(one) for one in described["fields"]},
            masters=_described_masters(described["fields"]),
        )
        for name, described in zip(seen, rest.describes(seen), strict=True)
        if not isinstance(described, Refused)
    }


def _described_field(one: Mapping[str, Any]) -> FieldFact:
    compound = one.get("compoundFieldName")
    return FieldFact(
        name=one["name"],
        label=one.get("label") or "",
        editable=not (one.get("calculated") or one.get("autoNumber")),
        compound_of=compound if compound != one["name"] else None,
    )


def _described_masters(fields: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Every master: `relationshipOrder`, or `cascadeDelete` of a field that cannot be granted.

    Which of the two marks a master-detail is not confirmed (salesforce-provisioning 1.8); that such
    a field cannot be granted is (1.9).
    """
    found: set[str] = set()
    for one in fields:
        marked = one.get("relationshipOrder") is not None or one.get("cascadeDelete")
        if one["type"] == "reference" and marked and not one.get("permissionable"):
            found.update(one.get("referenceTo") or ())
    return tuple(sorted(found))


def _fact(
    name: str,
    fields: Sequence[str],
    entity: Mapping[str, Any] | None,
    sources: Sequence[_Known],
) -> ObjectFact:
    return ObjectFact(
        name=name,
        label=str(entity["Label"]) if entity else name,
        sharing=entity.get("InternalSharingModel") if entity else None,
        masters=next((one.masters for one in sources if one.masters is not None), None),
        fields=tuple(_field_fact(one, sources) for one in sorted(fields)),
    )


def _field_fact(name: str, sources: Sequence[_Known]) -> FieldFact:
    """Put together what the sources say of one field; the first that says something is right."""
    found = [one.fields[name] for one in sources if name in one.fields]
    return FieldFact(
        name=name,
        label=next((one.label for one in found if one.label), ""),
        editable=next((one.editable for one in found if one.editable is not None), None),
        compound_of=next((one.compound_of for one in found if one.compound_of), None),
    )
