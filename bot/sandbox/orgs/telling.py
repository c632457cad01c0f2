"""What changed in the org, one sentence each, for the demo and for tests."""

from __future__ import annotations

from bot.sandbox.orgs.grants import Access
from bot.sandbox.orgs.schema.access import OBJECT_VERBS
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import World

_VERBS = {"insert": "created", "update": "changed", "delete": "deleted"}


def tell(
    world: World,
    access: Access,
    verb: str,
    sobject: str,
    row: Row,
    *,
    before: Row | None = None,
) -> None:
    """Add a sentence to the org's changes."""
    who = world.row("User", access.user_id) or {}
    world.changes.append(f"{who.get('Username')} {_sentence(world, verb, sobject, row, before)}.")


def _sentence(world: World, verb: str, sobject: str, row: Row, before: Row | None) -> str:
    parent = world.row("PermissionSet", row.get("ParentId") or row.get("PermissionSetId")) or {}
    user = world.row("User", row.get("AssigneeId") or row.get("UserId")) or {}
    given = verb != "delete"
    match sobject:
        case "User":
            return _user(verb, row, before)
        case "PermissionSet":
            return f"{_VERBS[verb]} permission set {row['Name']}"
        case "PermissionSetAssignment":
            return (
                f"{'assigned' if given else 'unassigned'} permission set {parent.get('Name')}"
                f" {'to' if given else 'from'} {user.get('Username')}"
            )
        case "PermissionSetLicenseAssign":
            return (
                f"{'gave' if given else 'took'} the permission set licence"
                f" {'to' if given else 'from'} {user.get('Username')}"
            )
        case "SetupEntityAccess":
            return (
                f"{'let' if given else 'no longer lets'} permission set {parent.get('Name')}"
                f" use {_app(world, row)}"
            )
        case "ObjectPermissions" | "FieldPermissions":
            return _permission(verb, sobject, row, str(parent.get("Name")))
        case "UserLogin":
            return f"{'froze' if row['IsFrozen'] else 'unfroze'} {user.get('Username')}"
    return f"{_VERBS[verb]} {sobject} {row['Id']}"


def _user(verb: str, row: Row, before: Row | None) -> str:
    if before is not None and row["IsActive"] != before["IsActive"]:
        return f"{'activated' if row['IsActive'] else 'deactivated'} user {row['Username']}"
    return f"{_VERBS[verb]} user {row['Username']}"


def _permission(verb: str, sobject: str, row: Row, parent: str) -> str:
    verbs: tuple[str, ...] = ("PermissionsRead", "PermissionsEdit")
    if sobject == "ObjectPermissions":
        verbs = (*OBJECT_VERBS, "PermissionsViewAllFields")
    what = str(row.get("Field") or row["SobjectType"])
    if verb == "delete":
        return f"took {what} from permission set {parent}"
    named = ", ".join(one.removeprefix("Permissions").lower() for one in verbs if row[one])
    return f"gave permission set {parent} on {what}: {named or 'nothing'}"


def _app(world: World, row: Row) -> str:
    for app in world.apps.values():
        if app.id == row["SetupEntityId"]:
            return f"app {app.label}"
    return "an app"
