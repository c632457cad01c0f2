"""What exists of one wanted state: the queries of an observation and how their answer is read.

Two HTTP requests at most: the first says who is there, the second what hangs on it, and is left
out when nothing is there. A composite holds five queries (salesforce-provisioning 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from simple_salesforce.format import format_soql

from bot.core.plan import (
    Found,
    FoundApp,
    FoundAssignment,
    FoundField,
    FoundObject,
    FoundSet,
    FoundUser,
)
from bot.salesforce.gateway import Refused
from bot.salesforce.rest import Rest
from store.records import Verb

LICENSE = "Salesforce Integration"
PSL = "SalesforceAPIIntegrationPsl"
"""Exact names (auth-and-monitoring 5.2); SOQL compares text without case."""

PROFILES = ("Minimum Access - API Only Integrations", "Salesforce API Only System Integrations")
"""The newer profile first: the older one is deprecated (salesforce-provisioning 1.4)."""

VERBS = {
    "PermissionsRead": Verb.READ,
    "PermissionsCreate": Verb.CREATE,
    "PermissionsEdit": Verb.EDIT,
    "PermissionsDelete": Verb.DELETE,
    "PermissionsViewAllRecords": Verb.VIEW_ALL,
    "PermissionsModifyAllRecords": Verb.MODIFY_ALL,
}

_VIRTUAL = "000"
Rows = list[dict[str, Any]]


def observe(rest: Rest, *, username: str, set_names: Sequence[str]) -> Found:
    """Read what exists; raises `Refused` and `Unavailable`."""
    org, users, sets, psls, profiles = need(
        rest.queries(
            [
                "SELECT Id FROM Organization",
                format_soql(
                    "SELECT Id, Username, IsActive, CreatedById, CreatedBy.Name"
                    " FROM User WHERE Username = {name}",
                    name=username,
                ),
                format_soql(
                    "SELECT Id, Name, LicenseId, CreatedById, CreatedBy.Name"
                    " FROM PermissionSet WHERE Name IN {names}",
                    names=list(set_names),
                ),
                psl_query(),
                profile_query(),
            ]
        )
    )
    user = users[0] if users else None
    hanging = _hanging(rest, user, sets, psls) if user or sets else None
    return Found(
        org_id=org[0]["Id"],
        bot_user_id=rest.token.user_id if rest.token else "",
        profile_id=profile_of(profiles)[0],
        psl_id=psls[0]["Id"] if psls else None,
        user=_user(user, hanging[0] if hanging else []),
        sets=tuple(_set(one, hanging) for one in sets),
    )


def granted_objects(rest: Rest, user_id: str) -> frozenset[str]:
    """Objects that any set of the user, its profile's included, grants Read on (5.3).

    Modify All Data shows every object in rows whose id begins with 000 (1.8): nobody granted these
    objects one by one, so they do not count, and the test finds that the user sees too much.
    """
    rows = rest.query(
        format_soql(
            "SELECT Id, SobjectType FROM ObjectPermissions"
            " WHERE PermissionsRead = true AND ParentId IN"
            " (SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = {user})",
            user=user_id,
        )
    )
    return frozenset(
        str(row["SobjectType"]) for row in rows if not str(row["Id"]).startswith(_VIRTUAL)
    )


def psl_query() -> str:
    """The permission set licence of integration users, with its seats."""
    return format_soql(
        "SELECT Id, TotalLicenses, UsedLicenses FROM PermissionSetLicense"
        " WHERE DeveloperName = {name}",
        name=PSL,
    )


def profile_query() -> str:
    """The profiles of the integration licence; an org has one or both names, or a clone."""
    return format_soql("SELECT Id, Name FROM Profile WHERE UserLicense.Name = {name}", name=LICENSE)


def profile_of(profiles: Rows) -> tuple[str | None, str | None]:
    """Choose the profile: the newer name, then the older one, then any of the licence."""
    by_name = {one["Name"]: one for one in sorted(profiles, key=lambda one: str(one["Name"]))}
    for name in (*PROFILES, *by_name):
        if name in by_name:
            return by_name[name]["Id"], name
    return None, None


def need(answers: Iterable[Rows | Refused]) -> list[Rows]:
    """Every answer, or the first refusal raised."""
    rows = []
    for answer in answers:
        if isinstance(answer, Refused):
            raise answer
        rows.append(answer)
    return rows


def _hanging(rest: Rest, user: Mapping[str, Any] | None, sets: Rows, psls: Rows) -> list[Rows]:
    """The rows that hang on the user and on the sets: PSL, assignments, objects, fields, apps."""
    user_id = user["Id"] if user else ""
    psl_id = psls[0]["Id"] if psls else ""
    parents = [one["Id"] for one in sets] or [user_id]
    return need(
        rest.queries(
            [
                format_soql(
                    "SELECT Id FROM PermissionSetLicenseAssign"
                    " WHERE AssigneeId = {user} AND PermissionSetLicenseId = {psl}",
                    user=user_id or psl_id or parents[0],
                    psl=psl_id or user_id or parents[0],
                ),
                format_soql(
                    "SELECT Id, AssigneeId, PermissionSetId FROM PermissionSetAssignment"
                    " WHERE PermissionSetId IN {sets}",
                    sets=parents,
                ),
                format_soql(
                    f"SELECT Id, ParentId, SobjectType, {', '.join(VERBS)},"  # noqa: S608 - constants
                    " PermissionsViewAllFields FROM ObjectPermissions WHERE ParentId IN {sets}",
                    sets=parents,
                ),
                format_soql(
                    "SELECT Id, ParentId, SobjectType, Field, PermissionsRead, PermissionsEdit"
                    " FROM FieldPermissions WHERE ParentId IN {sets}",
                    sets=parents,
                ),
                format_soql(
                    "SELECT Id, ParentId, SetupEntityId FROM SetupEntityAccess"
                    " WHERE ParentId IN {sets} AND SetupEntityType IN"
                    " ('ConnectedApplication', 'ExternalClientApplication')",
                    sets=parents,
                ),
            ]
        )
    )


def _user(user: Mapping[str, Any] | None, psl_rows: Rows) -> FoundUser | None:
    if user is None:
        return None
    return FoundUser(
        username=user["Username"],
        id=user["Id"],
        created_by=user["CreatedById"],
        created_by_name=_name(user),
        active=user["IsActive"],
        psl_row=psl_rows[0]["Id"] if psl_rows else None,
    )


def _set(one: Mapping[str, Any], hanging: list[Rows] | None) -> FoundSet:
    _, assigned, objects, fields, apps = hanging or [[], [], [], [], []]
    return FoundSet(
        name=one["Name"],
        id=one["Id"],
        created_by=one["CreatedById"],
        created_by_name=_name(one),
        license_id=one["LicenseId"],
        objects=tuple(_object(row) for row in objects if row["ParentId"] == one["Id"]),
        fields=tuple(
            FoundField(
                object=row["SobjectType"],
                field=row["Field"].partition(".")[2],
                read=row["PermissionsRead"],
                edit=row["PermissionsEdit"],
                id=row["Id"],
            )
            for row in fields
            if row["ParentId"] == one["Id"]
        ),
        apps=tuple(
            FoundApp(app_id=row["SetupEntityId"], id=row["Id"])
            for row in apps
            if row["ParentId"] == one["Id"]
        ),
        assignments=tuple(
            FoundAssignment(user_id=row["AssigneeId"], id=row["Id"])
            for row in assigned
            if row["PermissionSetId"] == one["Id"]
        ),
    )


def _object(row: Mapping[str, Any]) -> FoundObject:
    return FoundObject(
        object=row["SobjectType"],
        verbs=tuple(verb for column, verb in VERBS.items() if row[column]),
        all_fields=bool(row.get("PermissionsViewAllFields")),
        id=row["Id"],
    )


def _name(row: Mapping[str, Any]) -> str:
    by = row.get("CreatedBy")
    return str(by["Name"]) if isinstance(by, Mapping) else str(row["CreatedById"])
