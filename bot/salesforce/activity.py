"""Signs of use of every integration user, in few calls: who logged in when, and what failed.

1. All users of the licence, the bot's own rights, who is frozen, from where the bot logs in: one
composite. 2. Per status and user the newest login and their number, grouped by the org, because
Status does not filter (auth-and-monitoring 4.1): five queries of some hundred users a call.
3. OAuth tokens of those who did not log in lately (4.2). What the bot has no right to see whole is
not asked for: it would answer with the bot's own rows and look like silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from simple_salesforce.format import format_soql

from bot.core.activity import NEEDS, Evidence, Trace, Traces, windows, within
from bot.salesforce.gateway import Refused
from bot.salesforce.history import IDS, Windows, chunks, moment, with_logins
from bot.salesforce.reads import LICENSE, Rows, need
from bot.salesforce.rest import Rest

_TOKENS_MOST = 2500
"""Rows that a query of OauthToken answers at most (4.2)."""

_RIGHTS = (
    ("PermissionsManageUsers", Evidence.LOGINS),
    ("PermissionsMonitorLoginHistory", Evidence.LOGINS),
    ("PermissionsCustomizeApplication", Evidence.TOKENS),
)


def read(
    rest: Rest, *, own: Mapping[str, Sequence[datetime]], idle_after: timedelta, now: datetime
) -> Traces:
    """Read every user's signs of use; raises `Refused` and `Unavailable`.

    `own`: when the bot itself logged in, by username in small letters. Who logged in within
    `idle_after`, and not only the bot as that user, is active: the rest is looked at closely.
    """
    rest.connect()
    me = rest.token.user_id if rest.token else ""
    users, rights, monitor, frozen, addresses = rest.queries(_first(me))
    if isinstance(users, Refused):  # without View Setup there are no licences, nor one's own rights
        raise rights if isinstance(rights, Refused) else users
    missing = _missing([*_granted(rights), *_granted(monitor)])
    bots = {row["Id"]: windows(own.get(str(row["Username"]).lower(), ())) for row in users}
    traces = {row["Id"]: _trace(row, frozen) for row in users}
    active = [one for one in traces.values() if one.is_active]
    idle = [one for one in active if not _used_lately(one, bots, now - idle_after)]
    if Evidence.LOGINS not in missing:
        try:
            traces |= with_logins(rest, active, idle, bots, now)
        except Refused as no:
            missing[Evidence.LOGINS] = f"the org answered {no.code}: {no.message}"
    if Evidence.TOKENS not in missing:
        try:
            found = _tokens(rest, [one.user_id for one in idle])
            traces |= {key: replace(traces[key], tokens=at) for key, at in found.items()}
        except Refused as no:
            missing[Evidence.TOKENS] = f"the org answered {no.code}: {no.message}"
    return Traces(users=tuple(traces.values()), missing=missing, own_ips=_addresses(addresses))


def _first(me: str) -> list[str]:
    """The bot's own rows of the login history can be read without any right (4.1)."""
    mine = (
        " FROM PermissionSet WHERE Id IN"
        " (SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = {me})"
    )
    return [
        format_soql(
            "SELECT Id, Username, IsActive, CreatedDate, LastLoginDate FROM User"
            " WHERE Profile.UserLicense.Name = {license}",
            license=LICENSE,
        ),
        format_soql(f"SELECT PermissionsManageUsers, PermissionsCustomizeApplication{mine}", me=me),
        format_soql(f"SELECT PermissionsMonitorLoginHistory{mine}", me=me),
        format_soql(
            "SELECT UserId FROM UserLogin WHERE IsFrozen = true AND UserId IN"
            " (SELECT Id FROM User WHERE Profile.UserLicense.Name = {license})",
            license=LICENSE,
        ),
        format_soql(
            "SELECT SourceIp FROM LoginHistory WHERE UserId = {me}"
            " ORDER BY LoginTime DESC LIMIT 200",
            me=me,
        ),
    ]


def _granted(answer: Rows | Refused) -> list[str]:
    """Rights that some set grants; unreadable: none."""
    rows = [] if isinstance(answer, Refused) else answer
    return [right for right, _ in _RIGHTS if any(row.get(right) for row in rows)]


def _missing(granted: Sequence[str]) -> dict[Evidence, str]:
    known = {evidence for right, evidence in _RIGHTS if right in granted}
    return {one: right for one, right in NEEDS.items() if one not in known}


def _addresses(answer: Rows | Refused) -> frozenset[str]:
    rows = [] if isinstance(answer, Refused) else answer
    return frozenset(str(row["SourceIp"]) for row in rows if row.get("SourceIp"))


def _trace(row: Mapping[str, Any], frozen: Rows | Refused) -> Trace:
    known = None if isinstance(frozen, Refused) else {one["UserId"] for one in frozen}
    return Trace(
        user_id=row["Id"],
        username=row["Username"],
        created_at=moment(row["CreatedDate"]),
        is_active=bool(row["IsActive"]),
        frozen=None if known is None else row["Id"] in known,
        last_login_at=moment(row["LastLoginDate"]) if row["LastLoginDate"] else None,
    )


def _used_lately(one: Trace, bots: Windows, idle_before: datetime) -> bool:
    at = one.last_login_at
    return at is not None and at > idle_before and not within(at, bots[one.user_id])


def _tokens(rest: Rest, users: Sequence[str]) -> dict[str, tuple[datetime, ...]]:
    """When the OAuth tokens of each user were last used; a full answer is asked for in halves."""
    found: dict[str, list[datetime]] = {}
    waiting: list[Sequence[str]] = list(chunks(users, IDS))
    while waiting:
        some, waiting = waiting, []
        soqls = [
            format_soql(
                "SELECT UserId, LastUsedDate FROM OauthToken WHERE UserId IN {ids}", ids=list(ids)
            )
            for ids in some
        ]
        for ids, rows in zip(some, need(rest.queries(soqls, keep_late=True)), strict=True):
            if len(rows) >= _TOKENS_MOST and len(ids) > 1:
                waiting += [ids[: len(ids) // 2], ids[len(ids) // 2 :]]
                continue
            for row in rows:
                if row["LastUsedDate"]:
                    found.setdefault(row["UserId"], []).append(moment(row["LastUsedDate"]))
    return {user: tuple(at) for user, at in found.items()}
