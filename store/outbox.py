"""Which messages does Slack owe to people, and which channel is whose turn?

A row per message: `wanted` grows with every visible change, `shown` is the version that Slack has.
Whoever changes something visible bumps `wanted` in the same commit; the courier renders the newest
state (engine-in-use 1, form L). A message is dirty while shown < wanted and nobody gave it up.

A row per target: one conditional update of `next_at` is mutual exclusion between replicas, pace,
Retry-After and, because it lies in the future, the lease of a courier that died.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, and_, case, func, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.dialects import insert, moment
from store.records import Message
from store.tables import channel as channels
from store.tables import dirty
from store.tables import message as messages

ONCE = frozenset({"end", "reminder", "old_card"})
"""Surfaces that are posted once and never edited: wanting one again changes nothing."""
NOTHING_TO_SHOW: Final = "nothing to show"
NO_CHANNEL: Final = "its channel is not configured any more"
NO_LOSS = frozenset({NOTHING_TO_SHOW, NO_CHANNEL})
"""Why a message is given up that nobody misses; with any other reason somebody does."""


async def want(
    conn: AsyncConnection,
    message_id: str,
    *,
    request: int | None,
    surface: str,
    target: str,
    now: datetime,
) -> None:
    """Make a message due: a new row, or one version more than was wanted before."""
    first = insert(conn, messages).values(
        id=message_id,
        request=request,
        surface=surface,
        target=target,
        wanted=1,
        shown=0,
        touched_at=now,
        waiting_since=now,
    )
    if surface in ONCE:
        await conn.execute(first.on_conflict_do_nothing(index_elements=["id"]))
    else:
        await conn.execute(first.on_conflict_do_update(index_elements=["id"], set_=_touched(now)))


async def want_all_of(conn: AsyncConnection, request_id: int, now: datetime) -> int:
    """Make every living message of a request due again; how many there are."""
    living = and_(messages.c.request == request_id, messages.c.surface.not_in(ONCE))
    return (await conn.execute(update(messages).where(living).values(_touched(now)))).rowcount


async def want_again(conn: AsyncConnection, surface: str, beginning: str, now: datetime) -> None:
    """Make the living messages of a surface due again whose ids begin so."""
    these = and_(
        messages.c.surface == surface, messages.c.id.startswith(beginning, autoescape=True)
    )
    living = update(messages).where(these, messages.c.gave_up.is_(None))
    await conn.execute(living.values(_touched(now)))


async def replace(
    conn: AsyncConnection, message_id: str, old_id: str, *, surface: str, now: datetime
) -> None:
    """Let a message be an old one, due once more under another id; its id is free for a new one."""
    here = update(messages).where(messages.c.id == message_id)
    await conn.execute(here.values(id=old_id, surface=surface, **_touched(now)))


async def due(conn: AsyncConnection, now: datetime, limit: int) -> list[Message]:
    """Find dirty messages that may be tried now and whose target is free, longest waiting first."""
    free = or_(channels.c.next_at.is_(None), channels.c.next_at <= now)
    ready = or_(messages.c.retry_at.is_(None), messages.c.retry_at <= now)
    waiting = messages.outerjoin(channels, channels.c.id == messages.c.target)
    query = select(messages).select_from(waiting).where(dirty, ready, free)
    query = query.order_by(messages.c.waiting_since, messages.c.id).limit(limit)
    return [_message(row) for row in await conn.execute(query)]


async def waiting(
    conn: AsyncConnection,
    *,
    target: str | None = None,
    surfaces: Collection[str] | None = None,
) -> list[Message]:
    """Find what Slack does not show yet, due now or later, longest waiting first."""
    query = select(messages).where(dirty)
    if target is not None:
        query = query.where(messages.c.target == target)
    if surfaces is not None:
        query = query.where(messages.c.surface.in_(surfaces))
    query = query.order_by(messages.c.waiting_since, messages.c.id)
    return [_message(row) for row in await conn.execute(query)]


async def next_due(conn: AsyncConnection) -> datetime | None:
    """Tell the first moment at which `due` finds something; None when nothing is dirty."""
    ready = func.coalesce(messages.c.retry_at, messages.c.waiting_since)
    free = func.coalesce(channels.c.next_at, messages.c.waiting_since)
    waiting = messages.outerjoin(channels, channels.c.id == messages.c.target)
    first = func.min(case((ready > free, ready), else_=free), type_=messages.c.retry_at.type)
    query = select(first).select_from(waiting).where(dirty)
    moment_due: datetime | None = (await conn.execute(query)).scalar_one()
    return moment_due


async def claim(conn: AsyncConnection, channel: str, now: datetime, lease: timedelta) -> str | None:
    """Take the turn of a message's `target` for as long as `lease`; None when it is not free.

    The token goes to `release`. `lease` must be longer than the slowest call to Slack. On Postgres
    the database's clock counts, not `now`, so that replicas' clocks need not agree.
    """
    token = secrets.token_hex(8)
    turn = {"next_at": moment(conn, now, lease), "holder": token}
    free = and_(channels.c.id == channel, channels.c.next_at <= moment(conn, now))
    if (await conn.execute(update(channels).where(free).values(turn))).rowcount == 1:
        return token
    first = insert(conn, channels).values(id=channel, **turn).on_conflict_do_nothing()
    return token if (await conn.execute(first.returning(channels.c.id))).first() else None


async def release(conn: AsyncConnection, channel: str, token: str, next_at: datetime) -> bool:
    """Give the turn back, the next one not before `next_at`; False when it was no longer ours."""
    ours = and_(channels.c.id == channel, channels.c.holder == token)
    given = update(channels).where(ours).values(next_at=next_at, holder=None)
    return (await conn.execute(given)).rowcount == 1


async def clear_leases(conn: AsyncConnection, now: datetime) -> int:
    """Free what a dead courier held. Only where this process is the only one: SQLite, at start."""
    held = update(channels).where(channels.c.holder.is_not(None))
    return (await conn.execute(held.values(next_at=now, holder=None))).rowcount


async def shown(
    conn: AsyncConnection, message_id: str, *, version: int, channel: str, ts: str
) -> None:
    """Remember what Slack has: the version that was rendered, never the newest one.

    Whatever was touched meanwhile stays dirty, and a late writer shows as dirty again. A busy
    message then waits behind those that were touched before it. A version that was never wanted is
    of a message that was replaced meanwhile: the new one is still to be posted.
    """
    done = {
        "shown": version,
        "channel": channel,
        "ts": ts,
        "tries": 0,
        "retry_at": None,
        "waiting_since": messages.c.touched_at,
    }
    its = and_(messages.c.id == message_id, messages.c.wanted >= version)
    await conn.execute(update(messages).where(its).values(done))


async def failed(
    conn: AsyncConnection, message_id: str, retry_at: datetime, *, passing: bool = False
) -> int:
    """Count a failed try and wait until `retry_at`; how many have failed in a row.

    Those that were `passing` trouble count below 0, and either kind begins anew after the other.
    """
    so_far = messages.c.tries
    if passing:
        tries = case((so_far < 0, so_far - 1), else_=-1)
    else:
        tries = case((so_far > 0, so_far + 1), else_=1)
    tried = update(messages).where(messages.c.id == message_id)
    tried = tried.values(tries=tries, retry_at=retry_at)
    counted = (await conn.execute(tried.returning(messages.c.tries))).scalar_one_or_none()
    return counted or 0


async def hurry(
    conn: AsyncConnection, *, target: str | None = None, ids: Collection[str] | None = None
) -> None:
    """Let what waits for its next try, at a target or by id, be tried at once and counted anew."""
    these = update(messages).where(dirty, messages.c.tries != 0)
    if target is not None:
        these = these.where(messages.c.target == target)
    if ids is not None:
        these = these.where(messages.c.id.in_(ids))
    await conn.execute(these.values(tries=0, retry_at=None))


async def move(conn: AsyncConnection, message_id: str, target: str) -> None:
    """Let a message be posted anew elsewhere; what was posted before is forgotten."""
    moved = update(messages).where(messages.c.id == message_id)
    elsewhere = {"target": target, "channel": None, "ts": None, "shown": 0}
    await conn.execute(moved.values(**elsewhere, tries=0, retry_at=None))


async def give_up(
    conn: AsyncConnection, message_id: str, reason: str = "", *, version: int | None = None
) -> bool:
    """Stop trying, and keep the row with the reason. Wanting the message again revives it.

    With `version` only while nothing newer is wanted; False when it stays due.
    """
    stop = update(messages).where(messages.c.id == message_id)
    if version is not None:
        stop = stop.where(messages.c.wanted == version)
    return (await conn.execute(stop.values(gave_up=reason))).rowcount == 1


async def given_up(conn: AsyncConnection) -> dict[str, str]:
    """Name the messages that nobody tries any more, with the reasons."""
    query = select(messages.c.id, messages.c.gave_up).where(messages.c.gave_up.is_not(None))
    return {row.id: row.gave_up for row in await conn.execute(query.order_by(messages.c.id))}


async def gave_up(conn: AsyncConnection, message_id: str) -> bool:
    """Whether nobody tries this message any more."""
    query = select(messages.c.id).where(
        messages.c.id == message_id, messages.c.gave_up.is_not(None)
    )
    return (await conn.execute(query)).first() is not None


async def forget(conn: AsyncConnection, message_id: str) -> None:
    """Forget the posted message because Slack has it no more: the next try posts anew."""
    gone = update(messages).where(messages.c.id == message_id)
    await conn.execute(gone.values(channel=None, ts=None, shown=0))


async def get(conn: AsyncConnection, message_id: str) -> Message | None:
    """Find one message by its id."""
    row = (await conn.execute(select(messages).where(messages.c.id == message_id))).first()
    return _message(row) if row else None


async def find(
    conn: AsyncConnection, request_id: int, surface: str, *, target: str | None = None
) -> Message | None:
    """Find the message of a request on a surface, if need be the one for this target."""
    query = select(messages).where(messages.c.request == request_id, messages.c.surface == surface)
    if target is not None:
        query = query.where(messages.c.target == target)
    row = (await conn.execute(query.order_by(messages.c.id).limit(1))).first()
    return _message(row) if row else None


def _touched(now: datetime) -> dict[str, Any]:
    """One version more; a clean message waits from now on, a given-up one starts afresh."""
    revived = messages.c.gave_up.is_not(None)
    clean = or_(messages.c.shown >= messages.c.wanted, revived)
    return {
        "wanted": messages.c.wanted + 1,
        "touched_at": now,
        "waiting_since": case((clean, now), else_=messages.c.waiting_since),
        "tries": case((revived, 0), else_=messages.c.tries),
        "retry_at": case((revived, null()), else_=messages.c.retry_at),
        "gave_up": None,
    }


def _message(row: Row[Any]) -> Message:
    return Message(
        id=row.id,
        request=row.request,
        surface=row.surface,
        target=row.target,
        wanted=row.wanted,
        shown=row.shown,
        channel=row.channel,
        ts=row.ts,
        tries=row.tries,
        retry_at=row.retry_at,
    )
