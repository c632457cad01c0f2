"""Make the wanted state true: observe, diff, perform, observe again, until nothing is left.

Anything of our names that is not ours stops the run; the steps that are left are computed from the
wanted state. Nothing left to do: `provisioned`, and the smoke test is enqueued in the same commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import App
from bot.core import diagnosis, lifecycle, plan
from bot.core.lifecycle import Event
from bot.core.plan import Batch
from bot.engine import Jobs, Run
from bot.flows import converging
from bot.flows.bookkeeping import note_intent, note_made, remember, wanted_of
from bot.flows.context import Context
from bot.flows.ending import end, later, patient, why
from bot.flows.jobs import enqueue_provision, enqueue_smoke
from bot.flows.steady import step
from store import ledger
from store.records import Finding, Json, Request


def register(jobs: Jobs, ctx: Context) -> None:
    """Make provisioning known to the engine."""

    async def provision(run: Run, request_id: int) -> None:
        seen = await converging.converge(run, ctx, request_id, observe=observe, perform=perform)
        await step(run, "finish", finish, ctx, request_id, seen)

    jobs.register("provision", provision)


async def observe(ctx: Context, request_id: int, _run: str) -> Json:
    """Look, journal what turned out to be done, and answer the batches that are left."""
    async with ctx.database.read() as conn:
        request = await ledger.get(conn, request_id)
        ours = await ledger.intended(conn, request_id)
    wanted = wanted_of(request)
    if request is None or wanted is None:
        return {"end": "gone"}
    found = await converging.look(ctx, request.asked.org, wanted, ours)
    if not isinstance(found, plan.Found):
        return found
    try:
        steps = plan.diff(wanted, found, ours=ours, bot_user_id=found.bot_user_id)
    except plan.Foreign as foreign:
        return converging.stop(diagnosis.foreign(foreign.what, foreign.who))
    except plan.OtherLicense as other:
        return converging.stop(diagnosis.other_license(other.name, licensed=other.licensed))
    await remember(ctx, request_id, found, steps)
    if not steps:
        return {"end": "done"}
    missing = plan.cannot_start(found)
    if missing:
        return converging.stop(diagnosis.missing_license(missing))
    return {
        "end": "go",
        "batches": [batch.to_json() for batch in plan.batches(steps)],
        "known": plan.known(found),
        "left": [one.say() for one in steps],
    }


async def perform(
    ctx: Context, request_id: int, run: str, at: str, batch_json: Json, known: Mapping[str, str]
) -> Json:
    """Write one batch, unless it was begun before or the request was withdrawn: then observe."""
    batch = Batch.from_json(batch_json)
    async with ctx.database.write() as conn:
        request = await ledger.get(conn, request_id)
        if request is None or wanted_of(request) is None:
            return {"end": "again"}
        if not await note_intent(conn, request_id, ctx.clock(), f"{run}/{at}", batch):
            return {"end": "again"}
    ended = await converging.call(ctx, request.asked.org, batch, known)
    if ended["end"] == "go":
        await note_made(ctx, request_id, f"{run}/{at}", batch, ended["ids"])
    return ended


async def finish(ctx: Context, request_id: int, seen: Json) -> None:
    """Write the end of a run: provisioned, blocked, tried later, or nothing when withdrawn."""
    if seen["end"] == "gone":
        return
    async with ctx.database.write() as conn:
        request = await ledger.get(conn, request_id)
        if request is None or wanted_of(request) is None:
            return
        if seen["end"] == "away" and await patient(conn, request, ctx.clock(), seen):
            again = request.provisions + 1
            await later(ctx, conn, request, enqueue_provision, seen, provisions=again)
        elif seen["end"] == "done":
            await _provisioned(ctx, conn, request, ctx.clock())
        else:
            await _blocked(conn, request, why(seen), ctx.clock())
    ctx.wake()


async def _blocked(
    conn: AsyncConnection, request: Request, finding: Finding, now: datetime
) -> None:
    await end(
        conn,
        request,
        now=now,
        event="blocked",
        detail=f"{finding.cause} {finding.remedy}",
        after={"finding": finding.code},
        state=lifecycle.move(request, Event.BLOCK),
        finding=finding,
    )


async def _provisioned(
    ctx: Context, conn: AsyncConnection, request: Request, now: datetime
) -> None:
    org = ctx.settings.orgs[request.asked.org]
    app = org.apps.get(request.asked.app) if request.asked.app else None
    testable = bool(app and app.has_key)
    changed = await end(
        conn,
        request,
        now=now,
        event="provisioned",
        detail="Read back from the org: everything that was approved is in place",
        after={"user_id": request.user_id},
        notify=not testable,
        state=lifecycle.move(request, Event.PROVISIONED),
        finding=None if testable else _not_proven(request, app, org.my_domain_url),
        smokes=request.smokes + 1 if testable else request.smokes,
        next_try_at=now if testable else None,
        proof_until=now + ctx.settings.smoke.propagation_wait if testable else None,
        tries=0,
    )
    if testable:
        await enqueue_smoke(ctx, conn, changed)


def _not_proven(request: Request, app: App | None, address: str) -> Finding:
    label = app.label if app else None
    return diagnosis.not_proven(app_label=label, username=request.username, address=address)
