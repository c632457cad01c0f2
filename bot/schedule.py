"""The clock: which job is due when. No rules here, only a table handed to APScheduler.

It fires in every process; the slot's id lets exactly one run through. In memory, because the
schedule's truth is the configuration. At the start the newest slot of each job is asked for once
more: whoever was away when it was due catches it up, and what was done stays done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.flows import catalogue, duedates, lost_slots, slots, sweeping
from bot.flows.context import Context

_log = structlog.get_logger(__name__)
_TIDY = timedelta(hours=6)
_KEPT = timedelta(days=30)


class AtTimes(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """Fires when a slot of a job is due, computed as everywhere else."""

    def __init__(self, ctx: Context, job: str) -> None:
        self._times = slots.times(ctx, job)

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """The first due time after now."""
        return self._times.following(now)


class Clock:
    """Fires the jobs of each org, the tick and the tidying."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._ticked_at = ctx.clock()

    async def look_now(self) -> None:
        """Enqueue a look at every org; before the engine is launched it is taken up at once."""
        begun = self._ctx.clock()
        for org in self._ctx.settings.orgs:
            await self._refresh(org, f"start-{begun:%Y%m%dT%H%M%S%f}")

    async def catch_up(self) -> None:
        """Ask for the newest slot of every job: it was missed, or it is there already.

        What a job by hand left half done is gone on with, and orgs that are gone are told.
        """
        if self._ctx.settings.slack.digest_channel is None:
            _log.warning("clock.no_digest_channel", text="[slack].digest_channel is not set")
        await catalogue.close_removed(self._ctx)
        await slots.take_over(self._ctx)
        for job in slots.AT_TIMES:
            await self._slot(job)

    def tick_age(self) -> timedelta:
        """Since when no tick was done whole; the start counts as one."""
        return self._ctx.clock() - self._ticked_at

    def start(self) -> None:
        """From now on everything happens by the clock."""
        self._ticked_at = self._ctx.clock()
        schedule = self._ctx.settings.schedule
        for org in self._ctx.settings.orgs:
            self._every(schedule.catalogue, self._catalogue, org)
        for job in slots.AT_TIMES:
            self._add(AtTimes(self._ctx, job), self._slot, job)
        self._every(schedule.tick, self.tick)
        self._every(_TIDY, self._tidy)
        self._scheduler.start()

    def stop(self) -> None:
        """Fire no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _every(self, length: timedelta, job: object, *args: str) -> None:
        self._add(IntervalTrigger(seconds=max(1, int(length.total_seconds()))), job, *args)

    def _add(self, trigger: Any, job: object, *args: str) -> None:
        self._scheduler.add_job(
            job,
            trigger,
            args=args,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    async def _slot(self, job: str) -> None:
        """Ask for the newest slot of a job in every org."""
        name = slots.slot(self._ctx, job)
        async with self._ctx.database.write() as conn:
            for org in self._ctx.settings.orgs:
                await slots.enqueue(self._ctx, conn, job, org, name)

    async def _catalogue(self, org: str) -> None:
        await self._refresh(org, slots.slot(self._ctx, "catalogue"))

    async def _refresh(self, org: str, name: str) -> None:
        async with self._ctx.database.write() as conn:
            await slots.enqueue(self._ctx, conn, "catalogue", org, name)

    async def tick(self) -> None:
        """Look at all that may have come due, each part for itself; done when every part is.

        So a part that fails again and again makes the bot not ready, and the others go on.
        """
        parts: dict[str, Callable[[Context], Awaitable[object]]] = {
            "sweep": sweeping.sweep,
            "due_dates": duedates.tick,
            "by_hand": slots.take_over,
            "slots": lost_slots.mend,
        }
        failed = [name for name, part in parts.items() if not await self._done(name, part)]
        if not failed:
            self._ticked_at = self._ctx.clock()

    async def _done(self, name: str, part: Callable[[Context], Awaitable[object]]) -> bool:
        try:
            await part(self._ctx)
        except Exception:  # noqa: BLE001 - loud, and the other parts go on
            _log.exception("tick.failed", part=name)
            return False
        return True

    async def _tidy(self) -> None:
        """Forget runs that ended long ago; the engine never does it by itself."""
        await self._ctx.engine.delete_finished(self._ctx.clock() - _KEPT)
