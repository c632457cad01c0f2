"""Two read-only looks at an org: one for the catalogue, one for a single request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simple_salesforce.format import format_soql

from bot.salesforce import facts, reads
from bot.salesforce.gateway import AppFound, Identity, Refused, Snapshot, Survey
from bot.salesforce.rest import Rest
from store.records import OrgFacts

RIGHTS = (
    "PermissionsApiEnabled",
    "PermissionsViewSetup",
    "PermissionsManageUsers",
    "PermissionsAssignPermissionSets",
    "PermissionsManageProfilesPermissionsets",
    "PermissionsCustomizeApplication",
    "PermissionsModifyAllData",
)
"""The bot's own user permissions that are looked at (salesforce-provisioning 3.4)."""

_APPS = {
    "connected_app": ("ConnectedApplication", "Name", ", OptionsAllowAdminApprovedUsersOnly"),
    "external_client_app": ("ExternalClientApplication", "DeveloperName", ""),
}


def identity(rest: Rest) -> Identity:
    """Read who the org is (salesforce-provisioning 1.0a)."""
    return _identity(rest, rest.query(_ORGANIZATION))


_ORGANIZATION = (
    "SELECT Id, Name, IsSandbox, OrganizationType, TrialExpirationDate FROM Organization"
)


def _identity(rest: Rest, rows: reads.Rows) -> Identity:
    row = rows[0]
    return Identity(
        org_id=row["Id"],
        name=row["Name"],
        is_sandbox=bool(row["IsSandbox"]),
        organization_type=str(row["OrganizationType"]),
        has_trial_end=row.get("TrialExpirationDate") is not None,
        bot_user_id=rest.token.user_id if rest.token else "",
    )


def _seat_queries() -> list[str]:
    """Totals as bought, and used as counted: the org's own counters may be a day old (1.1, 1.2)."""
    users, assigned = used_queries()
    return [
        format_soql(
            "SELECT TotalLicenses FROM UserLicense WHERE Name = {name}", name=reads.LICENSE
        ),
        users,
        reads.psl_query(),
        assigned,
    ]


def used_queries() -> tuple[str, str]:
    """Count the seats in use: active users on the licence, rows of the permission set licence."""
    return (
        format_soql(
            "SELECT COUNT(Id) seats FROM User"
            " WHERE IsActive = true AND Profile.UserLicense.Name = {name}",
            name=reads.LICENSE,
        ),
        format_soql(
            "SELECT COUNT(Id) seats FROM PermissionSetLicenseAssign"
            " WHERE PermissionSetLicense.DeveloperName = {name}",
            name=reads.PSL,
        ),
    )


def _seats(answers: Sequence[reads.Rows]) -> tuple[int, int, int, int]:
    licenses, users, psls, assigned = answers
    return (
        int(licenses[0]["TotalLicenses"]) if licenses else 0,
        int(users[0]["seats"]),
        int(psls[0]["TotalLicenses"]) if psls else 0,
        int(assigned[0]["seats"]),
    )


def snapshot(rest: Rest, *, org: str, apps: Mapping[str, tuple[str, str]]) -> Snapshot:
    """Read what the catalogue keeps; `apps` maps an app's key to its kind and name."""
    who, *seats = reads.need(rest.queries([_ORGANIZATION, *_seat_queries()]))
    license_total, license_used, psl_total, psl_used = _seats(seats)
    found = {key: find_app(rest, kind, name) for key, (kind, name) in apps.items()}
    every = facts.grantable(rest)
    return Snapshot(
        identity=_identity(rest, who),
        facts=OrgFacts(
            org=org,
            license_total=license_total,
            license_used=license_used,
            psl_total=psl_total,
            psl_used=psl_used,
            apps=tuple(key for key, app in found.items() if isinstance(app, AppFound)),
        ),
        objects=facts.of(rest, every),
    )


