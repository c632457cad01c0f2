"""What does the daily look at an org's integration users find worth saying?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.activity import NEEDS, Evidence, Limits, Status, Trace, Traces, Verdict, judge
from store.records import Json

WORST_FIRST = (Status.FAILING, Status.STALE, Status.NEVER_USED, Status.UNKNOWN)
"""What is worth saying, and in which order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The request that made a user, and its owner."""

    request: int
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One user that is worth a word; `made` None = the bot did not make it."""

    username: str
    verdict: Verdict
    failures: int = 0
    failed_at: datetime | None = None
    failure: str = ""
    frozen: bool | None = None
    made: Made | None = None

    def to_json(self) -> Json:
        """Write as JSON."""
        return {
            "username": self.username,
            "verdict": self.verdict.to_json(),
            "failures": self.failures,
            "failed_at": self.failed_at.isoformat() if self.failed_at else None,
            "failure": self.failure,
            "frozen": self.frozen,
            "made": [self.made.request, self.made.owner] if self.made else None,
        }

    @classmethod
    def from_json(cls, data: Json) -> Entry:
        """Read what `to_json` wrote."""
        made, failed_at = data["made"], data["failed_at"]
        return cls(
            username=data["username"],
            verdict=Verdict.from_json(data["verdict"]),
            failures=data["failures"],
            failed_at=datetime.fromisoformat(failed_at) if failed_at else None,
            failure=data["failure"],
            frozen=data["frozen"],
            made=Made(request=made[0], owner=made[1]) if made else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One look at one org, at `at`.

    `counts`: how many users have each status, those too that are not worth a word. `missing`: the
    sources that cannot be read, with the right. `refusal`: why the look could not be made, or "".
    """

    at: datetime
    counts: Mapping[Status, int]
    entries: tuple[Entry, ...] = ()
    missing: Mapping[Evidence, str]
    refusal: str = ""

    @property
    def users(self) -> int:
        """How many active users of the licence there are."""
        return sum(self.counts.values()) - self.counts.get(Status.INACTIVE, 0)

    @property
    def worth_saying(self) -> bool:
        """Is there anything to say at all?"""
        return bool(self.entries or self.refusal)

    @property
    def lacking(self) -> Mapping[Evidence, str]:
        """The sources that cannot be read because the bot's own user lacks a right: which."""
        return {one: why for one, why in self.missing.items() if why == NEEDS.get(one)}

    @property
    def owners(self) -> tuple[str, ...]:
        """Whom to tell by direct message."""
        made = [one.made for one in self.entries if one.made and not self.is_ours(one)]
        return tuple(sorted({one.owner for one in made}))

    def of(self, owner: str) -> tuple[Entry, ...]:
        """What one owner has to know, and can do something about."""
        return tuple(
            one
            for one in self.entries
            if one.made and one.made.owner == owner and not self.is_ours(one)
        )

    def is_ours(self, entry: Entry) -> bool:
        """Is a user unknown only because the bot's own user lacks rights?

        Then the channel is told what to do; an owner could not help, and would hear of it daily.
        """
        verdict, lacking = entry.verdict, self.lacking
        unknown = verdict.status is Status.UNKNOWN
        return unknown and all(one in lacking for one in verdict.missing)

    def to_json(self) -> Json:
        """Write as JSON."""
        return {
            "at": self.at.isoformat(),
            "counts": {str(status): count for status, count in self.counts.items()},
            "entries": [one.to_json() for one in self.entries],
            "missing": {str(one): right for one, right in self.missing.items()},
            "refusal": self.refusal,
        }

    @classmethod
    def from_json(cls, data: Json) -> Report:
        """Read what `to_json` wrote."""
        return cls(
            at=datetime.fromisoformat(data["at"]),
            counts={Status(status): count for status, count in data["counts"].items()},
            entries=tuple(Entry.from_json(one) for one in data["entries"]),
            missing={Evidence(one): right for one, right in data["missing"].items()},
            refusal=data["refusal"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The newest look at an org, by the org's key and label; `report` None = there was none yet."""

    org: str
    label: str
    report: Report | None


def refused(sentence: str, now: datetime) -> Report:
    """The report of a look that could not be made."""
    return Report(at=now, counts={}, missing={}, refusal=sentence)


def report(
    traces: Traces,
    *,
    own: Mapping[str, Sequence[datetime]],
    made: Mapping[str, Made],
    limits: Limits,
    now: datetime,
) -> Report:
    """Judge every user.

    `own`: the bot's own logins by username in small letters; `made`: by the user's id.
    """
    judged = [
        (
            seen,
            judge(
                seen,
                own=own.get(seen.username.lower(), ()),
                own_ips=traces.own_ips,
                missing=traces.missing,
                limits=limits,
                now=now,
            ),
        )
        for seen in traces.users
    ]
    told = [
        _entry(seen, verdict, made.get(seen.user_id))
        for seen, verdict in judged
        if verdict.status in WORST_FIRST
    ]
    return Report(
        at=now,
        counts=dict(Counter(verdict.status for _, verdict in judged)),
        entries=tuple(sorted(told, key=_rank)),
        missing=traces.missing,
    )


def _rank(entry: Entry) -> tuple[int, datetime, str]:
    """By status, and those first that are so for longest."""
    verdict = entry.verdict
    return WORST_FIRST.index(verdict.status), verdict.since, entry.username


def _entry(seen: Trace, verdict: Verdict, made: Made | None) -> Entry:
    fails = verdict.status is Status.FAILING
    return Entry(
        username=seen.username,
        verdict=verdict,
        failures=seen.failures if fails else 0,
        failed_at=seen.failed_at if fails else None,
        failure=seen.failure if fails else "",
        frozen=seen.frozen,
        made=made,
    )
