"""What a provisioning run writes down: intents before a call, what was made after it, and the ids.

The intent lines are the proof of ownership: a user or set that exists is ours only when its intent
was journaled before the call. A batch whose mark is already there was begun by a process that died.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import plan
from bot.core.plan import Batch
from bot.flows import telling
from bot.flows.context import Context
from store import ledger
from store.records import JournalLine, Json, PermissionSetRef, Request, Source, State, Wanted

FOUND_DONE = " (found done)"
"""Added to the words of a step whose reply never came, but which is there."""


def wanted_of(request: Request | None) -> Wanted | None:
    """The wanted state that is still to be made true; None when withdrawn, decided anew or done."""
    if request is None or request.withdrawing or request.state is not State.APPROVED:
        return None
    return request.preflight.wanted if request.preflight else None


async def remember(
    ctx: Context, request_id: int, found: plan.Found, steps: tuple[plan.Step, ...]
) -> None:
    """Journal steps whose call was answered by nobody but which are done, and keep their ids.

    Every set that the request set out to make was looked for: one that is not there is forgotten.
    """
    left = frozenset(step.name for step in steps)
    await note_found(ctx, request_id, "provision", left, also=FOUND_DONE)
    async with ctx.database.write() as conn:
        request = await ledger.get(conn, request_id)
        if request is not None and request.state is State.APPROVED and found.user is not None:
            gone = {one.name for one in request.permission_sets if not found.set_named(one.name)}
            await _keep_ids(conn, request, plan.ids(found), ctx.clock(), gone=gone)


async def note_found(
    ctx: Context, request_id: int, job: str, left: frozenset[str], *, also: str = ""
) -> None:
    """Journal as done every open intent of the job's runs that an observation finds done."""
    async with ctx.database.read() as conn:
        intents = await ledger.open_intents(conn, request_id)
    newest = {one.step: one for one in intents if _of(one, job) and one.step not in left}
    if not newest:
        return
    now = ctx.clock()
    lines = [
        _done(now, f"{one.run}", str(one.step), f"{one.detail}{also}") for one in newest.values()
    ]
    async with ctx.database.write() as conn:
        await ledger.note_all(conn, request_id, lines)
        request = await ledger.get(conn, request_id)
        if request is not None:
            await telling.show(conn, request, now)
    ctx.wake()


def _of(line: JournalLine, job: str) -> bool:
    return line.run is not None and line.run.startswith(f"{job}-")


async def note_intent(
    conn: AsyncConnection, request_id: int, now: datetime, at: str, batch: Batch
) -> bool:
    """Journal what is about to be written; False when this very batch was begun before.

    `at` names the run and the place in it, which is the same when the run goes on after a crash.
    """
    if not await ledger.note(conn, request_id, _line(now, "batch", batch.say(), at, "batch")):
        return False
    intents = [
        _line(
            now,
            "intent",
            step.say(),
            at,
            step.name,
            after={"writes": step.writes} if step.writes else None,
        )
        for step in batch.steps
    ]
    await ledger.note_all(conn, request_id, intents)
    return True


def _done(now: datetime, at: str, step: str, detail: str) -> JournalLine:
    """The line that settles the intent `step` at `at`: once, whoever learns of it first."""
    return _line(now, "done", detail, f"{at}/done", step)


def _line(
    now: datetime, event: str, detail: str, run: str, step: str, *, after: Json | None = None
) -> JournalLine:
    return JournalLine(
        at=now,
        actor="engine",
        source=Source.ENGINE,
        event=event,
        detail=detail,
        run=run,
        step=step,
        after=after,
    )


async def note_made(
    ctx: Context, request_id: int, at: str, batch: Batch, made: Mapping[str, str]
) -> None:
    """Journal each step of the batch as done, keep the ids, and move the card."""
    now = ctx.clock()
    async with ctx.database.write() as conn:
        lines = [_done(now, at, step.name, step.say()) for step in batch.steps]
        await ledger.note_all(conn, request_id, lines)
        request = await ledger.get(conn, request_id)
        if request is not None:
            changed = await _keep_ids(conn, request, made, now)
            await telling.show(conn, changed, now)
    ctx.wake()


async def _keep_ids(
    conn: AsyncConnection,
    request: Request,
    ids: Mapping[str, str],
    now: datetime,
    *,
    gone: Collection[str] = (),
) -> Request:
    """Keep what was made: the user's id, the sets' ids, and when each seat was taken.

    `gone` are sets that were looked for and are not there any more.
    """
    columns: dict[str, Any] = {}
    if "user" in ids and request.user_id != ids["user"]:
        columns |= {"user_id": ids["user"]}
    if "user" in ids and request.user_made_at is None:
        columns |= {"user_made_at": now}
    if "psl_assigned" in ids and request.psl_made_at is None:
        columns |= {"psl_made_at": now}
    refs = {ref.name: ref for ref in request.permission_sets if ref.name not in gone}
    for key, value in ids.items():
        if key.startswith("set:"):
            refs[key[4:]] = PermissionSetRef(name=key[4:], id=value)
    if tuple(refs.values()) != request.permission_sets:
        columns["permission_sets"] = tuple(refs.values())
    return await ledger.change(conn, request, now=now, **columns) if columns else request
