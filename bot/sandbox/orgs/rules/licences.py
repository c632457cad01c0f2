"""Which permissions does a user's licence allow? (salesforce-provisioning 1.7, 1.10, 7.4)"""

from __future__ import annotations

from collections.abc import Sequence

from bot.sandbox.orgs.refusal import Fact, Refused
from bot.sandbox.orgs.rules.wording import phrase
from bot.sandbox.orgs.schema.access import OBJECT_VERBS
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import World


def holds_psl(world: World, user: Row, psl_id: object) -> bool:
    """Does the user hold the PSL already, as an assignment sees it? (3.1)"""
    rows = world.tables.where(
        "PermissionSetLicenseAssign", AssigneeId=user["Id"], PermissionSetLicenseId=psl_id
    )
    if world.switches.psl_and_set_in_one_composite:
        return bool(rows)
    return any(row["Id"] not in world.transaction for row in rows)


def offending(world: World, user: Row, parent: Row) -> list[str]:
    """Permissions of a set that the user's licences do not allow: without the PSL, or beyond it."""
    if not world.is_integration(user):
        return []
    licensed = holds_psl(world, user, world.psl()["Id"])
    return [
        phrase(world, verb, world.schema[str(row["SobjectType"])])
        for row in world.tables.where("ObjectPermissions", ParentId=parent["Id"])
        for verb in OBJECT_VERBS
        if row[verb] and not (licensed and row["SobjectType"] not in world.beyond_psl)
    ]


def refuse_beyond_psl(world: World, parent: Row, permissions: Sequence[str]) -> None:
    """Refuse what the PSL of a set that is bound to it does not include (1.7)."""
    if permissions and world.row("PermissionSetLicense", parent["LicenseId"]):
        raise Refused(
            Fact.PSL_HOLDS,
            "FIELD_INTEGRITY_EXCEPTION",
            f"The {world.switches.psl_lacks_text} doesn't allow the permission: "
            + ", ".join(permissions),
            fields=(),
        )


def refuse_offending(world: World, user: Row, parent: Row, *, before: str = "") -> None:
    """Refuse what the licence does not allow, in Salesforce's words (2.2)."""
    wrong = offending(world, user, parent)
    if wrong:
        named = ", ".join(wrong if world.switches.all_offending_listed else wrong[:1])
        raise Refused(
            Fact.ASSIGN_NEEDS_PSL,
            "FIELD_INTEGRITY_EXCEPTION",
            f"{before}The user license doesn't allow the permission: {named}",
            fields=(),
        )


def saved_set_allowed(world: World, parent: Row) -> None:
    """A set that is assigned cannot gain what an assignee's licence does not allow."""
    for row in world.tables.where("PermissionSetAssignment", PermissionSetId=parent["Id"]):
        user = world.row("User", row["AssigneeId"])
        if user is not None:
            found = world.license_of(user)
            name = found["Name"] if found else ""
            before = (
                f"Can't save permission set {parent['Label']}, which is assigned to a user with"
                f" user license {name}. "
            )
            refuse_offending(world, user, parent, before=before)
