"""Make the wanted state true: observe, diff, perform, observe again, until nothing is left.

1. Observe what exists. Anything of our names that is not ours stops the run.
2. The steps that are left are computed from the wanted state, never from memory.
3. Each batch of steps writes its intent first, then makes one call. When the process died or the
   reply was lost in between, the outcome is unknown: nothing is repeated, we observe again.
4. Nothing left to do: `provisioned`, and the smoke test is enqueued in the same commit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import App
from bot.core import diagnosis, lifecycle, plan
from bot.core.lifecycle import Event
from bot.core.plan import Batch
from bot.engine import Jobs, Run
from bot.flows import telling
from bot.flows.bookkeeping import note_intent, note_made, remember, wanted_of
from bot.flows.context import Context
from bot.flows.jobs import enqueue_provision, enqueue_smoke
from bot.flows.steady import step
from bot.salesforce.gateway import Refused, Unavailable
from store import ledger
from store.ledger import Conflict
from store.records import Finding, Json, Request, Source

_ROUNDS = 8


def register(jobs: Jobs, ctx: Context) -> None:
    """Make provisioning known to the engine."""

    async def provision(run: Run, request_id: int) -> None:
        refused: dict[str, Json] = {}
        seen: Json = {"end": "stop", "finding": _ENDLESS}
        for round_ in range(_ROUNDS):
            seen = await step(run, "observe", observe, ctx, request_id, run.id)
            if seen["end"] == "go":
                seen = await _write(run, ctx, request_id, round_, seen, refused)
            if seen["end"] != "again":
                break
        else:
            seen = {"end": "stop", "finding": _ENDLESS}
        await step(run, "finish", finish, ctx, request_id, seen)

    jobs.register("provision", provision)


async def _write(
    run: Run, ctx: Context, request_id: int, round_: int, seen: Json, refused: dict[str, Json]
) -> Json:
    """Perform the batches in turn; anything but a clean answer goes back to observing."""
    known = dict(seen["known"])
    for number, batch in enumerate(seen["batches"]):
        same = json.dumps(batch, sort_keys=True)
        if same in refused:
            return {"end": "stop", "finding": refused[same]}
        made = await step(
            run, "perform", perform, ctx, request_id, run.id, f"{round_}.{number}", batch, known
        )
        if "refused" in made:
            refused[same] = made["refused"]
        if made["end"] != "go":
            return made
        known.update(made["ids"])
    return {"end": "again"}


_ENDLESS = Finding(
    code="not_converging",
    cause="The org keeps saying that what was just written is not there.",
    remedy="Look in Setup Audit Trail whether something removes it again, then press Retry.",
    who="Salesforce admin",
).to_json()


async def observe(ctx: Context, request_id: int, run: str) -> Json:
    """Look, journal what turned out to be done, and answer the batches that are left."""
    async with ctx.database.read() as conn:
        request = await ledger.get(conn, request_id)
        ours = await ledger.intended(conn, request_id)
    wanted = wanted_of(request)
    if request is None or wanted is None:
        return {"end": "gone"}
    gateway = ctx.gateways[request.asked.org]
    try:
        found = await gateway.observe(
            username=wanted.username, set_names=[one.name for one in wanted.sets]
        )
        steps = plan.diff(wanted, found, ours=ours, bot_user_id=found.bot_user_id)
    except Unavailable as away:
        return {"end": "away", "reason": away.reason}
    except Refused as no:
        return _stop(diagnosis.explain(no.code, no.message, login=no.login))
    except plan.Foreign as foreign:
        return _stop(diagnosis.foreign(foreign.what, foreign.who))
    if found.org_id != wanted.org_id:
        return _stop(diagnosis.other_org(wanted.org_id, found.org_id))
    await remember(ctx, request_id, run, found, steps)
    if not steps:
        return {"end": "done"}
    missing = plan.cannot_start(found)
    if missing:
        return _stop(diagnosis.missing_license(missing))
    batches = [batch.to_json() for batch in plan.batches(steps)]
    return {"end": "go", "batches": batches, "known": plan.known(found)}


def _stop(finding: Finding) -> Json:
    return {"end": "stop", "finding": finding.to_json()}


async def perform(
    ctx: Context, request_id: int, run: str, at: str, batch_json: Json, known: Mapping[str, str]
) -> Json:
    """Write one batch.

    `end` says how to go on: go, again (outcome unknown: observe), away (later) or stop (a finding).
    """
    batch = Batch.from_json(batch_json)
    now = ctx.clock()
    async with ctx.database.write() as conn:
        request = await ledger.get(conn, request_id)
        if request is None or wanted_of(request) is None:
            return {"end": "again"}
        if not await note_intent(conn, request_id, now, run, at, batch):
            return {"end": "again"}
    try:
        made = await ctx.gateways[request.asked.org].perform(batch, known=known)
    except Unavailable:
        return {"end": "again"}
    except Refused as no:
        if diagnosis.is_passing(no.code, no.message):
            return {"end": "away", "reason": no.code}
        finding = diagnosis.explain(no.code, no.message, login=no.login, context=batch.say())
        if diagnosis.is_duplicate(no.code):
            return {"end": "again", "refused": finding.to_json()}
        return _stop(finding)
    await note_made(ctx, request_id, run, batch, made)
    return {"end": "go", "ids": dict(made)}


async def finish(ctx: Context, request_id: int, seen: Json) -> None:
    """Write the end of a run: provisioned, blocked, tried later, or nothing when withdrawn."""
    if seen["end"] == "gone":
        return
    for _ in range(5):
        try:
            async with ctx.database.write() as conn:
                request = await ledger.get(conn, request_id)
                if request is None or wanted_of(request) is None:
                    return
                if seen["end"] == "away":
                    await _later(ctx, conn, request, seen["reason"])
                else:
                    await _end(ctx, conn, request, seen)
            break
        except Conflict:
            continue
    ctx.wake()


async def _end(ctx: Context, conn: AsyncConnection, request: Request, seen: Json) -> None:
    now = ctx.clock()
    if seen["end"] == "done":
        await _provisioned(ctx, conn, request, now)
        return
    finding = Finding.from_json(seen["finding"])
    changed = await ledger.change(
        conn, request, now=now, state=lifecycle.move(request, Event.BLOCK), finding=finding
    )
    await telling.note(
        conn,
        changed,
        now=now,
        actor="engine",
        source=Source.ENGINE,
        event="blocked",
        detail=f"{finding.cause} {finding.remedy}",
        was=request.state,
        after={"finding": finding.code},
    )
    await telling.show(conn, changed, now)
    await telling.show_end(conn, changed, now)


async def _provisioned(
    ctx: Context, conn: AsyncConnection, request: Request, now: datetime
) -> None:
    state = lifecycle.move(request, Event.PROVISIONED)
    org = ctx.settings.orgs[request.asked.org]
    app = org.apps.get(request.asked.app) if request.asked.app else None
    testable = bool(app and app.has_key)
    changed = await ledger.change(
        conn,
        request,
        now=now,
        state=state,
        finding=None if testable else _not_proven(request, app, org.my_domain_url),
        smokes=request.smokes + 1 if testable else request.smokes,
        next_try_at=now if testable else None,
        proof_until=now + ctx.settings.smoke.propagation_wait if testable else None,
        tries=0,
    )
    await telling.note(
        conn,
        changed,
        now=now,
        actor="engine",
        source=Source.ENGINE,
        event="provisioned",
        detail="Read back from the org: everything that was approved is in place",
        was=request.state,
        after={"user_id": changed.user_id},
    )
    if testable:
        await enqueue_smoke(ctx, conn, changed)
    else:
        await telling.show_end(conn, changed, now)
    await telling.show(conn, changed, now)


def _not_proven(request: Request, app: App | None, address: str) -> Finding:
    label = app.label if app else None
    return diagnosis.not_proven(app_label=label, username=request.username, address=address)


async def _later(ctx: Context, conn: AsyncConnection, request: Request, reason: str) -> None:
    """The org is away: a successor tries again by itself, nobody is told yet."""
    now = ctx.clock()
    changed = await ledger.change(conn, request, now=now, provisions=request.provisions + 1)
    await telling.note(
        conn,
        changed,
        now=now,
        actor="engine",
        source=Source.ENGINE,
        event="unavailable",
        detail=f"The org does not answer ({reason}); trying again by itself",
    )
    await enqueue_provision(ctx, conn, changed, ctx.away_wait)
