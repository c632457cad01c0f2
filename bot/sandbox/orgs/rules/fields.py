"""Rules of FieldPermissions (salesforce-provisioning 1.9, 7.6)."""

from __future__ import annotations

from bot.sandbox.orgs.grants import Access
from bot.sandbox.orgs.refusal import Fact, Refused
from bot.sandbox.orgs.rules.registry import Rules
from bot.sandbox.orgs.rules.sets import parent_of
from bot.sandbox.orgs.schema import FieldDef
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import World


def _insert(world: World, _access: Access, row: Row) -> None:
    parent_of(world, row)
    name, _, field = str(row["Field"]).partition(".")
    if name != row["SobjectType"]:
        raise _integrity(
            Fact.FIELD_PREFIX, f"Field {row['Field']} is not a field of {row['SobjectType']}"
        )
    definition = world.schema[name].fields[field]
    if not (row["PermissionsRead"] or row["PermissionsEdit"]):
        raise _integrity(Fact.FIELD_ALL_FALSE, "At least one permission must be enabled")
    if world.tables.where("FieldPermissions", ParentId=row["ParentId"], Field=row["Field"]):
        raise Refused(
            Fact.FIELD_TWICE,
            world.switches.duplicate_object_row_code,
            "duplicate value found: <unknown> duplicates value on record with id: <unknown>",
            fields=(),
        )
    _edit(row, definition)
    _object(world, row)


def _update(world: World, _access: Access, _old: Row, new: Row) -> None:
    parent_of(world, new)
    name, _, field = str(new["Field"]).partition(".")
    if not new["PermissionsRead"]:
        _view_all_fields(world, new)
    if new["PermissionsRead"] or new["PermissionsEdit"]:
        _edit(new, world.schema[name].fields[field])


def _after_update(world: World, _access: Access, _old: Row, new: Row) -> None:
    if not (new["PermissionsRead"] or new["PermissionsEdit"]):
        world.tables.remove("FieldPermissions", str(new["Id"]))


def _edit(row: Row, definition: FieldDef) -> None:
    if row["PermissionsEdit"] and not row["PermissionsRead"]:
        raise _integrity(
            Fact.FIELD_EDIT_READ,
            f"Permission Edit {row['Field']} depends on permission(s): Read {row['Field']}",
        )
    if row["PermissionsEdit"] and (definition.calculated or definition.auto_number):
        raise _integrity(Fact.FIELD_READ_ONLY, f"Field {row['Field']} can't be made editable")


def _object(world: World, row: Row) -> None:
    """Whether a field needs its object in the same set is unconfirmed: two switches."""
    beside = world.tables.where(
        "ObjectPermissions", ParentId=row["ParentId"], SobjectType=row["SobjectType"]
    )
    reads = any(one["PermissionsRead"] for one in beside)
    edits = any(one["PermissionsEdit"] or one["PermissionsCreate"] for one in beside)
    if world.switches.field_needs_object_read and not reads:
        raise _integrity(
            Fact.FIELD_OBJECT,
            f"Permission Read {row['Field']} depends on permission(s): Read {row['SobjectType']}",
        )
    if world.switches.field_edit_needs_object_edit and row["PermissionsEdit"] and not edits:
        raise _integrity(
            Fact.FIELD_OBJECT,
            f"Permission Edit {row['Field']} depends on permission(s): Edit {row['SobjectType']}",
        )


def _view_all_fields(world: World, row: Row) -> None:
    beside = world.tables.where(
        "ObjectPermissions", ParentId=row["ParentId"], SobjectType=row["SobjectType"]
    )
    if any(one["PermissionsViewAllFields"] for one in beside):
        raise _integrity(
            Fact.VIEW_ALL_FIELDS, f"Read permission is required for the field {row['Field']}"
        )


def _delete(world: World, _access: Access, row: Row) -> None:
    parent_of(world, row)
    _view_all_fields(world, row)


def _integrity(fact: Fact, message: str) -> Refused:
    return Refused(fact, "FIELD_INTEGRITY_EXCEPTION", message, fields=("Field",))


FIELD_PERMISSIONS = Rules(
    rights=("ManageProfilesPermissionsets",),
    insert=_insert,
    update=_update,
    after_update=_after_update,
    delete=_delete,
)
