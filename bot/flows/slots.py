"""Which jobs does the clock start, when, and under which id?

The id of a run is `<job>-<org>-<slot>`: every process may ask for it, exactly one run comes of it.
A job answers which messages it wanted, so that whoever started it by hand can wait for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.slots import Times, org_of, period
from bot.engine import RunState
from bot.flows.context import Context

_log = structlog.get_logger(__name__)

BY_HAND: Final = "by-hand-"
"""How the names of processes begin that run one job and end, and of the queues that they hear."""

_TRY: Final = "-try-"

AT_TIMES: Final = ("digest", "stale")
"""Jobs with a time of day or week in `[schedule]`, one run per org."""


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


def try_id(job: str, org: str, slot_name: str, attempt: str) -> str:
    """The id of one more run of a slot whose first came to nothing; of that one, without any."""
    return run_id(job, org, slot_name) + (f"{_TRY}{attempt}" if attempt else "")


async def runs(ctx: Context, job: str, org: str, slot_name: str) -> list[RunState]:
    """The runs of a slot, oldest first: its first, and its tries after that."""
    first = run_id(job, org, slot_name)
    found = await ctx.engine.runs(prefix=first)
    return [one for one in found if is_of(one, first)]


def is_of(run: RunState, first: str) -> bool:
    """Is a run the slot's `first`, or a try after it?"""
    return run.id == first or run.id.startswith(f"{first}{_TRY}")


async def enqueue(
    ctx: Context,
    conn: AsyncConnection,
    job: str,
    org: str,
    slot_name: str,
    *,
    delay: timedelta | None = None,
    queue: str | None = None,
    tries: int = 0,
    attempt: str = "",
) -> None:
    """Ask for a run of the clock; once, however many processes ask for the same slot.

    `queue` takes the place of the org's own; jobs that look at no org have that of the first one.
    `tries` counts the runs of the slot that found nobody at home: each has an id of its own, as has
    an `attempt` that somebody makes by hand.
    """
    await ctx.engine.enqueue(
        conn,
        job=job,
        id=try_id(job, org, slot_name, attempt or (str(tries) if tries else "")),
        queue=queue or _queue(ctx, org),
        args=[org, slot_name, tries] if tries else [org, slot_name],
        delay=delay,
    )


def _queue(ctx: Context, org: str) -> str:
    return f"read-{org or next(iter(ctx.settings.orgs))}"


async def take_over(ctx: Context, into: Mapping[str, str] | None = None) -> None:
    """Go on with runs that somebody began by hand and that died with their process.

    Each goes where the clock would have enqueued it, or where `into` says by its id.
    """

    def queue_of(run: RunState) -> str:
        return (into or {}).get(run.id) or _queue(ctx, org_of(run.id, run.job, ctx.settings.orgs))

    taken = await ctx.engine.take_over(BY_HAND, queue_of)
    if taken:
        _log.warning("job.taken_over", runs=taken)
