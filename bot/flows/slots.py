"""Which jobs does the clock start, when, and under which id?

The id of a run is `<job>-<org>-<slot>`: every process may ask for it, exactly one run comes of it.
A job answers which messages it wanted, so that whoever started it by hand can wait for them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.slots import Times, period
from bot.flows.context import Context

AT_TIMES: Final = ("digest", "stale")
"""Jobs with a time of day or week in `[schedule]`, one run per org."""


class Enqueue(Protocol):
    """How a job of an org is asked for: in the caller's transaction."""

    async def __call__(
        self,
        ctx: Context,
        conn: AsyncConnection,
        org: str,
        slot: str,
        delay: timedelta | None = None,
        queue: str | None = None,
    ) -> None:
        """Enqueue; `queue` takes the place of the org's own."""


def times(ctx: Context, job: str) -> Times:
    """When a job of `AT_TIMES` is due."""
    schedule = ctx.settings.schedule
    at = {"digest": schedule.digest, "stale": schedule.stale}[job]
    return Times(weekday=at.weekday, hour=at.hour, minute=at.minute, zone=schedule.zone)


def slot(ctx: Context, job: str) -> str:
    """The name of the job's newest slot: the same in every process."""
    now = ctx.clock()
    if job in AT_TIMES:
        due = times(ctx, job)
        return due.name(due.newest(now))
    schedule = ctx.settings.schedule
    return period(now, schedule.catalogue if job == "catalogue" else schedule.tick)


def run_id(job: str, org: str, slot_name: str) -> str:
    """The id of the run; jobs that look at no org have none in it."""
    return f"{job}-{org}-{slot_name}" if org else f"{job}-{slot_name}"
