"""What does the login history say of some users? Few calls, because the org groups and counts.

Status does not filter but it groups (auth-and-monitoring 4.1): per user and status the newest login
and their number, five queries of some hundred users a call. Logins near the bot's own are left out
of the counts and read one by one, so that they can be told apart by where they came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from simple_salesforce.format import format_soql

from bot.core.activity import FAILURES, RETENTION, Login, Trace, Window
from bot.salesforce.reads import Rows, need
from bot.salesforce.rest import Rest

Windows = Mapping[str, tuple[Window, ...]]
"""When the bot logged in as a user, by the user's id."""

IDS = 150
_LONGEST = 4000
"""Ids, and characters, of one query's conditions: it travels as a URL inside a composite."""

_LATELY = timedelta(days=7)
"""So far back the logins of those are looked at who logged in not long ago."""

_OK = "Success"
_T = TypeVar("_T")


@dataclass(slots=True, kw_only=True)
class _Logins:
    """The logins of one user outside the bot's own windows, as the org counts them."""

    success_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str = ""
    failures: int = 0
    near: list[Login] = field(default_factory=list)


def with_logins(
    rest: Rest, active: Sequence[Trace], idle: Sequence[Trace], bots: Windows, now: datetime
) -> dict[str, Trace]:
    """The same users with what the login history says of them; raises `Refused`, `Unavailable`.

    `idle`: those of the active who did not log in lately; their whole history is looked at.
    """
    seen = {one.user_id: _Logins() for one in active}
    quiet = sorted(one.user_id for one in idle)
    busy = sorted(seen.keys() - set(quiet))
    conditions = [
        *_outside(quiet, bots, now - RETENTION),
        *_outside(busy, bots, now - _LATELY),
    ]
    for row in _counted(rest, conditions):
        _add(seen[row["UserId"]], row)
    _count_since(rest, seen, bots)
    for row in _rows(rest, _inside(quiet, bots)):
        if row["Status"] == _OK:
            login = Login(at=moment(row["LoginTime"]), source_ip=row["SourceIp"])
            seen[row["UserId"]].near.append(login)
    return {one.user_id: _told(one, seen[one.user_id]) for one in active}


def _told(one: Trace, logins: _Logins) -> Trace:
    return replace(
        one,
        success_at=logins.success_at,
        failed_at=logins.failed_at,
        failure=logins.failure,
        failures=logins.failures,
        near=tuple(logins.near),
    )


def _outside(users: Sequence[str], bots: Windows, since: datetime) -> list[str]:
    """Conditions for the users' logins since then, but for those near the bot's own."""
    near = {one: [window for window in bots[one] if window[1] >= since] for one in users}
    plain = [one for one in users if not near[one]]
    conditions = [
        format_soql(
            "(UserId IN {ids} AND LoginTime >= {since})", ids=list(some), since=_second(since)
        )
        for some in chunks(plain, IDS)
    ]
    for user in (one for one in users if near[one]):
        parts = [format_soql("UserId = {user} AND LoginTime >= {at}", user=user, at=_second(since))]
        parts += [
            format_soql(
                "(LoginTime < {start} OR LoginTime > {end})",
                start=_second(start),
                end=_second(end),
            )
            for start, end in near[user]
        ]
        conditions.append(f"({' AND '.join(parts)})")
    return conditions


def _inside(users: Sequence[str], bots: Windows) -> list[str]:
    """Conditions for the users' logins near the bot's own."""
    return [
        format_soql(
            "(UserId = {user} AND LoginTime >= {start} AND LoginTime <= {end})",
            user=user,
            start=_second(start),
            end=_second(end),
        )
        for user in users
        for start, end in bots[user]
    ]


def _count_since(rest: Rest, seen: Mapping[str, _Logins], bots: Windows) -> None:
    """Count anew where logins fail that once worked: only the failures after the last success."""
    conditions = []
    for user, one in seen.items():
        mixed = one.success_at and one.failed_at and one.failed_at > one.success_at
        if mixed and one.success_at and one.failures >= FAILURES:
            after = one.success_at + timedelta(seconds=1)
            conditions += _outside([user], {user: bots[user]}, after)
            one.failures, one.failed_at, one.failure = 0, None, ""
    for row in _counted(rest, conditions):
        _add(seen[row["UserId"]], row)


def _add(logins: _Logins, row: Mapping[str, Any]) -> None:
    """Add one user's logins of one status: the newest, and how many."""
    newest = moment(row["newest"])
    if row["Status"] == _OK:
        logins.success_at = max(filter(None, (logins.success_at, newest)))
        return
    logins.failures += int(row["many"])
    if logins.failed_at is None or newest > logins.failed_at:
        logins.failed_at, logins.failure = newest, str(row["Status"])


def _counted(rest: Rest, conditions: Sequence[str]) -> Rows:
    """The newest login and their number, per user and status."""
    start = "SELECT UserId, Status, MAX(LoginTime) newest, COUNT(Id) many FROM LoginHistory WHERE "
    return _ask(rest, [f"{start}{some} GROUP BY UserId, Status" for some in _joined(conditions)])


def _rows(rest: Rest, conditions: Sequence[str]) -> Rows:
    start = "SELECT UserId, Status, LoginTime, SourceIp FROM LoginHistory WHERE "
    return _ask(rest, [start + some for some in _joined(conditions)])


def _joined(conditions: Sequence[str]) -> Iterator[str]:
    """Conditions joined by OR, as many as fit into one query."""
    some: list[str] = []
    for one in conditions:
        if some and sum(map(len, some)) + len(one) > _LONGEST:
            yield " OR ".join(some)
            some = []
        some.append(one)
    if some:
        yield " OR ".join(some)


def _ask(rest: Rest, soqls: Sequence[str]) -> Rows:
    """Rows of all queries; the first refusal is raised."""
    return [row for rows in need(rest.queries(soqls, keep_late=True)) for row in rows]


def chunks(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """Cut into pieces of at most `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def moment(text: str) -> datetime:
    """A moment as REST writes it, such as 2026-11-25T07:30:00.000+0000."""
    return datetime.fromisoformat(text)
