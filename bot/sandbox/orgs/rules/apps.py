"""Rules of SetupEntityAccess (salesforce-provisioning 1.12, auth-and-monitoring 2.4)."""

from __future__ import annotations

from bot.sandbox.orgs.grants import Access
from bot.sandbox.orgs.refusal import Fact, Refused
from bot.sandbox.orgs.rules.registry import Rules, not_allowed
from bot.sandbox.orgs.rules.sets import parent_of
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import World

_RIGHTS = ("CustomizeApplication", "ModifyAllData")


def _insert(world: World, access: Access, row: Row) -> None:
    _rights(world, access, row)
    parent = parent_of(world, row)
    kinds = ("ConnectedApplication", "ExternalClientApplication")
    kind = next(one for one in kinds if world.row(one, row["SetupEntityId"]))
    row["SetupEntityType"] = kind
    if world.row("PermissionSetLicense", parent["LicenseId"]):
        raise Refused(
            Fact.APP_ON_PSL_SET,
            world.switches.app_on_psl_set_code,
            "The permission set's license doesn't allow access to apps",
            fields=("SetupEntityId",),
        )
    if world.tables.where(
        "SetupEntityAccess", ParentId=row["ParentId"], SetupEntityId=row["SetupEntityId"]
    ):
        raise Refused(
            Fact.APP_TWICE,
            world.switches.duplicate_app_grant_code,
            "duplicate value found: <unknown> duplicates value on record with id: <unknown>",
            fields=(),
        )


def _rights(world: World, access: Access, _row: Row) -> None:
    if world.switches.app_grant_needs_modify_all:
        not_allowed(access, _RIGHTS, Fact.APP_RIGHTS)


SETUP_ENTITY_ACCESS = Rules(
    rights=("ManageProfilesPermissionsets",), insert=_insert, delete=_rights
)
