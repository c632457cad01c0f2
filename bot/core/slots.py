"""When is a job of the clock due, and what is that moment called?

A slot is one due time. Every process computes it from the configuration alone, in the same way when
the clock fires and when a start catches up, so its name is the same everywhere and lets exactly one
run through (engine-in-use 5).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import Enum

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """A time of day in a zone, every day or on one weekday (0 = Monday).

    A time that the clocks skip in spring is due as much later as they skip, one that they repeat in
    autumn is due the first time only.
    """

    weekday: int | None
    hour: int
    minute: int
    zone: tzinfo

    def newest(self, now: datetime) -> datetime:
        """The newest due time that is not after `now`."""
        day = now.astimezone(self.zone).date() + _DAY
        while (due := self._due(day)) is None or due > now:
            day -= _DAY
        return due

    def following(self, now: datetime) -> datetime:
        """The first due time after `now`."""
        day = now.astimezone(self.zone).date() - _DAY
        while (due := self._due(day)) is None or due <= now:
            day += _DAY
        return due

    def name(self, due: datetime) -> str:
        """What the slot is called: its week, such as `2026-W47`, or its day, `2026-11-20`."""
        day = due.astimezone(self.zone).date()
        if self.weekday is None:
            return day.isoformat()
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"

    def _due(self, day: date) -> datetime | None:
        """The due time of a day; None on another weekday."""
        if self.weekday is not None and day.weekday() != self.weekday:
            return None
        local = datetime(day.year, day.month, day.day, self.hour, self.minute, tzinfo=self.zone)
        return local.astimezone(UTC)


def period(now: datetime, every: timedelta) -> str:
    """The name of the slot that `now` lies in, where something is due at equal distances."""
    seconds = max(1, int(every.total_seconds()))
    return str(int(now.timestamp()) // seconds * seconds)


def again(slot: str, now: datetime) -> str:
    """A fresh name for a slot that somebody asks for once more."""
    return f"{slot}-again-{now:%Y%m%dT%H%M%S%f}"


def plain(slot: str) -> str:
    """The slot's own name, without what `again` added."""
    return slot.partition("-again-")[0]


def second(slot: str) -> str:
    """The name under which a slot whose run failed is asked for once more: the same everywhere."""
    return f"{slot}-again-1"


def org_of(run: str, job: str, orgs: Iterable[str]) -> str:
    """The org in the id of a run of the clock; "" = it is of none.

    The key of one org may be how that of another begins: the longest is meant.
    """
    found = [org for org in orgs if run.startswith(f"{job}-{org}-")]
    return max(found, key=len, default="")


class Outcome(Enum):
    """How far a run of a slot came."""

    MISSING = "missing"
    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


class Next(Enum):
    """What is to be done about a slot."""

    NOTHING = "nothing"
    ASK = "ask"
    ASK_AGAIN = "ask again"
    TELL = "tell"


def next_of(first: Outcome, again: Outcome) -> Next:
    """What follows from how the newest slot's own run and the one after it came out."""
    if first is Outcome.MISSING:
        return Next.ASK
    if first is not Outcome.FAILED:
        return Next.NOTHING
    return {Outcome.MISSING: Next.ASK_AGAIN, Outcome.FAILED: Next.TELL}.get(again, Next.NOTHING)
