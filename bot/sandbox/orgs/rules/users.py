"""Rules of User and UserLogin (salesforce-provisioning 1.5, 2.2, 5.2, 7.3)."""

from __future__ import annotations

import re

from bot.sandbox.orgs.grants import Access
from bot.sandbox.orgs.refusal import Fact, Refused
from bot.sandbox.orgs.rules.registry import Rules
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import World

_MAIL = re.compile(r"[^\s@<>(),;:\"\[\]\\]+@[^\s@<>(),;:\"\[\]\\.]+(\.[^\s@.<>(),;:\"\[\]\\]+)+")
_TAKEN = (
    "Duplicate Username.<br>The username already exists in this or another Salesforce organization."
    " Usernames must be unique across all Salesforce organizations. To resolve, use a different"
    " username (it doesn't need to match the user's email address)."
)


def _insert(world: World, _access: Access, row: Row) -> None:
    _username(world, row)
    _email(row)
    row["Name"] = " ".join(str(row[one]) for one in ("FirstName", "LastName") if row[one])
    _nickname(world, row)
    if row["IsActive"]:
        _seat(world, row)
    _feature(row)
    _trigger(world)


def _after_insert(world: World, access: Access, row: Row) -> None:
    """Every user has one row for the set that its profile owns (1.10)."""
    owned = world.tables.where("PermissionSet", ProfileId=row["ProfileId"], IsOwnedByProfile=True)
    world.add(
        "PermissionSetAssignment",
        by=access.user_id,
        AssigneeId=row["Id"],
        PermissionSetId=owned[0]["Id"],
    )
    if world.switches.login_row_before_login:
        world.add("UserLogin", by=access.user_id, UserId=row["Id"])


def _update(world: World, _access: Access, old: Row, new: Row) -> None:
    if new["Username"] != old["Username"]:
        _username(world, new)
    if new["Email"] != old["Email"]:
        _email(new)
    moved = new["ProfileId"] != old["ProfileId"]
    if new["IsActive"] and (moved or not old["IsActive"]):
        _seat(world, new)
    new["Name"] = " ".join(str(new[one]) for one in ("FirstName", "LastName") if new[one])
    _feature(new)
    _trigger(world)


def _username(world: World, row: Row) -> None:
    name = str(row["Username"])
    if not _MAIL.fullmatch(name):
        raise Refused(
            Fact.USERNAME_SHAPE,
            world.switches.username_shape_code,
            "Username: invalid email address: " + name,
            fields=("Username",),
        )
    if name != name.lower():
        if world.switches.uppercase_username_refused:
            raise Refused(
                Fact.USERNAME_CASE,
                world.switches.username_shape_code,
                "Username: must be lower case: " + name,
                fields=("Username",),
            )
        row["Username"] = name.lower()
    if world.is_taken(name):
        raise Refused(Fact.USERNAME_TAKEN, "DUPLICATE_USERNAME", _TAKEN, fields=("Username",))


def _email(row: Row) -> None:
    if not _MAIL.fullmatch(str(row["Email"])):
        raise Refused(
            Fact.EMAIL,
            "INVALID_EMAIL_ADDRESS",
            f"Email: invalid email address: {row['Email']}",
            fields=("Email",),
        )


def _nickname(world: World, row: Row) -> None:
    """Unique in the org; made when it is left out (1.5)."""
    given = row["CommunityNickname"]
    if given is None:
        row["CommunityNickname"] = f"{str(row['Username']).partition('@')[0][:28]}{row['Id']}"[:40]
    elif world.tables.where("User", CommunityNickname=given):
        raise Refused(
            Fact.NICKNAME_TAKEN,
            "DUPLICATE_COMM_NICKNAME",
            "Duplicate Nickname.<br>Another user has already selected this nickname.",
            fields=("CommunityNickname",),
        )


def _seat(world: World, row: Row) -> None:
    """Active users of the profile's licence are its used seats (1.1)."""
    found = world.license_of(row) or {"Id": None, "TotalLicenses": None}
    total = found["TotalLicenses"]
    if isinstance(total, int) and world.seats_used(found["Id"]) >= total:
        raise Refused(Fact.SEAT, "LICENSE_LIMIT_EXCEEDED", "License Limit Exceeded", fields=())


def _feature(row: Row) -> None:
    """No Marketing User licence is spare in these orgs."""
    if row["UserPermissionsMarketingUser"]:
        raise Refused(
            Fact.FEATURE_SEAT,
            "LICENSE_LIMIT_EXCEEDED",
            "License limit exceeded",
            fields=("UserPermissionsMarketingUser",),
        )


def _trigger(world: World) -> None:
    if world.user_trigger is not None:
        raise Refused(
            Fact.TRIGGER, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", world.user_trigger, fields=()
        )


def _delete(_world: World, _access: Access, _row: Row) -> None:
    raise Refused(
        Fact.USER_FOREVER,
        "INVALID_TYPE_FOR_OPERATION",
        "entity type User does not support delete",
        fields=(),
    )


def _login_row(_world: World, _access: Access, old: Row, new: Row) -> None:
    if new["IsPasswordLocked"] and not old["IsPasswordLocked"]:
        raise Refused(
            Fact.LOCKED_OUT,
            "FIELD_INTEGRITY_EXCEPTION",
            "IsPasswordLocked can only be set to false",
            fields=("IsPasswordLocked",),
        )


USER = Rules(
    rights=("ManageUsers",),
    insert=_insert,
    after_insert=_after_insert,
    update=_update,
    delete=_delete,
)
USER_LOGIN = Rules(rights=("ManageUsers",), update=_login_row)
