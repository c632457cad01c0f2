"""What does FieldDefinition say of a field: can it be edited, does it name a master?

`DataType` holds words as the user interface has them. No fact confirms these words, and they may
follow the language of the bot's user: they help where they are known and say nothing where they
are not. What is sure comes first: `IsCalculated`, and which fields can be granted at all.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any, Final

_FILLED: Final = frozenset({"Auto Number", "Formula", "Roll-Up Summary"})
"""Words for fields that Salesforce fills itself: read only (salesforce-provisioning 1.9)."""

_MASTER: Final = "Master-Detail"
_LOOKUPS: Final = frozenset({"External Lookup", "Hierarchy", "Indirect Lookup", "Lookup"})
_PLAIN: Final = frozenset(
    {
        "Address",
        "Checkbox",
        "Currency",
        "Date",
        "Date/Time",
        "Email",
        "Fax",
        "Geolocation",
        "Long Text Area",
        "Name",
        "Number",
        "Percent",
        "Phone",
        "Picklist",
        "Rich Text Area",
        "Text",
        "Text Area",
        "Time",
        "URL",
    }
)
_EDITABLE: Final = _PLAIN | _LOOKUPS | {_MASTER}
_OF_EVERY_OBJECT: Final = frozenset({"CreatedById", "LastModifiedById", "OwnerId"})
"""References to people, never to a master (1.9)."""


def editable(row: Mapping[str, Any]) -> bool | None:
    """Say whether a field can be edited; None = its words are not known."""
    kind = _kind(row)
    if row.get("IsCalculated") or kind in _FILLED:
        return False
    return True if kind in _EDITABLE else None


def masters(rows: Iterable[Mapping[str, Any]], grantable: Container[str]) -> tuple[str, ...] | None:
    """Name the masters of the object that these fields are of; None = it cannot be told.

    A master-detail field cannot be granted (1.9), so a field of `grantable` is none, whatever its
    words are.
    """
    found: set[str] = set()
    unsure = False
    for row in rows:
        named = references(row)
        if not named or row["QualifiedApiName"] in grantable:
            continue
        if _kind(row) == _MASTER:
            found.update(named)
        elif row["QualifiedApiName"] not in _OF_EVERY_OBJECT and _kind(row) not in _LOOKUPS:
            unsure = True
    return tuple(sorted(found)) if found or not unsure else None


def references(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the objects that a field refers to."""
    return tuple((row.get("ReferenceTo") or {}).get("referenceTo") or ())


def _kind(row: Mapping[str, Any]) -> str:
    """Cut the words before the first bracket: `Formula (Text)`, `Number(16, 2)`."""
    return str(row.get("DataType") or "").partition("(")[0].strip()
