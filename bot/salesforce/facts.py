"""What can be granted in an org, and what is known of it: picklists first, facts where readable.

A least-privilege bot sees few objects in describe, so the lists come from the picklists of
ObjectPermissions and FieldPermissions, labels and facts from EntityDefinition and FieldDefinition,
else from describe where it is visible. What stays unknown is None and not guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from simple_salesforce.format import format_soql

from bot.salesforce.gateway import Refused
from bot.salesforce.rest import Rest
from store.records import FieldFact, ObjectFact

_ENTITIES_A_QUERY = 100
_OBJECTS_A_QUERY = 8
_READ_ONLY = ("Formula", "Auto Number", "Roll-Up Summary")
"""FieldDefinition.DataType of fields that can only be read (salesforce-provisioning 1.9)."""


def grantable(rest: Rest) -> dict[str, list[str]]:
    """Every object that can be granted, with its grantable fields, from the two picklists."""
    objects = _picklist(rest, "ObjectPermissions", "SobjectType")
    fields: dict[str, list[str]] = {name: [] for name in objects}
    for value in _picklist(rest, "FieldPermissions", "Field"):
        name, _, field = value.partition(".")
        if name in fields:
            fields[name].append(field)
    return fields


def of(rest: Rest, grants: Mapping[str, Sequence[str]]) -> tuple[ObjectFact, ...]:
    """Facts of the given objects and fields, as far as this user may read them."""
    entities = _entities(rest, tuple(grants))
    defined = _defined(rest, tuple(grants))
    missing = [name for name in grants if name not in defined]
    defined |= _described(rest, missing)
    return tuple(
        _fact(name, fields, entities.get(name), defined.get(name))
        for name, fields in sorted(grants.items())
    )


def with_masters(
    rest: Rest, names: Sequence[str], every: Mapping[str, Sequence[str]]
) -> tuple[ObjectFact, ...]:
    """Facts of the named objects and of all their masters, however deep."""
    found: dict[str, ObjectFact] = {}
    wanted = [name for name in names if name in every]
    while wanted:
        for fact in of(rest, {name: every[name] for name in wanted}):
            found[fact.name] = fact
        masters = {one for fact in found.values() for one in fact.masters or ()}
        wanted = [name for name in sorted(masters) if name in every and name not in found]
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
    """Rows of all queries; a refused one has none."""
    answers = rest.queries(soqls)
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


def _defined(rest: Rest, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    rows = _ask(
        rest,
        [
            format_soql(
                "SELECT QualifiedApiName, EntityDefinition.QualifiedApiName, Label, DataType,"
                " IsCalculated, ReferenceTo FROM FieldDefinition"
                " WHERE EntityDefinition.QualifiedApiName IN {names}",
                names=list(few),
            )
            for few in _chunks(names, _OBJECTS_A_QUERY)
        ],
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        kind = str(row.get("DataType") or "")
        to = (row.get("ReferenceTo") or {}).get("referenceTo") or []
        found.setdefault(row["EntityDefinition"]["QualifiedApiName"], []).append(
            {
                "name": row["QualifiedApiName"],
                "label": row.get("Label") or "",
                "editable": not (row.get("IsCalculated") or kind.startswith(_READ_ONLY)),
                "compound": None,
                "masters": list(to) if kind.startswith("Master-Detail") else [],
            }
        )
    return found


def _described(rest: Rest, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Facts from describe, for the objects that this user sees."""
    if not names:
        return {}
    visible = {one["name"] for one in rest.get("sobjects")["sobjects"]}
    seen = [name for name in names if name in visible]
    return {
        name: [_described_field(one) for one in described["fields"]]
        for name, described in zip(seen, rest.describes(seen), strict=True)
        if not isinstance(described, Refused)
    }


def _described_field(one: Mapping[str, Any]) -> dict[str, Any]:
    master = one["type"] == "reference" and one.get("relationshipOrder") is not None
    return {
        "name": one["name"],
        "label": one.get("label") or "",
        "editable": not (one.get("calculated") or one.get("autoNumber")),
        "compound": one.get("compoundFieldName"),
        "masters": list(one.get("referenceTo") or ()) if master else [],
    }


def _fact(
    name: str,
    fields: Sequence[str],
    entity: Mapping[str, Any] | None,
    defined: Sequence[Mapping[str, Any]] | None,
) -> ObjectFact:
    known = {one["name"]: one for one in defined or ()}
    masters = sorted({one for field in defined or () for one in field["masters"]})
    fact = ObjectFact(
        name=name,
        label=str(entity["Label"]) if entity else name,
        sharing=entity.get("InternalSharingModel") if entity else None,
        masters=tuple(masters) if defined is not None else None,
    )
    return replace(fact, fields=tuple(_field_fact(one, known.get(one)) for one in sorted(fields)))


def _field_fact(name: str, known: Mapping[str, Any] | None) -> FieldFact:
    if known is None:
        return FieldFact(name=name)
    compound = known["compound"] if known["compound"] != name else None
    return FieldFact(
        name=name, label=known["label"], editable=known["editable"], compound_of=compound
    )
