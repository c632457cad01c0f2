"""Rules of PermissionSetAssignment and PermissionSetLicenseAssign (1.3, 1.10, 5.2, 7.4)."""

from __future__ import annotations

from bot.sandbox.orgs.grants import Access
from bot.sandbox.orgs.refusal import Fact, Refused
from bot.sandbox.orgs.rules.licences import holds_psl, refuse_offending
from bot.sandbox.orgs.rules.registry import Rules
from bot.sandbox.orgs.rules.sets import own
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import World


def _assign(world: World, access: Access, row: Row) -> None:
    if row["PermissionSetId"] is None or row["PermissionSetGroupId"] is not None:
        raise Refused(
            Fact.ASSIGN_ONE,
            "REQUIRED_FIELD_MISSING",
            "Required fields are missing: [PermissionSetId]",
            fields=("PermissionSetId",),
        )
    user = world.tables.get("User", str(row["AssigneeId"])) or {}
    parent = world.tables.get("PermissionSet", str(row["PermissionSetId"])) or {}
    own(parent)
    if world.tables.where(
        "PermissionSetAssignment", AssigneeId=user["Id"], PermissionSetId=parent["Id"]
    ):
        raise Refused(
            Fact.ASSIGNED_TWICE,
            "DUPLICATE_VALUE",
            f"Duplicate PermissionSetAssignment. Assignee: {str(user['Id'])[:15]};"
            f" PermissionSet: {str(parent['Id'])[:15]}",
            fields=(),
        )
    _license(world, access, user, parent)
    refuse_offending(world, user, parent)


def _license(world: World, access: Access, user: Row, parent: Row) -> None:
    license_id = parent["LicenseId"]
    if license_id is None:
        return
    if world.row("UserLicense", license_id):
        found = world.license_of(user)
        if found is None or found["Id"] != license_id:
            raise Refused(
                Fact.ASSIGN_LICENSE,
                "FIELD_INTEGRITY_EXCEPTION",
                f"Can't assign permission set {parent['Label']} to user {user['Name']}. The user"
                " license doesn't match the permission set license.",
                fields=("PermissionSetId",),
            )
    elif not holds_psl(world, user, license_id) and world.switches.psl_auto_assigned:
        _psl_seat(world, license_id)
        world.add(
            "PermissionSetLicenseAssign",
            by=access.user_id,
            AssigneeId=user["Id"],
            PermissionSetLicenseId=license_id,
        )
        world.changes.append(f"{user['Username']} got the permission set licence with the set.")
    elif not holds_psl(world, user, license_id):
        refuse_offending(world, user, parent)


def _psl_seat(world: World, psl_id: object) -> None:
    found = world.row("PermissionSetLicense", psl_id) or {}
    total = found.get("TotalLicenses")
    if isinstance(total, int) and world.psl_used(psl_id) >= total:
        raise Refused(
            Fact.PSL_SEAT,
            world.switches.psl_exhausted_code,
            "License Limit Exceeded",
            fields=("PermissionSetLicenseId",),
        )


def _unassign(world: World, _access: Access, row: Row) -> None:
    parent = world.row("PermissionSet", row["PermissionSetId"])
    if parent is not None:
        own(parent)


def _after_unassign(world: World, _access: Access, row: Row) -> None:
    """The last set of a PSL takes the user's PSL row along (5.2)."""
    parent = world.row("PermissionSet", row["PermissionSetId"]) or {}
    psl = world.row("PermissionSetLicense", parent.get("LicenseId"))
    if psl is None or not world.switches.psl_auto_removed:
        return
    if _sets_of(world, row["AssigneeId"], psl["Id"]):
        return
    for one in world.tables.where(
        "PermissionSetLicenseAssign",
        AssigneeId=row["AssigneeId"],
        PermissionSetLicenseId=psl["Id"],
    ):
        world.tables.remove("PermissionSetLicenseAssign", str(one["Id"]))


def _sets_of(world: World, user_id: object, psl_id: object) -> list[Row]:
    assigned = world.tables.where("PermissionSetAssignment", AssigneeId=user_id)
    sets = [world.row("PermissionSet", one["PermissionSetId"]) for one in assigned]
    return [one for one in sets if one and one["LicenseId"] == psl_id]


def _license_user(world: World, _access: Access, row: Row) -> None:
    if world.has_psl(str(row["AssigneeId"]), row["PermissionSetLicenseId"]):
        raise Refused(
            Fact.PSL_TWICE,
            "DUPLICATE_VALUE",
            "duplicate value found: <unknown> duplicates value on record with id: <unknown>",
            fields=(),
        )
    _psl_seat(world, row["PermissionSetLicenseId"])


def _unlicense(world: World, _access: Access, row: Row) -> None:
    if not world.switches.psl_removal_refused_in_use:
        return
    needing = _sets_of(world, row["AssigneeId"], row["PermissionSetLicenseId"])
    unlicensed = [
        one["PermissionSetId"]
        for one in world.tables.where("PermissionSetAssignment", AssigneeId=row["AssigneeId"])
        if world.tables.where("ObjectPermissions", ParentId=one["PermissionSetId"])
    ]
    if needing or unlicensed:
        raise Refused(
            Fact.PSL_IN_USE,
            "DELETE_FAILED",
            "The permission set license is needed by an assigned permission set",
            fields=(),
        )


PERMISSION_SET_ASSIGNMENT = Rules(
    rights=("AssignPermissionSets",),
    insert=_assign,
    delete=_unassign,
    after_delete=_after_unassign,
)
PERMISSION_SET_LICENSE_ASSIGN = Rules(
    rights=("ManageUsers",), insert=_license_user, delete=_unlicense
)
