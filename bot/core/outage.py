"""How long may an org be away, when is it asked again, and when does a person hear of it?

An outage is one line of the journal, however often the org is asked. It lasts while only tries come
after that line, and takes no time from a login that waits for its grant to arrive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from store.records import JournalLine, Json

AWAY: Final = "unavailable"
"""The event of the journal line."""
PATIENCE = timedelta(hours=1)
"""How long an org may be away before a person is told; work goes on by itself until then."""
QUOTA_PATIENCE = timedelta(hours=25)
"""The calls of an org are counted over 24 hours: they come back by themselves (2.2)."""
_LONGEST: Final = timedelta(minutes=5)
_TRIES: Final = frozenset({"batch", "intent", "own_login"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """An org that is away: since when, and why in a sentence without its full stop.

    `quota` = the org's calls of 24 hours are used up.
    """

    since: datetime
    why: str
    quota: bool = False

    @property
    def until(self) -> datetime:
        """When the org is asked for the last time."""
        return self.since + (QUOTA_PATIENCE if self.quota else PATIENCE)


def facts(why: str, *, quota: bool) -> Json:
    """What the line of an outage keeps for `current`."""
    return {"away": why, "quota": quota}


def current(lines: Sequence[JournalLine]) -> Outage | None:
    """Read from a request's journal whether its org is away; None = it is not."""
    found = None
    for line in reversed(lines):
        if line.event == AWAY:
            kept = line.after or {}
            why = found.why if found else str(kept.get("away", "The org does not answer"))
            quota = bool(kept.get("quota")) or (found is not None and found.quota)
            found = Outage(since=line.at, why=why, quota=quota)
        elif line.event not in _TRIES:
            break
    return found


def is_patient(outage: Outage | None, now: datetime, *, quota: bool) -> bool:
    """Is it too early to trouble a person? `quota` = the calls are used up at this moment."""
    return outage is None or now < replace(outage, quota=outage.quota or quota).until


def next_wait(outage: Outage | None, now: datetime, shortest: timedelta) -> timedelta:
    """Say how long to leave the org alone: longer the longer it is away, so that tries are few.

    The last wait is cut, so that the final try is exactly at the end of the patience.
    """
    if outage is None:
        return shortest
    wait = min((now - outage.since) / 2, _LONGEST, outage.until - now)
    return max(wait, shortest)


def paused(until: datetime | None, wait: timedelta) -> datetime | None:
    """Say until when a login may be waited for when the org is left alone for `wait` meanwhile."""
    return None if until is None else until + wait
