"""What may a user do? The union of the permission sets that are assigned, profile's own included.

Absence of a row means no access (salesforce-provisioning 1.6). Data access of an integration user
counts only while the user holds the PSL (1.7).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.sandbox.orgs.schema import SYSTEM_PERMISSIONS, FieldDef, ObjectDef
from bot.sandbox.orgs.schema.access import OBJECT_VERBS
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import World

_EXTERNAL_APPS = 60.0
_EXTERNAL = frozenset({"ExternalClientApplication", "ExtlClntAppOauthPlcyCnfg"})
_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The caller's permissions: user permissions, verbs by object, read and edit by field."""

    user_id: str
    system: frozenset[str]
    objects: Mapping[str, frozenset[str]]
    fields: Mapping[str, tuple[bool, bool]]
    all_fields: frozenset[str]
    version: float

    def has(self, *rights: str) -> bool:
        """Does the caller hold all of these user permissions?"""
        return self.system.issuperset(rights)

    def verbs(self, sobject: str) -> frozenset[str]:
        """What the caller may do with rows of an object."""
        if self.has("ModifyAllData"):
            return frozenset(OBJECT_VERBS)
        own = self.objects.get(sobject, _NOBODY)
        if self.has("ViewAllData"):
            return own | {"PermissionsRead", "PermissionsViewAllRecords"}
        return own

    def reads(self, definition: ObjectDef, field: FieldDef) -> bool:
        """May the caller see this field of a visible object?"""
        if field.since > self.version:
            return False
        name = field.compound or field.name
        if definition.setup or not definition.fields[name].permissionable:
            return True
        if self.has("ModifyAllData") or definition.name in self.all_fields:
            return True
        return self.fields.get(f"{definition.name}.{name}", (False, False))[0]


def assigned_sets(world: World, user_id: str, *, now: datetime) -> list[Row]:
    """Permission sets that are assigned and not expired."""
    found = []
    for row in world.tables.where("PermissionSetAssignment", AssigneeId=user_id):
        until = row["ExpirationDate"]
        one = world.row("PermissionSet", row["PermissionSetId"])
        if one and (not isinstance(until, datetime) or until > now):
            found.append(one)
    return found


def access_of(world: World, user: Row, *, version: float) -> Access:
    """Work out what a user may do."""
    user_id = str(user["Id"])
    sets = assigned_sets(world, user_id, now=world.clock())
    system = {one for row in sets for one in SYSTEM_PERMISSIONS if row.get(f"Permissions{one}")}
    licensed = not world.is_integration(user) or world.has_psl(user_id, world.psl()["Id"])
    parents = {row["Id"] for row in sets} if licensed else set()
    objects: dict[str, frozenset[str]] = {}
    fields: dict[str, tuple[bool, bool]] = {}
    everything = set()
    for row in world.tables.rows("ObjectPermissions"):
        if row["ParentId"] in parents:
            name = str(row["SobjectType"])
            objects[name] = objects.get(name, _NOBODY) | {one for one in OBJECT_VERBS if row[one]}
            if row["PermissionsViewAllFields"]:
                everything.add(name)
    for row in world.tables.rows("FieldPermissions"):
        if row["ParentId"] in parents:
            read, edit = fields.get(str(row["Field"]), (False, False))
            fields[str(row["Field"])] = (
                read or bool(row["PermissionsRead"]),
                edit or bool(row["PermissionsEdit"]),
            )
    return Access(
        user_id=user_id,
        system=frozenset(system),
        objects=objects,
        fields=fields,
        all_fields=frozenset(everything),
        version=version,
    )


def sees(world: World, access: Access, definition: ObjectDef) -> bool:
    """May the caller see this object at all? Else it is as if it did not exist."""
    if not definition.setup:
        return "PermissionsRead" in access.verbs(definition.name)
    if definition.name in _EXTERNAL and (
        access.version < _EXTERNAL_APPS or not world.switches.external_apps_readable
    ):
        return False
    hidden = {"EntityDefinition", "FieldDefinition"}
    if definition.name in hidden and not world.switches.definitions_answer:
        return access.has("ModifyAllData")
    return not definition.reads or any(access.has(right) for right in definition.reads)
