"""Find requests whose work died without an end, and say so.

A run may end in an error that nobody foresaw; the row then waits for ever. Every tick compares the
rows that expect a run with the engine's runs, and turns a dead one into a finding with a way on.
A run's end and its row are written in one commit, so a row that still waits for an ended run, and
has not changed since it was read, waits in vain: also when the run says that it went well.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import diagnosis, lifecycle
from bot.core.lifecycle import Event
from bot.flows import undoing
from bot.flows.context import Context
from bot.flows.ending import end
from bot.flows.jobs import enqueue_preflight
from bot.flows.ticking import on_its_own
from store import drafts, ledger
from store.records import Finding, Request, Source, State

_log = structlog.get_logger(__name__)


async def sweep(ctx: Context) -> None:
    """One tick: dead runs become findings, old drafts are dropped."""
    now = ctx.clock()
    async with ctx.database.read() as conn:
        waiting = await ledger.search(
            conn, states=[State.REQUESTED, State.APPROVED, State.PROVISIONED, State.BLOCKED]
        )
    expected = {run: one for one in waiting if (run := expected_run(one))}
    for run_id, request in expected.items():
        state = await ctx.engine.result(run_id)
        if state is None or state.status.ended:
            async with on_its_own("sweep", request.id):
                await _mend(ctx, request, run_id, now)
    async with ctx.database.write() as conn:
        await drafts.drop_drafts(conn, now)


def expected_run(request: Request) -> str | None:
    """The engine's run that the row is waiting for, by its own counters."""
    if request.withdrawing:
        return f"undo-{request.id}-{request.undos}"
    if request.state is State.REQUESTED and request.preflight is None:
        return f"preflight-{request.id}-{request.preflights}"
    if request.state is State.APPROVED:
        return f"provision-{request.id}-{request.provisions}"
    if request.state is State.PROVISIONED and request.next_try_at is not None:
        return f"smoke-{request.id}-{request.smokes}"
    return None


async def _mend(ctx: Context, seen: Request, run_id: str, now: datetime) -> None:
    """Turn one dead run into a finding; a preflight changes nothing, so it is simply run again.

    In an org that the configuration does not name nobody can look: that request waits for its
    return, or expires.
    """
    looks = seen.state is State.REQUESTED and not seen.withdrawing
    if looks and seen.asked.org not in ctx.settings.orgs:
        return
    async with ctx.database.write() as conn:
        request = await ledger.get(conn, seen.id)
        if request is None or request.version != seen.version:
            return
        _log.error("run.dead", request_id=seen.label, run=run_id)
        if request.withdrawing:
            await undoing.incomplete(conn, request, (), diagnosis.run_failed(run_id), now)
        elif looks:
            again = request.preflights + 1
            changed = await ledger.change(conn, request, now=now, preflights=again)
            await enqueue_preflight(ctx, conn, changed, ctx.away_wait)
        else:
            await _block(conn, request, diagnosis.run_failed(run_id), now)
    ctx.wake()


async def _block(conn: AsyncConnection, request: Request, finding: Finding, now: datetime) -> None:
    await end(
        conn,
        request,
        now=now,
        event="blocked",
        detail=f"{finding.cause} {finding.remedy}",
        source=Source.CLOCK,
        after={"finding": finding.code},
        state=lifecycle.move(request, Event.BLOCK),
        finding=finding,
        next_try_at=None,
    )
