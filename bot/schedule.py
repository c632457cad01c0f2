"""The clock: which job is due when. No rules here, only a table handed to APScheduler.

It fires in every process; the slot's id lets exactly one run through. In memory, because the
schedule's truth is the configuration.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.flows import catalogue, sweeping
from bot.flows.context import Context

_TIDY = timedelta(hours=6)
_KEPT = timedelta(days=30)


class Clock:
    """Fires the catalogue of each org, the tick and the tidying."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    async def look_now(self) -> None:
        """Enqueue a look at every org; before the engine is launched it is taken up at once."""
        begun = self._ctx.clock()
        for org in self._ctx.settings.orgs:
            await self._refresh(org, f"start-{begun:%Y%m%dT%H%M%S%f}")

    def start(self) -> None:
        """From now on everything happens by the clock."""
        schedule = self._ctx.settings.schedule
        for org in self._ctx.settings.orgs:
            self._add(self._catalogue, schedule.catalogue, org)
        self._add(self._tick, schedule.tick)
        self._add(self._tidy, _TIDY)
        self._scheduler.start()

    def stop(self) -> None:
        """Fire no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _add(self, job: object, every: timedelta, *args: str) -> None:
        self._scheduler.add_job(
            job,
            IntervalTrigger(seconds=max(1, int(every.total_seconds()))),
            args=args,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    async def _catalogue(self, org: str) -> None:
        every = self._ctx.settings.schedule.catalogue
        await self._refresh(org, slot(self._ctx.clock(), every))

    async def _refresh(self, org: str, name: str) -> None:
        async with self._ctx.database.write() as conn:
            await catalogue.enqueue(self._ctx, conn, org, name)

    async def _tick(self) -> None:
        await sweeping.sweep(self._ctx)

    async def _tidy(self) -> None:
        """Forget runs that ended long ago; the engine never does it by itself."""
        await self._ctx.engine.delete_finished(self._ctx.clock() - _KEPT)


def slot(now: datetime, every: timedelta) -> str:
    """The name of the slot that `now` lies in: the same in every process."""
    seconds = max(1, int(every.total_seconds()))
    begun = int(now.timestamp()) // seconds * seconds
    return f"{begun}"
