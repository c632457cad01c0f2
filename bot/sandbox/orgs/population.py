"""Who and what lives in the two orgs? Seats, profiles, people, integration users, apps, some rows.

The numbers are believable, not real: an old shared integration user with the admin's profile,
other teams' integration users, one stale, one that never logged in, one deactivated.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.sandbox.orgs import fleet
from bot.sandbox.orgs.schema import SYSTEM_PERMISSIONS
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import (
    ADMIN_PROFILE,
    LICENSE,
    NEW_PROFILE,
    OLD_PROFILE,
    PSL,
    App,
    World,
)

LEAST_RIGHTS = frozenset(
    {
        "ApiEnabled",
        "AssignPermissionSets",
        "ManageProfilesPermissionsets",
        "ManageUsers",
        "ViewRoles",
        "ViewSetup",
    }
)
"""What the bot's own user needs (salesforce-provisioning 3.4)."""

DOCUMENTED_RIGHTS = LEAST_RIGHTS | {"CustomizeApplication", "ManageTranslation", "ModifyAllData"}
"""The same with what the documentation wants for app grants; whether it is enforced: a switch."""

_API_ONLY = frozenset({"ApiEnabled", "ApiUserOnly"})
_DAY = timedelta(days=1)


def populate(
    world: World, *, rights: frozenset[str], sees: Iterable[str], seats: tuple[int, int]
) -> str:
    """Fill an empty org; `seats` = user licences and PSLs in all. Answers the bot's username."""
    _organization(world)
    licenses = _licenses(world, seats)
    profiles = _profiles(world, licenses)
    suffix = ".uat" if world.is_sandbox else ""
    _people(world, profiles, suffix)
    fleet.apps(world)
    bot = _bot(world, profiles, rights, tuple(sees), f"provisioner@acme.example{suffix}")
    _integrations(world, profiles, suffix)
    fleet.history(world)
    for row in world.tables.rows("UserLicense"):
        world.tables.put("UserLicense", row | {"UsedLicenses": world.seats_used(row["Id"])})
    for row in world.tables.rows("PermissionSetLicense"):
        world.tables.put("PermissionSetLicense", row | {"UsedLicenses": world.psl_used(row["Id"])})
    return str(bot["Username"])


def _organization(world: World) -> None:
    row = world.add(
        "Organization",
        Name="Acme",
        IsSandbox=world.is_sandbox,
        OrganizationType="Enterprise Edition",
        InstanceName="DEU4S" if world.is_sandbox else "DEU12",
    )
    world.organization_id = str(row["Id"])


def _licenses(world: World, seats: tuple[int, int]) -> dict[str, Row]:
    made = {}
    for name, key, total in (
        ("Salesforce", "SFDC", 40),
        ("Salesforce Platform", "AUL", 10),
        (LICENSE, "PID_Salesforce_Integration", seats[0]),
    ):
        made[name] = world.add(
            "UserLicense",
            Name=name,
            MasterLabel=name,
            LicenseDefinitionKey=key,
            Status="Active",
            TotalLicenses=total,
            UsedLicensesLastUpdated=world.clock(),
        )
    world.add(
        "PermissionSetLicense",
        DeveloperName=PSL,
        MasterLabel="Salesforce API Integration",
        PermissionSetLicenseKey=PSL,
        Status="Active",
        TotalLicenses=seats[1],
        MaximumPermissionsManageInteraction=True,
    )
    return made


def _profiles(world: World, licenses: dict[str, Row]) -> dict[str, Row]:
    made = {
        ADMIN_PROFILE: _profile(world, ADMIN_PROFILE, licenses["Salesforce"], SYSTEM_PERMISSIONS),
        "Standard User": _profile(world, "Standard User", licenses["Salesforce"], {"ApiEnabled"}),
        "Minimum Access - Salesforce": _profile(
            world, "Minimum Access - Salesforce", licenses["Salesforce"], ()
        ),
    }
    names = {
        "new": (NEW_PROFILE,),
        "old": (OLD_PROFILE,),
        "both": (OLD_PROFILE, NEW_PROFILE),
        "clone": ("Acme API Only Integrations",),
    }[world.switches.profiles]
    for name in names:
        made[name] = _profile(world, name, licenses[LICENSE], _API_ONLY)
    made["integration"] = made[names[-1]]
    return made


def _profile(world: World, name: str, license_row: Row, rights: Iterable[str]) -> Row:
    on: Row = {f"Permissions{one}": True for one in rights if one != "ApiUserOnly"}
    if "ApiUserOnly" in rights and name != ADMIN_PROFILE:
        on["PermissionsApiUserOnly"] = True
    row = world.add(
        "Profile", Name=name, UserLicenseId=license_row["Id"], by="", UserType="Standard", **on
    )
    world.add(
        "PermissionSet",
        Name=f"X{row['Id']}",
        Label=f"X{row['Id']}",
        ProfileId=row["Id"],
        IsOwnedByProfile=True,
        IsCustom=False,
        Type="Profile",
        LicenseId=license_row["Id"],
        by="",
        **on,
    )
    return row


