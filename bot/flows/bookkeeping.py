"""What a provisioning run writes down: intents before a call, what was made after it, and the ids.

The intent lines are the proof of ownership: a user or set that exists is ours only when its intent
was journaled before the call. A batch whose mark is already there was begun by a process that died.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import plan
from bot.core.plan import Batch
from bot.flows import telling
from bot.flows.context import Context
from store import ledger
from store.records import JournalLine, PermissionSetRef, Request, Source, State, Wanted


def wanted_of(request: Request | None) -> Wanted | None:
    """The wanted state that is still to be made true; None when withdrawn, decided anew or done."""
    if request is None or request.withdrawing or request.state is not State.APPROVED:
        return None
    return request.preflight.wanted if request.preflight else None


async def remember(
    ctx: Context,
    request_id: int,
    run: str,
    found: plan.Found,
    steps: tuple[plan.Step, ...],
) -> None:
    """Journal steps whose call was answered by nobody but which are done, and keep their ids."""
    left = {step.name for step in steps}
    now = ctx.clock()
    async with ctx.database.write() as conn:
        intents = await ledger.open_intents(conn, request_id)
        done = [line for line in intents if line.step not in left]
        for line in done:
            await _note_done(
                conn, request_id, now, run, line.step or "", f"{line.detail} (found done)"
            )
        request = await ledger.get(conn, request_id)
        if request is not None and request.state is State.APPROVED and found.user is not None:
            await _keep_ids(conn, request, plan.ids(found), now)
    if done:
        ctx.wake()


async def note_intent(
    conn: AsyncConnection, request_id: int, now: datetime, run: str, at: str, batch: Batch
) -> bool:
    """Journal what is about to be written; False when this very batch was begun before."""
    mark = JournalLine(
        at=now,
        actor="engine",
        source=Source.ENGINE,
        event="batch",
        detail=batch.say(),
        run=run,
        step=f"batch {at}",
    )
    if not await ledger.note(conn, request_id, mark):
        return False
    for step in batch.steps:
        intent = JournalLine(
            at=now,
            actor="engine",
            source=Source.ENGINE,
            event="intent",
            detail=step.say(),
            run=f"{run}/{at}",
            step=step.name,
            after={"writes": step.writes} if step.writes else None,
        )
        await ledger.note(conn, request_id, intent)
    return True


async def _note_done(
    conn: AsyncConnection, request_id: int, now: datetime, run: str, step: str, detail: str
) -> None:
    line = JournalLine(
        at=now,
        actor="engine",
        source=Source.ENGINE,
        event="done",
        detail=detail,
        run=run,
        step=step,
    )
    await ledger.note(conn, request_id, line)


async def note_made(
    ctx: Context, request_id: int, run: str, batch: Batch, made: Mapping[str, str]
) -> None:
    """Journal each step of the batch as done, keep the ids, and move the card."""
    now = ctx.clock()
    async with ctx.database.write() as conn:
        for step in batch.steps:
            await _note_done(conn, request_id, now, run, step.name, step.say())
        request = await ledger.get(conn, request_id)
        if request is not None:
            changed = await _keep_ids(conn, request, made, now)
            await telling.show(conn, changed, now)
    ctx.wake()


async def _keep_ids(
    conn: AsyncConnection, request: Request, ids: Mapping[str, str], now: datetime
) -> Request:
    """Keep what was made: the user's id, the sets' ids, and when each seat was taken."""
    columns: dict[str, Any] = {}
    if "user" in ids and request.user_id != ids["user"]:
        columns |= {"user_id": ids["user"]}
    if "user" in ids and request.user_made_at is None:
        columns |= {"user_made_at": now}
    if "psl_assigned" in ids and request.psl_made_at is None:
        columns |= {"psl_made_at": now}
    refs = {ref.name: ref for ref in request.permission_sets}
    for key, value in ids.items():
        if key.startswith("set:"):
            refs[key[4:]] = PermissionSetRef(name=key[4:], id=value)
    if tuple(refs.values()) != request.permission_sets:
        columns["permission_sets"] = tuple(refs.values())
    return await ledger.change(conn, request, now=now, **columns) if columns else request
