"""When was an integration user last used, and may anybody say so? A judgement of what was seen.

1. Every source of evidence gives moments; those that the bot's own test logins explain are left
out. 2. The newest one decides: active, or not used for too long. 3. Failures after it are another
alert. 4. A source that the bot has no right to read may hold a newer moment, even when its query
succeeds (it then silently shows only one's own rows): the answer is "unknown", never "stale".
(auth-and-monitoring 4.1, 4.2, 4.5)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from store.records import Json

RETENTION: Final = timedelta(days=180)
"""So far back the login history reaches (auth-and-monitoring 4.1)."""

FAILURES: Final = 3
"""So many failed logins with none that worked after them are an alert of their own (4.5)."""

_BEFORE: Final = timedelta(minutes=2)
_AFTER: Final = timedelta(minutes=5)
"""The org's clock may differ from the bot's, and a login may take a while after it is journaled."""

Window = tuple[datetime, datetime]


class Evidence(StrEnum):
    """A source of "last used"; the value is what people call it."""

    LOGINS = "login history"
    TOKENS = "OAuth tokens"
    LAST_LOGIN = "last login date"


NEEDS = {
    Evidence.LOGINS: 'the right "Manage Users" or "Monitor Login History"',
    Evidence.TOKENS: 'the right "Customize Application"',
}
"""Without it a source silently shows the bot's own rows only (auth-and-monitoring 4.1, 4.2)."""


class Status(StrEnum):
    """What can be said of a user; the value stands in stored reports."""

    ACTIVE = "active"
    NEW = "new"
    STALE = "stale"
    NEVER_USED = "never_used"
    FAILING = "failing"
    UNKNOWN = "unknown"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One successful login at a time at which the bot itself logged in as this user."""

    at: datetime
    source_ip: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One user of the integration licence, and every sign of use the org shows of it.

    `success_at` and `near`: successful logins outside and inside the windows of the bot's own.
    `failures`, `failed_at`, `failure`: how many logins failed since the last that worked, when
    the newest did and how the org called it; the bot's own left out. `tokens`: when each was used.
    `frozen` None = cannot be read.
    """

    user_id: str
    username: str
    created_at: datetime
    is_active: bool = True
    frozen: bool | None = None
    last_login_at: datetime | None = None
    success_at: datetime | None = None
    near: tuple[Login, ...] = ()
    failures: int = 0
    failed_at: datetime | None = None
    failure: str = ""
    tokens: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """All users of the integration licence of an org.

    `missing` names the sources that cannot be relied on, each with the right that is missing, or
    with what the org answered. `own_ips`: from where the bot's own user logged in.
    """

    users: tuple[Trace, ...]
    missing: Mapping[Evidence, str]
    own_ips: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From `[stale]`: unused for how long is a warning, an alert; how long may a user be new."""

    warn_after: timedelta
    alert_after: timedelta
    never_used_after: timedelta

    @property
    def idle_after(self) -> timedelta:
        """Unused for shorter than this is active."""
        return min(self.warn_after, self.alert_after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """The newest sign of use, and the source that shows it."""

    at: datetime
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What can be said: `since` when it is so, `alert` = for longer than `alert_after`."""

    status: Status
    since: datetime
    last: Use | None = None
    alert: bool = False
    missing: tuple[Evidence, ...] = ()

    def to_json(self) -> Json:
        """Write as JSON."""
        return {
            "status": str(self.status),
            "since": self.since.isoformat(),
            "last": [self.last.at.isoformat(), str(self.last.evidence)] if self.last else None,
            "alert": self.alert,
            "missing": [str(one) for one in self.missing],
        }

    @classmethod
    def from_json(cls, data: Json) -> Verdict:
        """Read what `to_json` wrote."""
        last = data["last"]
        return cls(
            status=Status(data["status"]),
            since=datetime.fromisoformat(data["since"]),
            last=Use(at=datetime.fromisoformat(last[0]), evidence=Evidence(last[1]))
            if last
            else None,
            alert=data["alert"],
            missing=tuple(Evidence(one) for one in data["missing"]),
        )


