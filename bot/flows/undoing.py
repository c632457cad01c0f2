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
from bot.flows import telling
from bot.flows.context import Context
from bot.flows.jobs import enqueue_undo
from bot.flows.steady import step
from bot.salesforce.gateway import Refused, Unavailable
from store import ledger
from store.ledger import Conflict
from store.records import Finding, JournalLine, Json, Request, Source

_ROUNDS = 4


def register(jobs: Jobs, ctx: Context) -> None:
    """Make undo known to the engine."""

    async def undo(run: Run, request_id: int) -> None:
        said: Json | None = None
        seen: Json = {"end": "stop"}
        for round_ in range(_ROUNDS):
            seen = await step(run, "observe", observe, ctx, request_id)
            if seen["end"] != "go":
                break
            done = await step(
                run,
                "perform",
                perform,
                ctx,
                request_id,
                run.id,
                round_,
                seen["batch"],
                seen["known"],
            )
            said = done.get("finding", said)
            if done["end"] == "away":
                seen = done
                break
        if seen["end"] == "go":
            seen = {"end": "stop", "finding": said, "left": seen["left"]}
        await step(run, "finish", finish, ctx, request_id, seen)

    jobs.register("undo", undo)


async def observe(ctx: Context, request_id: int) -> Json:
    """Look at what is left of ours in the org."""
    async with ctx.database.read() as conn:
        request = await ledger.get(conn, request_id)
        ours = await ledger.intended(conn, request_id)
    if request is None or not request.withdrawing:
        return {"end": "gone"}
    wanted = request.preflight.wanted if request.preflight else None
    if wanted is None or not ours:
        return {"end": "done"}
    try:
        found = await ctx.gateways[request.asked.org].observe(
            username=wanted.username, set_names=[one.name for one in wanted.sets]
        )
    except Unavailable as away:
        return {"end": "away", "reason": away.reason}
    except Refused as no:
        return _stop(diagnosis.explain(no.code, no.message, login=no.login))
    if found.org_id != wanted.org_id:
        return _stop(diagnosis.other_org(wanted.org_id, found.org_id))
    steps = plan.undo(wanted, found, ours=ours, bot_user_id=found.bot_user_id)
    if not steps:
        stays = plan.left(wanted, found, ours=ours, bot_user_id=found.bot_user_id)
        return {"end": "done", "stays": list(stays)}
    return {
        "end": "go",
        "batch": plan.undo_batch(steps).to_json(),
        "known": plan.known(found),
        "left": [step.say() for step in steps],
    }


def _stop(finding: Finding) -> Json:
    return {"end": "stop", "finding": finding.to_json()}


async def perform(
    ctx: Context,
    request_id: int,
    run: str,
    round_: int,
    batch_json: Json,
    known: Mapping[str, str],
) -> Json:
    """Undo one batch; what is gone already counts as done, the next look tells."""
    batch = Batch.from_json(batch_json)
    async with ctx.database.read() as conn:
        request = await ledger.get(conn, request_id)
    if request is None or not request.withdrawing:
        return {"end": "gone"}
    try:
        await ctx.gateways[request.asked.org].perform(batch, known=known)
    except Unavailable as away:
        return {"end": "away", "reason": away.reason}
    except Refused as no:
        finding = diagnosis.explain(no.code, no.message, login=no.login, context=batch.say())
        return {"end": "go", "finding": finding.to_json()}
    now = ctx.clock()
    async with ctx.database.write() as conn:
        for step in batch.steps:
            line = JournalLine(
                at=now,
                actor="engine",
                source=Source.ENGINE,
                event="undone",
                detail=step.say(),
                run=f"{run}/{round_}",
                step=step.name,
            )
            await ledger.note(conn, request_id, line)
        await telling.show(conn, request, now)
    ctx.wake()
    return {"end": "go"}


async def finish(ctx: Context, request_id: int, seen: Json) -> None:
    """Write the end: withdrawn, or blocked with what is left and why, or tried later."""
    if seen["end"] == "gone":
        return
    for _ in range(5):
        try:
            async with ctx.database.write() as conn:
                request = await ledger.get(conn, request_id)
                if request is None or not request.withdrawing:
                    return
                await _end(ctx, conn, request, seen)
            break
        except Conflict:
            continue
    ctx.wake()


async def _end(ctx: Context, conn: AsyncConnection, request: Request, seen: Json) -> None:
    now = ctx.clock()
    if seen["end"] == "away":
        await _later(ctx, conn, request, seen["reason"], now)
        return
    if seen["end"] == "done":
        changed = await ledger.change(
            conn,
            request,
            now=now,
            state=lifecycle.move(request, Event.UNDONE),
            withdrawing=False,
            finding=None,
            undone_at=now,
        )
        stays = seen.get("stays") or ["nothing of this request is left"]
        event, detail = "withdrawn", f"Verified in the org: {' '.join(stays)}"
    else:
        why = Finding.from_json(seen["finding"]) if seen.get("finding") else None
        finding = diagnosis.undo_incomplete(tuple(seen.get("left", ())), why)
        changed = await ledger.change(
            conn,
            request,
            now=now,
            state=lifecycle.move(request, Event.UNDO_FAILED),
            withdrawing=False,
            finding=finding,
        )
        event, detail = "blocked", f"{finding.cause} {finding.remedy}"
    await telling.note(
        conn,
        changed,
        now=now,
        actor="engine",
        source=Source.ENGINE,
        event=event,
        detail=detail,
        was=request.state,
    )
    await telling.show(conn, changed, now)
    await telling.show_end(conn, changed, now)


async def _later(
    ctx: Context, conn: AsyncConnection, request: Request, reason: str, now: datetime
) -> None:
    changed = await ledger.change(conn, request, now=now, undos=request.undos + 1)
    await telling.note(
        conn,
        changed,
        now=now,
        actor="engine",
        source=Source.ENGINE,
        event="unavailable",
        detail=f"The org does not answer ({reason}); the undo goes on by itself",
    )
    await enqueue_undo(ctx, conn, changed, ctx.away_wait)
