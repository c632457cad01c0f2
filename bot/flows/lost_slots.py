"""Find slots of the clock whose run came to nothing, and mend them: nobody else would ask again.

The id of a run is used up by a run that failed, so the newest slot of each job gets one more run,
under an id that every process derives in the same way. When that fails too, a person has to look:
the channel for problems is told, once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import structlog

from bot.core import slots as core
from bot.core.slots import Next, Outcome
from bot.engine import RunState, RunStatus
from bot.flows import slots
from bot.flows.context import Context
from store import outbox

_log = structlog.get_logger(__name__)
SURFACE: Final = "lost_slot"
_FAILED: Final = frozenset({RunStatus.FAILED, RunStatus.GAVE_UP})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    """The newest slot of a job in an org, and the ids of its two runs."""

    job: str
    org: str
    name: str

    @property
    def first(self) -> str:
        return slots.run_id(self.job, self.org, self.name)

    @property
    def second(self) -> str:
        return slots.run_id(self.job, self.org, core.second(self.name))


async def mend(ctx: Context) -> None:
    """Do what the newest slot of every job and org lacks; bears being repeated."""
    found = [
        _Slot(job=job, org=org, name=slots.slot(ctx, job))
        for job in slots.AT_TIMES
        for org in ctx.settings.orgs
    ]
    runs = await ctx.engine.runs(prefix=[one.first for one in found])
    for one in found:
        match core.next_of(_outcome(runs, one.first), _outcome(runs, one.second)):
            case Next.ASK:
                await _ask(ctx, one, one.name)
            case Next.ASK_AGAIN:
                _log.warning("slot.failed", job=one.job, org=one.org, run=one.first)
                await _ask(ctx, one, core.second(one.name))
            case Next.TELL:
                await _tell(ctx, one)
            case Next.NOTHING:
                pass


def _outcome(runs: Iterable[RunState], run_id: str) -> Outcome:
    """How a run of a slot ended: it, or the newest of its tries at an org that was away."""
    tries = [one for one in runs if slots.is_of(one, run_id)]
    if not tries:
        return Outcome.MISSING
    status = tries[-1].status
    if status in _FAILED:
        return Outcome.FAILED
    return Outcome.DONE if status.ended else Outcome.OPEN


async def _ask(ctx: Context, one: _Slot, name: str) -> None:
    async with ctx.database.write() as conn:
        await slots.enqueue(ctx, conn, one.job, one.org, name)


async def _tell(ctx: Context, one: _Slot) -> None:
    message = f"{SURFACE}/{one.org}/{one.job}/{one.name}"
    channel = ctx.settings.slack.ops_channel
    async with ctx.database.write() as conn:
        if channel is None or await outbox.get(conn, message) is not None:
            return
        await outbox.want(
            conn, message, request=None, surface=SURFACE, target=channel, now=ctx.clock()
        )
    _log.error("slot.lost", job=one.job, org=one.org, slot=one.name, runs=[one.first, one.second])
    ctx.wake()