def windows(own: Iterable[datetime]) -> tuple[Window, ...]:
    """When may the org have seen logins of the bot, journaled at `own`? Merged and in order."""
    found: list[Window] = []
    for at in sorted(own):
        start, end = at - _BEFORE, at + _AFTER
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(found)


def within(at: datetime, some: Sequence[Window]) -> bool:
    """Does a moment lie in one of the windows?"""
    return any(start <= at <= end for start, end in some)


def judge(
    seen: Trace,
    *,
    own: Sequence[datetime],
    own_ips: AbstractSet[str],
    missing: Iterable[Evidence],
    limits: Limits,
    now: datetime,
) -> Verdict:
    """Say what is known of one user; `own` = when the bot journaled its own logins as this user."""
    hidden = tuple(sorted(missing))
    last = _last(seen, own, own_ips)
    since = last.at if last else seen.created_at
    if not seen.is_active:
        return Verdict(status=Status.INACTIVE, since=since, last=last)
    if _fails(seen, last):
        return Verdict(status=Status.FAILING, since=since, last=last, alert=True)
    if last and now - last.at < limits.idle_after:
        return Verdict(status=Status.ACTIVE, since=since, last=last)
    if last is None and now - seen.created_at < limits.never_used_after:
        return Verdict(status=Status.NEW, since=since)
    if hidden:
        return Verdict(status=Status.UNKNOWN, since=since, last=last, missing=hidden)
    if last is None and not _forgotten(seen, now):
        return Verdict(status=Status.NEVER_USED, since=since, alert=True)
    if last is None:
        since = now - RETENTION
    alert = now - since >= limits.alert_after
    return Verdict(status=Status.STALE, since=since, last=last, alert=alert)


def _fails(seen: Trace, last: Use | None) -> bool:
    """Are the last logins failures only, and has no other source seen a use after them?"""
    if seen.failures < FAILURES or seen.failed_at is None:
        return False
    return last is None or seen.failed_at > last.at


def _forgotten(seen: Trace, now: datetime) -> bool:
    """May there have been a use that nothing remembers?

    The last login date is the bot's, so it hides older ones, and the history does not reach back
    to when the user was made.
    """
    return seen.last_login_at is not None and seen.created_at < now - RETENTION


def _last(seen: Trace, own: Sequence[datetime], own_ips: AbstractSet[str]) -> Use | None:
    """The newest use that is not the bot's; where sources agree, the more telling one."""
    bots = windows(own)
    uses = [Use(at=at, evidence=Evidence.LOGINS) for at in _foreign(seen.near, own, own_ips)]
    if seen.success_at:
        uses.append(Use(at=seen.success_at, evidence=Evidence.LOGINS))
    uses += [Use(at=at, evidence=Evidence.TOKENS) for at in seen.tokens if not within(at, bots)]
    if seen.last_login_at and not within(seen.last_login_at, bots):
        uses.append(Use(at=seen.last_login_at, evidence=Evidence.LAST_LOGIN))
    return max(uses, key=lambda use: use.at, default=None)


def _foreign(
    near: Sequence[Login], own: Sequence[datetime], own_ips: AbstractSet[str]
) -> list[datetime]:
    """Logins near the bot's own that cannot be them: they came from elsewhere.

    Each of the bot's logins explains those that came from an address of the bot; where its
    addresses are not known, the one nearest to it and what came from the same place.
    """
    explained: set[Login] = set()
    for at in own:
        some = [one for one in near if within(one.at, windows([at]))]
        mine = {one.source_ip for one in some} & own_ips
        if some and not mine:
            mine = {_nearest(some, at).source_ip}
        explained |= {one for one in some if one.source_ip in mine}
    return [one.at for one in near if one not in explained]


def _nearest(some: Sequence[Login], at: datetime) -> Login:
    return min(some, key=lambda one: abs(one.at - at))
