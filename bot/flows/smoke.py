"""Prove the new user: log in as it through the request's app, try what was granted, and what not.

One look is one job; "not yet" enqueues a successor with a delay and nothing sleeps. The look itself
is one step, because the access token must not outlive it in any checkpoint.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import diagnosis, lifecycle, outage, plan, proof
from bot.core.lifecycle import Event
from bot.engine import Jobs, Run
from bot.flows import telling
from bot.flows.context import Context
from bot.flows.ending import absent, later, patient, why
from bot.flows.jobs import enqueue_smoke
from bot.flows.steady import step
from bot.salesforce.gateway import Gateway, Refused, Unavailable
from store import catalogue, ledger
from store.records import Finding, JournalLine, Json, Request, Source, State, Wanted

_TESTED = {State.PROVISIONED, State.LIVE, State.BLOCKED}


def register(jobs: Jobs, ctx: Context) -> None:
    """Make the smoke test known to the engine."""

    async def smoke(run: Run, request_id: int, number: int) -> None:
        seen = await step(run, "look", look, ctx, request_id, number, run.id)
        await step(run, "settle", settle, ctx, request_id, number, run.id, seen)

    jobs.register("smoke", smoke)


async def look(ctx: Context, request_id: int, number: int, run: str) -> Json:
    """Log in as the user, try, revoke, and judge what was seen."""
    async with ctx.database.read() as conn:
        request = await ledger.get(conn, request_id)
    if request is None or not _current(request, number):
        return {"end": "gone"}
    wanted = request.preflight.wanted if request.preflight else None
    if wanted is None:
        return {"end": "gone"}
    org = ctx.settings.orgs[request.asked.org]
    app = org.apps.get(request.asked.app or "")
    if app is None or not app.has_key:
        label = app.label if app else None
        return {"end": "untestable", "app": label, "address": org.my_domain_url}
    try:
        verdict = await _try(ctx, request, wanted, run)
    except Unavailable as away:
        return absent(away)
    except Refused as no:
        finding = diagnosis.explain(no.code, no.message, login=no.login)
        verdict = proof.Verdict(outcome=proof.BLOCKED, finding=finding)
    return {"end": "verdict", "verdict": verdict.to_json()}


def _current(request: Request, number: int) -> bool:
    if request.withdrawing or request.smokes != number:
        return False
    return request.state in _TESTED and request.user_id is not None


async def _try(ctx: Context, request: Request, wanted: Wanted, run: str) -> proof.Verdict:
    gateway = ctx.gateways[request.asked.org]
    objects = list(wanted.objects_order)
    user_id = request.user_id or ""
    forbidden = await _forbidden(ctx, gateway, request.asked.org, user_id)
    await _note_login(ctx, request, wanted, run)
    observation = await gateway.prove(
        app_key=request.asked.app or "",
        username=wanted.username,
        objects=objects,
        forbidden=forbidden,
    )
    refused = observation.login_error is not None
    gone = await _taken_away(gateway, wanted, request.state) if refused else None
    empty = [name for name, one in observation.objects.items() if one.rows == 0]
    return proof.judge(
        observation,
        wanted_org_id=wanted.org_id,
        wanted_user_id=user_id,
        granted=tuple(objects),
        bot_sees=await gateway.visible_rows(empty) if empty else {},
        taken_away=gone,
        now=ctx.clock(),
        proof_until=request.proof_until or ctx.clock(),
    )


async def _note_login(ctx: Context, request: Request, wanted: Wanted, run: str) -> None:
    """Journal the login as the bot's own *before* it happens.

    So none can be taken for use of the integration, whatever dies or hangs right after it.
    """
    now = ctx.clock()
    line = JournalLine(
        at=now,
        actor="engine",
        source=Source.ENGINE,
        event="own_login",
        detail=f"The bot itself logs in as {wanted.username} to test it",
        run=run,
        step=f"own_login {now.isoformat()}",
        after={"username": wanted.username, "app": request.asked.app},
    )
    async with ctx.database.write() as conn:
        await ledger.note(conn, request.id, line)


async def _forbidden(ctx: Context, gateway: Gateway, org: str, user_id: str) -> str | None:
    """One object that no parent of the user grants; well-known ones first."""
    granted = await gateway.granted_objects(user_id)
    async with ctx.database.read() as conn:
        known = await catalogue.object_names(conn, org)
    return proof.pick_forbidden(known, granted)


async def _taken_away(gateway: Gateway, wanted: Wanted, state: State) -> str | None:
    """How our grant and assignment come back; None when they read back as present."""
    found = await gateway.observe(
        username=wanted.username, set_names=[one.name for one in wanted.sets]
    )
    in_place = plan.app_access_in_place(wanted, found)
    return None if in_place else diagnosis.put_back(wanted, state)


async def settle(ctx: Context, request_id: int, number: int, run: str, seen: Json) -> None:
    """Move the request by the verdict, or name the next try; once, however often it is called."""
    if seen["end"] == "gone":
        return
    async with ctx.database.write() as conn:
        request = await ledger.get(conn, request_id)
        if request is None or not _current(request, number):
            return
        await _end(ctx, conn, request, run, seen)
    ctx.wake()


async def _end(ctx: Context, conn: AsyncConnection, request: Request, run: str, seen: Json) -> None:
    now = ctx.clock()
    if seen["end"] == "away":
        await _away(ctx, conn, request, run, seen, now)
        return
    if seen["end"] == "untestable":
        await _untestable(conn, request, run, seen, now)
        return
    verdict = proof.Verdict.from_json(seen["verdict"])
    at = proof.next_try(request.tries, now, request.proof_until) or now
    words = " ".join((*verdict.lines, *(f"Not tested: {one}" for one in verdict.not_tested)))
    if verdict.outcome == proof.WAIT:
        words += f" Next try at {at:%H:%M:%S} UTC."
    kept = {"not_tested": list(verdict.not_tested), "audience": verdict.audience}
    if not await _note(conn, request, run, now, words, kept):
        return
    if verdict.outcome == proof.WAIT:
        finding = None if request.state is State.PROVISIONED else request.finding
        again = {"tries": request.tries + 1, "finding": finding}
        await _again(ctx, conn, request, now, at, **again)
    elif verdict.outcome == proof.PROVEN:
        await _proven(conn, request, now)
    else:
        await _failed(conn, request, verdict.finding, now)


async def _away(
    ctx: Context, conn: AsyncConnection, request: Request, run: str, seen: Json, now: datetime
) -> None:
    """Wait for an org that is away, as provisioning does, until it is time that a person looks."""
    if await patient(conn, request, now, seen):
        await later(ctx, conn, request, _when_back, seen)
        return
    finding = why(seen)
    if await _note(conn, request, run, now, f"Not tested, the org stayed away. {finding.cause}"):
        await _failed(conn, request, finding, now)


async def _when_back(
    ctx: Context, conn: AsyncConnection, request: Request, wait: timedelta
) -> None:
    """Look again later; the time that an org is away is not the time that a grant takes."""
    now = ctx.clock()
    until = outage.paused(request.proof_until, wait)
    await _again(ctx, conn, request, now, now + wait, proof_until=until)


async def _note(
    conn: AsyncConnection,
    request: Request,
    run: str,
    now: datetime,
    detail: str,
    kept: Json | None = None,
) -> bool:
    """Journal what the look showed; False when this run did so before, and nothing is to do."""
    line = JournalLine(
        at=now,
        actor="engine",
        source=Source.ENGINE,
        event="look",
        detail=detail or "The test could not be made",
        run=run,
        step="look",
        after=kept,
    )
    return await ledger.note(conn, request.id, line)


async def _again(
    ctx: Context,
    conn: AsyncConnection,
    request: Request,
    now: datetime,
    at: datetime,
    **columns: Any,
) -> None:
    changed = await ledger.change(
        conn, request, now=now, smokes=request.smokes + 1, next_try_at=at, **columns
    )
    await enqueue_smoke(ctx, conn, changed, at - now)
    await telling.show(conn, changed, now)


async def _proven(conn: AsyncConnection, request: Request, now: datetime) -> None:
    moves = request.state is State.PROVISIONED
    changed = await ledger.change(
        conn,
        request,
        now=now,
        state=lifecycle.move(request, Event.LIVE) if moves else request.state,
        finding=request.finding if request.state is State.BLOCKED else None,
        next_try_at=None,
    )
    await _tell(conn, changed, now, "live" if moves else "tested", "The test passed", request)
    if moves:
        await telling.show_end(conn, changed, now)


async def _failed(
    conn: AsyncConnection, request: Request, finding: Finding | None, now: datetime
) -> None:
    finding = finding or diagnosis.explain("unknown", "", login=True)
    finding = diagnosis.remedy_for(finding, request.state)
    moves = request.state is State.PROVISIONED
    keep = request.finding is not None and request.finding.code == diagnosis.UNDO_INCOMPLETE
    changed = await ledger.change(
        conn,
        request,
        now=now,
        state=lifecycle.move(request, Event.BLOCK) if moves else request.state,
        finding=request.finding if keep else finding,
        next_try_at=None,
    )
    event = "blocked" if moves else "tested"
    await _tell(conn, changed, now, event, f"{finding.cause} {finding.remedy}", request)
    if moves:
        await telling.show_end(conn, changed, now)


async def _untestable(
    conn: AsyncConnection, request: Request, run: str, seen: Json, now: datetime
) -> None:
    """Nobody can test it here: a person has to, once; what is live or blocked stays as it is."""
    finding = diagnosis.not_proven(
        app_label=seen["app"], username=request.username, address=seen["address"]
    )
    if not await _note(conn, request, run, now, f"Not tested: {finding.cause}"):
        return
    waits = request.state is State.PROVISIONED
    news = waits and (request.finding is None or request.finding.code != finding.code)
    changed = await ledger.change(
        conn, request, now=now, finding=finding if waits else request.finding, next_try_at=None
    )
    await telling.show(conn, changed, now)
    if news:
        await telling.show_end(conn, changed, now)


async def _tell(
    conn: AsyncConnection, changed: Request, now: datetime, event: str, detail: str, was: Request
) -> None:
    await telling.note(
        conn,
        changed,
        now=now,
        actor="engine",
        source=Source.ENGINE,
        event=event,
        detail=detail,
        was=was.state,
    )
    await telling.show(conn, changed, now)
