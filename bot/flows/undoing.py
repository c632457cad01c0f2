"""Undo what a withdrawn request made: only what is ours, then verify, only then `withdrawn`.

The same shape as provisioning: observe, say what is left to undo, do it in one call, observe again.
It runs in the org's writing queue, so a provisioning run has stopped before it begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import diagnosis, lifecycle, plan
from bot.core.lifecycle import Event
from bot.core.plan import Batch
from bot.engine import Jobs, Run
from bot.flows import converging
from bot.flows.bookkeeping import note_found, note_intent
from bot.flows.context import Context
from bot.flows.ending import end, later, patient, why
from bot.flows.jobs import enqueue_undo
from bot.flows.steady import step
from store import catalogue, ledger
from store.records import Finding, Json, Request

_GONE = (
    "The org that it was made in is gone: another one was accepted in its place,"
    " so there is nothing to undo."
)


def register(jobs: Jobs, ctx: Context) -> None:
    """Make undo known to the engine."""

    async def undo(run: Run, request_id: int) -> None:
        seen = await converging.converge(run, ctx, request_id, observe=observe, perform=perform)
        await step(run, "finish", finish, ctx, request_id, seen)

    jobs.register("undo", undo)


async def observe(ctx: Context, request_id: int, _run: str) -> Json:
    """Look at what is left of ours in the org, and journal what turned out to be undone."""
    async with ctx.database.read() as conn:
        request = await ledger.get(conn, request_id)
        ours = await ledger.intended(conn, request_id)
        facts = await catalogue.org(conn, request.asked.org) if request else None
    if request is None or not request.withdrawing:
        return {"end": "gone"}
    wanted = request.wanted
    if wanted is None or not ours:
        return {"end": "done", "stays": []}
    if facts and facts.org_id and facts.org_id != wanted.org_id:
        return {"end": "done", "stays": [_GONE]}
    found = await converging.look(ctx, request.asked.org, wanted, ours)
    if not isinstance(found, plan.Found):
        return found
    steps = plan.undo(wanted, found, ours=ours, bot_user_id=found.bot_user_id)
    await note_found(ctx, request_id, "undo", frozenset(one.name for one in steps))
    if not steps:
        stays = plan.left(wanted, found, ours=ours, bot_user_id=found.bot_user_id)
        return {"end": "done", "stays": list(stays)}
    return {
        "end": "go",
        "batches": [batch.to_json() for batch in plan.undo_batches(steps)],
        "known": plan.known(found),
        "left": [one.say() for one in steps],
    }


async def perform(
    ctx: Context, request_id: int, run: str, at: str, batch_json: Json, known: Mapping[str, str]
) -> Json:
    """Undo one batch; what came of it, the next look tells."""
    batch = Batch.from_json(batch_json)
    async with ctx.database.write() as conn:
        request = await ledger.get(conn, request_id)
        if request is None or not request.withdrawing:
            return {"end": "again"}
        if not await note_intent(conn, request_id, ctx.clock(), f"{run}/{at}", batch):
            return {"end": "again"}
    return await converging.call(ctx, request.asked.org, batch, known)


async def finish(ctx: Context, request_id: int, seen: Json) -> None:
    """Write the end: withdrawn, or blocked with what is left and why, or tried later."""
    if seen["end"] == "gone":
        return
    async with ctx.database.write() as conn:
        request = await ledger.get(conn, request_id)
        if request is None or not request.withdrawing:
            return
        if seen["end"] == "away" and await patient(conn, request, ctx.clock(), seen):
            again = request.undos + 1
            await later(ctx, conn, request, enqueue_undo, seen, undos=again)
        elif seen["end"] == "done":
            await _withdrawn(conn, request, seen["stays"], ctx.clock())
        else:
            await incomplete(conn, request, tuple(seen.get("left", ())), why(seen), ctx.clock())
    ctx.wake()


async def _withdrawn(
    conn: AsyncConnection, request: Request, stays: list[str], now: datetime
) -> None:
    said = " ".join(stays) or "Nothing of this request is left."
    await end(
        conn,
        request,
        now=now,
        event="withdrawn",
        detail=f"Verified in the org. {said}",
        state=lifecycle.move(request, Event.UNDONE),
        withdrawing=False,
        finding=None,
        undone_at=now,
    )


async def incomplete(
    conn: AsyncConnection, request: Request, left: tuple[str, ...], why: Finding, now: datetime
) -> Request:
    """Write that an undo could not finish: what is left, and why."""
    finding = diagnosis.undo_incomplete(left, why)
    return await end(
        conn,
        request,
        now=now,
        event="blocked",
        detail=f"{finding.cause} {finding.remedy}",
        after={"finding": finding.code},
        state=lifecycle.move(request, Event.UNDO_FAILED),
        withdrawing=False,
        finding=finding,
        next_try_at=None,
    )
