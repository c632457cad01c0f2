"""Rules of ObjectPermissions (salesforce-provisioning 1.7, 1.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.sandbox.orgs.grants import Access
from bot.sandbox.orgs.refusal import Fact, Refused
from bot.sandbox.orgs.rules.licences import refuse_beyond_psl, saved_set_allowed
from bot.sandbox.orgs.rules.registry import Rules, depends
from bot.sandbox.orgs.rules.sets import parent_of
from bot.sandbox.orgs.rules.wording import phrase
from bot.sandbox.orgs.schema.access import OBJECT_VERBS
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import LICENSE, World

Need = tuple[str, str]
"""An object and a verb on it."""

READ, CREATE, EDIT, DELETE, VIEW_ALL, MODIFY_ALL = OBJECT_VERBS
_NEEDS = {
    CREATE: (READ,),
    EDIT: (READ,),
    DELETE: (READ, EDIT),
    VIEW_ALL: (READ,),
    MODIFY_ALL: (READ, EDIT, DELETE, VIEW_ALL),
}
_ELSEWHERE = {("Asset", VIEW_ALL): ("Account", VIEW_ALL)}
"""Between objects that are no master and detail (1.8)."""
_EVERY = (*OBJECT_VERBS, "PermissionsViewAllFields")


def _insert(world: World, _access: Access, row: Row) -> None:
    parent = parent_of(world, row)
    if not any(row[one] for one in _EVERY):
        raise Refused(
            Fact.OBJECT_ALL_FALSE,
            "FIELD_INTEGRITY_EXCEPTION",
            "At least one permission must be enabled",
            fields=(),
        )
    if world.tables.where(
        "ObjectPermissions", ParentId=row["ParentId"], SobjectType=row["SobjectType"]
    ):
        raise Refused(
            Fact.OBJECT_TWICE,
            world.switches.duplicate_object_row_code,
            "duplicate value found: <unknown> duplicates value on record with id: <unknown>",
            fields=(),
        )
    _license(world, parent, row)


def _license(world: World, parent: Row, row: Row) -> None:
    """A set of the Salesforce Integration user licence holds no standard object (1.7).

    One of the PSL holds only what the PSL includes.
    """
    found = world.row("UserLicense", parent["LicenseId"])
    definition = world.schema[str(row["SobjectType"])]
    if found and found["Name"] == LICENSE and not definition.custom:
        verb = next(one for one in _EVERY if row[one])
        raise Refused(
            Fact.LICENSE_OBJECT,
            "FIELD_INTEGRITY_EXCEPTION",
            f"The user license doesn't allow the permission: {phrase(world, verb, definition)}",
            fields=(),
        )
    if definition.name in world.beyond_psl:
        given = [phrase(world, one, definition) for one in OBJECT_VERBS if row[one]]
        refuse_beyond_psl(world, parent, given)


def _check(world: World, row: Row) -> None:
    _own_verbs(world, row)
    _others(world, row)
    parent = parent_of(world, row)
    saved_set_allowed(world, parent)


def _own_verbs(world: World, row: Row) -> None:
    definition = world.schema[str(row["SobjectType"])]
    needs = dict(_NEEDS)
    if world.switches.view_all_fields_needs_read:
        needs["PermissionsViewAllFields"] = (READ,)
    missing = [
        f"Permission {phrase(world, verb, definition)} depends on permission(s): "
        + ", ".join(phrase(world, one, definition) for one in wanted if not row[one])
        for verb, wanted in needs.items()
        if row[verb] and not all(row[one] for one in wanted)
    ]
    if missing:
        raise depends(Fact.OBJECT_DEPENDS, missing)


def _others(world: World, row: Row) -> None:
    """What depends on another object of the same set has it, after every write (1.8)."""
    here = {
        str(one["SobjectType"]): one
        for one in world.tables.where("ObjectPermissions", ParentId=row["ParentId"])
    }
    seen = here
    if not world.switches.masters_in_same_collection:
        seen = {name: one for name, one in here.items() if one["Id"] not in world.statement}
    for fact, dependencies in (
        (Fact.MASTER_DEPENDS, _on_masters(world, here)),
        (Fact.ACROSS_DEPENDS, _ELSEWHERE.items()),
    ):
        missing = [
            f"Permission {phrase(world, verb, world.schema[name])} depends on permission(s): "
            f"{phrase(world, needed, world.schema[other])}"
            for (name, verb), (other, needed) in dependencies
            if _has(here, name, verb)
            and not _has(seen if name == row["SobjectType"] else here, other, needed)
        ]
        if missing:
            raise depends(fact, missing)


def _on_masters(world: World, here: Iterable[str]) -> list[tuple[Need, Need]]:
    """Read on a detail needs Read on its master."""
    return [
        ((detail, READ), (master, READ))
        for detail in sorted(here)
        for master in world.schema[detail].masters
    ]


def _has(rows: Mapping[str, Row], name: str, verb: str) -> bool:
    return name in rows and bool(rows[name][verb])


def _after_update(world: World, _access: Access, _old: Row, new: Row) -> None:
    if not any(new[one] for one in _EVERY):
        world.tables.remove("ObjectPermissions", str(new["Id"]))
        _others(world, new)
        return
    _check(world, new)


def _delete(world: World, _access: Access, row: Row) -> None:
    parent_of(world, row)


def _after_delete(world: World, _access: Access, row: Row) -> None:
    _others(world, row)


def _after_insert(world: World, _access: Access, row: Row) -> None:
    _check(world, row)


OBJECT_PERMISSIONS = Rules(
    rights=("ManageProfilesPermissionsets",),
    insert=_insert,
    after_insert=_after_insert,
    after_update=_after_update,
    delete=_delete,
    after_delete=_after_delete,
)
