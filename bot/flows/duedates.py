"""Remind of what nobody decides, let it expire, tell of old approvals: due dates found by a tick.

A tick takes what has come: the row is deleted in the same transaction in which somebody is reminded
or the request expires, so it happens once however many processes look. A request that was decided
in the meantime loses its dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import diagnosis, lifecycle
from bot.core import duedates as core
from bot.core.duedates import EXPIRY, REMINDER, VALIDITY, Expire, Remind
from bot.core.lifecycle import Event
from bot.core.wording import sentence_start
from bot.engine import Job, Jobs, Run
from bot.flows import deadlines, old_approvals, requests, telling, undoing
from bot.flows.context import Context
from bot.flows.ending import end
from bot.flows.reminding import remind
from bot.flows.steady import step
from bot.flows.ticking import on_its_own
from store import ledger, outbox, usage
from store.records import DueDate, Finding, Json, Request, Source, State

JOBS: Final = {"reminders": (REMINDER,), "expire": (EXPIRY,)}
"""The jobs that look by hand at what the tick looks at anyway, and which dates they take."""
_ALL: Final = (REMINDER, EXPIRY, VALIDITY)


def register(jobs: Jobs, ctx: Context) -> None:
    """Make both jobs known to the engine: for those who do not want to wait for the tick."""
    for name, kinds in JOBS.items():
        jobs.register(name, _job(ctx, kinds))


def _job(ctx: Context, kinds: Sequence[str]) -> Job:
    async def look(run: Run, _org: str, _slot: str) -> Json:
        return {"messages": await step(run, "look", tick, ctx, kinds), "note": ""}

    return look


async def tick(ctx: Context, kinds: Sequence[str] = _ALL) -> list[str]:
    """Take every date of these kinds that has come; the ids of the messages that are due by it."""
    await _date_the_undated(ctx)
    async with ctx.database.read() as conn:
        come = await usage.come(conn, ctx.clock())
    wanted: list[str] = []
    for request_id, dates in come.items():
        mine = [one for one in dates if one.what in kinds]
        if mine:
            async with on_its_own("due_dates", request_id):
                wanted += await _take(ctx, request_id, mine)
    if wanted:
        ctx.wake()
    return wanted


async def due(ctx: Context, kind: str) -> list[Request]:
    """The requests that a tick would remind of or let expire now; nothing is changed."""
    now = ctx.clock()
    found = []
    async with ctx.database.read() as conn:
        for request_id, dates in (await usage.come(conn, now)).items():
            request = await ledger.get(conn, request_id)
            come = core.verdict((one for one in dates if one.what == kind), now)
            concerned = request and (core.expires if kind == EXPIRY else core.waits)(request)
            if request is None or not concerned or isinstance(come, core.Nothing):
                continue
            if await _told(conn, request):
                found.append(request)
    return found


async def _date_the_undated(ctx: Context) -> None:
    """Requests that wait without dates, from before there were any, count from now.

    Those who have to mend one are told until when.
    """
    async with ctx.database.read() as conn:
        asked = await ledger.search(conn, states=[State.REQUESTED])
        waiting = {one.id: one for one in asked if core.expires(one)}
        undated = await usage.undated(conn, waiting)
    for request_id in sorted(undated):
        async with on_its_own("due_dates", request_id), ctx.database.write() as conn:
            request = await ledger.lock(conn, request_id)
            if request is None or not core.expires(request):
                continue
            if await usage.dates_of(conn, request_id):
                continue
            await _count_anew(ctx, conn, request, ctx.clock())
            await telling.show(conn, request, ctx.clock())
    if undated:
        ctx.wake()


async def _count_anew(ctx: Context, conn: AsyncConnection, request: Request, now: datetime) -> None:
    count = deadlines.from_card if core.waits(request) else deadlines.without_card
    await count(ctx, conn, request, now)


async def _take(ctx: Context, request_id: int, dates: Sequence[DueDate]) -> list[str]:
    """Act on dates that have come. The request first, then its dates, as whoever decides does."""
    now = ctx.clock()
    reminds = any(one.what == REMINDER for one in dates)
    approvers = await ctx.approvers() if reminds else None
    async with ctx.database.write() as conn:
        request = await ledger.lock(conn, request_id)
        if request is not None and any(one.what == VALIDITY for one in dates):
            return await old_approvals.take(ctx, conn, request, dates)
        if request is None or not core.expires(request):
            await usage.drop_dates(conn, request_id)
            return []
        if not await _told(conn, request):
            await _count_anew(ctx, conn, request, now)
            return []
        taken = [one for one in dates if await usage.take(conn, one)]
        match core.verdict(taken, now):
            case Remind(number=number) if core.waits(request):
                return await remind(ctx, conn, request, number, approvers=approvers, now=now)
            case Expire():
                await usage.drop_dates(conn, request_id)
                return await _expire(ctx, conn, request, now)
            case _:
                return []


async def _told(conn: AsyncConnection, request: Request) -> bool:
    """Is the message out, or never to be, that asks for a decision or says what to mend?

    While Slack does not take it nobody could have done anything.
    """
    asks = "card" if core.waits(request) else f"dm/{request.requester}"
    message = await outbox.get(conn, f"{request.label}/{asks}")
    if message is None:
        return False
    return message.ts is not None or message.id in await outbox.given_up(conn)


async def _expire(
    ctx: Context, conn: AsyncConnection, request: Request, now: datetime
) -> list[str]:
    """End it; what an earlier approval let be made is undone first, and then it is withdrawn."""
    if request.pinned is not None:
        return await _take_back(ctx, conn, request, now)
    changed = await end(
        conn,
        request,
        now=now,
        event=requests.EXPIRED,
        detail=sentence_start(core.why_expired(request)),
        source=Source.CLOCK,
        state=lifecycle.move(request, Event.EXPIRE),
        finding=None,
    )
    people = telling.readers(changed)
    return [
        *([f"{changed.label}/card"] if core.is_checked(changed) else []),
        *(f"{changed.label}/dm/{one}" for one in people),
        *(f"{changed.label}/end/{one}/{changed.state}-{changed.version}" for one in people),
    ]


async def _take_back(
    ctx: Context, conn: AsyncConnection, request: Request, now: datetime
) -> list[str]:
    lifecycle.move(request, Event.EXPIRE)
    known = request.asked.org in ctx.settings.orgs
    begin = requests.undo_first if known else _undo_nowhere
    changed = await begin(ctx, conn, request, now)
    what = "what was made is being undone" if known else "what was made stays, as its org is gone"
    await telling.note(
        conn,
        changed,
        now=now,
        actor=str(Source.CLOCK),
        source=Source.CLOCK,
        event=requests.EXPIRED,
        detail=f"{sentence_start(core.why_expired(request))}: {what}",
        was=request.state,
    )
    await telling.show(conn, changed, now)
    return [f"{changed.label}/card"]


async def _undo_nowhere(
    ctx: Context, conn: AsyncConnection, request: Request, now: datetime
) -> Request:
    """Block it: nobody can undo anything in an org that the configuration does not name."""
    del ctx
    key = request.asked.org
    gone = Finding(
        code=diagnosis.UNDO_INCOMPLETE,
        cause=f"The org `{key}` is no longer in the bot's configuration.",
        remedy=f"Ask a bot operator to put `[orgs.{key}]` back.",
        who="bot operator",
    )
    changed = await ledger.change(
        conn, request, now=now, withdrawing=True, next_try_at=None, undos=request.undos + 1
    )
    return await undoing.incomplete(conn, changed, (), gone, now)
