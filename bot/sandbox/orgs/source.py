"""What do queries see? The caller's objects, fields and rows, as SOQL's engine wants them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import get_args

from bot.sandbox.orgs.definitions import entity_rows, field_rows
from bot.sandbox.orgs.grants import Access, sees
from bot.sandbox.orgs.schema import FieldDef, ObjectDef
from bot.sandbox.orgs.schema.access import OBJECT_VERBS
from bot.sandbox.orgs.soql import FieldSpec, FieldType, UnknownObject
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import World

_UNFILTERABLE_SEATS = 64.0
_TYPES: dict[str, FieldType] = {
    "currency": "double",
    "percent": "double",
    **{one: one for one in get_args(FieldType)},
}
"""The engine's types; what it does not know it shows as it is."""


class Source:
    """One caller's view of an org, for one query."""

    def __init__(self, world: World, access: Access) -> None:
        self._world = world
        self._access = access
        self.now = world.clock()

    def definition(self, sobject: str) -> ObjectDef:
        """The object, if the caller sees it; raises `UnknownObject`."""
        found = self._world.find(sobject)
        if found is None or not sees(self._world, self._access, found):
            raise UnknownObject(sobject)
        return found

    def fields(self, sobject: str) -> Mapping[str, FieldSpec]:
        """The fields that the caller sees, by lower-case name."""
        definition = self.definition(sobject)
        return {
            name: self._spec(definition, one)
            for name, one in definition.by_lower.items()
            if self._access.reads(definition, one)
        }

    def rows(self, sobject: str) -> Iterable[Mapping[str, object]]:
        """The rows that the caller sees."""
        definition = self.definition(sobject)
        return (row for row in self._all(definition) if self.visible(definition, row))

    def parent(self, sobject: str, relationship: str) -> tuple[str, str] | None:
        """The reference field and the parent object behind a relationship."""
        definition = self.definition(sobject)
        wanted = relationship.lower()
        for one in definition.fields.values():
            if one.relationship and one.relationship.lower() == wanted:
                known = [name for name in one.refers if name in self._world.schema]
                return (one.name, known[0]) if known else None
        return None

    def visible(self, definition: ObjectDef, row: Mapping[str, object]) -> bool:
        """May the caller see this row? (sharing: 1.0a; own logins: auth-and-monitoring 4.1)"""
        if definition.setup:
            return self._own(definition, row)
        if "PermissionsViewAllRecords" in self._access.verbs(definition.name):
            return True
        if definition.sharing == "Private":
            return row.get("OwnerId") == self._access.user_id
        for one in definition.fields.values():
            if one.master:
                parent = self._world.row(one.refers[0], row[one.name])
                return parent is not None and self.visible(
                    self._world.schema[one.refers[0]], parent
                )
        return True

    def _own(self, definition: ObjectDef, row: Mapping[str, object]) -> bool:
        rights = {
            "LoginHistory": ("ManageUsers", "MonitorLoginHistory"),
            "OauthToken": ("CustomizeApplication",),
        }.get(definition.name)
        if rights is None or any(self._access.has(right) for right in rights):
            return True
        return row["UserId"] == self._access.user_id

    def _spec(self, definition: ObjectDef, one: FieldDef) -> FieldSpec:
        counted = definition.name == "UserLicense" and one.name == "UsedLicenses"
        return FieldSpec(
            name=one.name,
            type=_TYPES.get(one.type, "string"),
            filterable=one.filterable
            and not (counted and self._access.version >= _UNFILTERABLE_SEATS),
            groupable=one.groupable,
            sortable=one.sortable,
            aggregatable=one.aggregatable,
        )

    def _all(self, definition: ObjectDef) -> Iterator[Row]:
        match definition.name:
            case "EntityDefinition":
                return entity_rows(self._world)
            case "FieldDefinition":
                return field_rows(self._world)
            case "UserLicense" | "PermissionSetLicense":
                return (
                    counted_row(self._world, definition.name, row)
                    for row in self._stored(definition)
                )
            case "ObjectPermissions":
                return self._object_rows(definition)
            case "FieldPermissions":
                return self._field_rows(definition)
        return self._stored(definition)

    def _stored(self, definition: ObjectDef) -> Iterator[Row]:
        return self._world.tables.rows(definition.name)

    def _object_rows(self, definition: ObjectDef) -> Iterator[Row]:
        """Stored rows, and virtual ones of Modify All Data whose id begins 000 (1.8)."""
        mighty = self._world.tables.where("PermissionSet", PermissionsModifyAllData=True)
        parents = {row["Id"]: row for row in mighty}
        yield from (row for row in self._stored(definition) if row["ParentId"] not in parents)
        for parent_id, parent in parents.items():
            for number, one in enumerate(self._world.schema.values()):
                if one.permissionable:
                    row: Row = dict.fromkeys(definition.fields)
                    row |= dict.fromkeys(OBJECT_VERBS, True)
                    yield row | {
                        "Id": f"000{str(parent_id)[3:11]}{number:04d}AAA",
                        "ParentId": parent_id,
                        "SobjectType": one.name,
                        "PermissionsViewAllFields": False,
                        "CreatedDate": parent["CreatedDate"],
                        "CreatedById": parent["CreatedById"],
                    }

    def _field_rows(self, definition: ObjectDef) -> Iterator[Row]:
        """With View All Fields on, every row shows Read (1.8)."""
        open_objects = {
            (row["ParentId"], row["SobjectType"])
            for row in self._world.tables.where("ObjectPermissions", PermissionsViewAllFields=True)
        }
        for row in self._stored(definition):
            key = (row["ParentId"], row["SobjectType"])
            yield row | {"PermissionsRead": True} if key in open_objects else row


def counted_row(world: World, sobject: str, row: Row) -> Row:
    """A licence's row with its used seats counted now, or as of the day before (1.1, 1.2)."""
    if world.switches.used_licenses_lag:
        return row
    count = world.seats_used if sobject == "UserLicense" else world.psl_used
    return row | {"UsedLicenses": count(row["Id"])}


def as_text(value: object) -> object:
    """A value as JSON shows it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S}.000+0000"
    return value
