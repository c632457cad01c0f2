"""Rules of PermissionSet (salesforce-provisioning 1.6, 1.7)."""

from __future__ import annotations

import re

from bot.sandbox.orgs.grants import Access
from bot.sandbox.orgs.refusal import Fact, Refused
from bot.sandbox.orgs.rules.licences import refuse_beyond_psl
from bot.sandbox.orgs.rules.registry import Rules, depends
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import World

_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")
_DEPENDS = {"CustomizeApplication": "ManageTranslation"}
_MOST = "MaximumPermissions"
_CHILDREN = ("ObjectPermissions", "FieldPermissions", "SetupEntityAccess")


def _insert(world: World, _access: Access, row: Row) -> None:
    _name(world, row, None)
    _system(row)
    _licensed(world, row)


def _update(world: World, _access: Access, old: Row, new: Row) -> None:
    own(old)
    if new["Name"] != old["Name"]:
        _name(world, new, old["Id"])
    _system(new)
    _licensed(world, new)


def own(row: Row) -> None:
    """Sets owned by profiles can be queried but not modified (1.6)."""
    if row["IsOwnedByProfile"]:
        raise Refused(
            Fact.SET_OF_PROFILE,
            "FIELD_INTEGRITY_EXCEPTION",
            "Permission sets owned by profiles can't be modified",
            fields=(),
        )


def _name(world: World, row: Row, row_id: object) -> None:
    name = str(row["Name"])
    if not _NAME.fullmatch(name):
        raise Refused(
            Fact.SET_NAME,
            "FIELD_INTEGRITY_EXCEPTION",
            "The Permission Set API Name can only contain underscores and alphanumeric characters."
            " It must be unique, begin with a letter, not include spaces, not end with an"
            " underscore, and not contain two consecutive underscores.",
            fields=("Name",),
        )
    for other in world.tables.rows("PermissionSet"):
        if str(other["Name"]).lower() == name.lower() and other["Id"] != row_id:
            raise Refused(
                Fact.SET_NAME_TAKEN,
                world.switches.duplicate_set_name_code,
                "The Permission Set API Name you entered is already in use",
                fields=("Name",),
            )


def _system(row: Row) -> None:
    """System permissions depend on others; View Setup pulls View Roles in (1.6)."""
    row["PermissionsViewRoles"] = row["PermissionsViewRoles"] or row["PermissionsViewSetup"]
    missing = [
        f"Permission {one} depends on permission(s): {needs}"
        for one, needs in _DEPENDS.items()
        if row[f"Permissions{one}"] and not row[f"Permissions{needs}"]
    ]
    if missing:
        raise depends(Fact.SYSTEM_DEPENDS, missing)


def _licensed(world: World, row: Row) -> None:
    """A set of a PSL holds the user permissions whose MaximumPermissions… is true (1.2, 1.7)."""
    psl = world.row("PermissionSetLicense", row["LicenseId"]) or {}
    lacking = (key.removeprefix(_MOST) for key in psl if key.startswith(_MOST) and not psl[key])
    refuse_beyond_psl(world, row, [one for one in lacking if row.get(f"Permissions{one}")])


def _delete(world: World, _access: Access, row: Row) -> None:
    own(row)
    if world.tables.where("PermissionSetAssignment", PermissionSetId=row["Id"]):
        raise Refused(
            Fact.SET_ASSIGNED,
            "DELETE_FAILED",
            f"The permission set {row['Label']} is assigned to users and can't be deleted",
            fields=(),
        )


def _after_delete(world: World, _access: Access, row: Row) -> None:
    for child in _CHILDREN:
        for one in world.tables.where(child, ParentId=row["Id"]):
            world.tables.remove(child, str(one["Id"]))


def parent_of(world: World, row: Row) -> Row:
    """The permission set of a child row, which must be one that can be modified (1.8)."""
    parent = world.tables.where("PermissionSet", Id=row["ParentId"])[0]
    own(parent)
    return parent


PERMISSION_SET = Rules(
    rights=("ManageProfilesPermissionsets",),
    insert=_insert,
    update=_update,
    delete=_delete,
    after_delete=_after_delete,
)