def survey(
    rest: Rest,
    *,
    usernames: Sequence[str],
    set_names: Sequence[str],
    app: tuple[str, str] | None,
    objects: Sequence[str],
    name: str,
) -> Survey:
    """Look at everything that one request depends on; raises `Refused` and `Unavailable`."""
    who, *seats = reads.need(rest.queries([_ORGANIZATION, *_seat_queries()]))
    license_total, license_used, psl_total, psl_used = _seats(seats)
    identified = _identity(rest, who)
    # A late answer is kept, because the last is a mere hint whose scan may always take too long.
    profiles, users, sets, rights, existing = rest.queries(
        _request_queries(identified.bot_user_id, usernames, set_names, name), keep_late=True
    )
    profiles, users, sets = reads.need(_in_time([profiles, users, sets]))
    rights = _in_time([rights])[0]
    every = facts.grantable(rest)
    found = find_app(rest, *app) if app else None
    return Survey(
        identity=identified,
        license_total=license_total,
        license_used=license_used,
        psl_total=psl_total,
        psl_used=psl_used,
        profile=reads.profile_of(profiles)[1],
        taken=frozenset(str(row["Username"]).lower() for row in users),
        sets={str(row["Name"]): row["LicenseId"] for row in sets},
        psl_id=seats[2][0]["Id"] if seats[2] else None,
        app=found if isinstance(found, AppFound) else None,
        rights=_rights(rights),
        objects=facts.with_masters(rest, objects, every),
        grantable=frozenset(every),
        existing=() if isinstance(existing, Refused) else tuple(r["Username"] for r in existing),
        unreadable={"app": str(found)} if isinstance(found, Refused) else {},
    )


def _in_time(answers: Sequence[reads.Rows | Refused]) -> list[reads.Rows | Refused]:
    """The same answers; raises `Unavailable` for one that ran out of time."""
    for one in answers:
        if isinstance(one, Refused) and one.is_late:
            raise one.waited_for()
    return list(answers)


def _request_queries(
    bot_user_id: str, usernames: Sequence[str], set_names: Sequence[str], name: str
) -> list[str]:
    return [
        reads.profile_query(),
        format_soql("SELECT Username FROM User WHERE Username IN {names}", names=list(usernames)),
        format_soql(
            "SELECT Name, LicenseId FROM PermissionSet WHERE Name IN {names}",
            names=list(set_names),
        ),
        _rights_query(bot_user_id),
        format_soql(
            "SELECT Username FROM User WHERE IsActive = true AND Name LIKE '%{:like}%'"
            " AND Profile.UserLicense.Name = {license} ORDER BY Username LIMIT 5",
            name,
            license=reads.LICENSE,
        ),
    ]


def _rights_query(user_id: str) -> str:
    return format_soql(
        f"SELECT {', '.join(RIGHTS)} FROM PermissionSet WHERE Id IN"  # noqa: S608 - constants
        " (SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = {user})",
        user=user_id,
    )


def own_rights(rest: Rest) -> frozenset[str]:
    """The bot's own rights, asked alone: for when the org refused to be looked at."""
    rest.connect()
    return _rights(rest.query(_rights_query(rest.token.user_id if rest.token else "")))


def _rights(answer: reads.Rows | Refused) -> frozenset[str]:
    """The rights that the bot's permission sets or its profile grant; unreadable: none."""
    if isinstance(answer, Refused):
        return frozenset()
    return frozenset(right for right in RIGHTS if any(row.get(right) for row in answer))


def find_app(rest: Rest, kind: str, name: str) -> AppFound | Refused | None:
    """Find an app by its name; its policy is readable for connected apps only (1.13).

    External client apps are "for internal use only": an org may not let them be read (2.5), which
    is its `Refused`. Raises `Unavailable`.
    """
    sobject, column, more = _APPS[kind]
    soql = format_soql(
        f"SELECT Id{more} FROM {sobject} WHERE {column} = {{name}}",  # noqa: S608 - constants
        name=name,
    )
    try:
        rows = rest.query(soql)
    except Refused as no:
        return no
    if not rows:
        return None
    approved: Any = rows[0].get("OptionsAllowAdminApprovedUsersOnly")
    return AppFound(id=rows[0]["Id"], admin_approved=approved)