def add_user(
    world: World,
    username: str,
    name: str,
    profile: Row,
    *,
    last_login: datetime | None = None,
    active: bool = True,
    by: str = "",
) -> Row:
    """Put a user there without any rule, with the assignment that its profile brings."""
    first, _, last = name.rpartition(" ")
    row = world.add(
        "User",
        by=by,
        Username=username,
        FirstName=first or None,
        LastName=last,
        Alias=username[:8].partition("@")[0],
        CommunityNickname=username.partition("@")[0],
        Email=username.removesuffix(".uat"),
        TimeZoneSidKey="Europe/Berlin",
        LocaleSidKey="en_US",
        EmailEncodingKey="UTF-8",
        LanguageLocaleKey="en_US",
        ProfileId=profile["Id"],
        IsActive=active,
        LastLoginDate=last_login,
    )
    owned = world.tables.where("PermissionSet", ProfileId=profile["Id"])[0]
    assign(world, row, owned)
    if last_login is not None or world.switches.login_row_before_login:
        world.add("UserLogin", UserId=row["Id"])
    return row


def assign(world: World, user: Row, permission_set: Row) -> None:
    """Assign a set without any rule."""
    world.add(
        "PermissionSetAssignment", AssigneeId=user["Id"], PermissionSetId=permission_set["Id"]
    )


def _people(world: World, profiles: dict[str, Row], suffix: str) -> None:
    now = world.clock()
    max_ = add_user(
        world, f"max@acme.example{suffix}", "Max Admin", profiles[ADMIN_PROFILE], last_login=now
    )
    add_user(
        world,
        f"integration@acme.example{suffix}",
        "Shared Integration",
        profiles[ADMIN_PROFILE],
        last_login=now - _DAY,
        by=str(max_["Id"]),
    )
    for number, name in enumerate(("Rae Requester", "Olu Owner", "Bea Backup", "Sam Stranger")):
        username = f"{name.partition(' ')[0].lower()}@acme.example{suffix}"
        seen = now - number * _DAY
        add_user(world, username, name, profiles["Standard User"], last_login=seen)
    fleet.rows(world, str(max_["Id"]))


def _bot(
    world: World,
    profiles: dict[str, Row],
    rights: frozenset[str],
    sees: tuple[str, ...],
    username: str,
) -> Row:
    """The bot's own user: a least-privilege user with system permissions, not an admin."""
    user = add_user(
        world, username, "Integration User Bot", profiles["Minimum Access - Salesforce"]
    )
    own = world.add(
        "PermissionSet",
        Name="Integration_User_Bot",
        Label="Integration User Bot",
        by="",
        **{f"Permissions{one}": True for one in rights},
    )
    for name in sees:
        world.add("ObjectPermissions", ParentId=own["Id"], SobjectType=name, PermissionsRead=True)
    _grant_app(world, own, world.apps["provisioner"])
    assign(world, user, own)
    return user


def _grant_app(world: World, permission_set: Row, app: App) -> None:
    external = app.kind == "external_client_app"
    world.add(
        "SetupEntityAccess",
        ParentId=permission_set["Id"],
        SetupEntityId=app.id,
        SetupEntityType="ExternalClientApplication" if external else "ConnectedApplication",
    )


def _integrations(world: World, profiles: dict[str, Row], suffix: str) -> None:
    """Other teams' integration users: active, stale, never used, deactivated with its PSL kept."""
    now = world.clock()
    others: list[tuple[str, str, datetime | None, bool]] = [
        ("billing-sync", "Billing Sync", now - timedelta(hours=3), True),
        ("marketing-etl", "Marketing ETL", now - 140 * _DAY, True),
        ("old-crm-export", "Old CRM Export", now - 400 * _DAY, False),
    ]
    if not world.is_sandbox:
        others.insert(2, ("data-lake", "Data Lake", None, True))
    for key, name, last, active in others:
        user = add_user(
            world,
            f"{key}@integrations.acme.example{suffix}",
            name,
            profiles["integration"],
            last_login=last,
            active=active,
        )
        world.add(
            "PermissionSetLicenseAssign",
            AssigneeId=user["Id"],
            PermissionSetLicenseId=world.psl()["Id"],
        )
        own = world.add("PermissionSet", Name=name.replace(" ", "_"), Label=name)
        world.add(
            "ObjectPermissions", ParentId=own["Id"], SobjectType="Account", PermissionsRead=True
        )
        assign(world, user, own)
