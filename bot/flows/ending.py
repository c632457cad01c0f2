"""How an engine's run writes its end: the row, a journal line, and the messages, in one commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import diagnosis
from bot.flows import telling
from bot.flows.context import Context
from store import ledger
from store.records import Finding, Json, Request, Source

Enqueue = Callable[[Context, AsyncConnection, Request, Any], Awaitable[None]]
_AWAY = "unavailable"
_TRIES = frozenset({"batch", "intent"})
LONGEST = timedelta(minutes=5)
PATIENCE = timedelta(hours=1)
"""How long an org may be away before a person is told; work goes on by itself until then."""
QUOTA_PATIENCE = timedelta(hours=25)
"""The calls of an org are counted over 24 hours: they come back by themselves (2.2)."""


async def end(
    conn: AsyncConnection,
    request: Request,
    *,
    now: datetime,
    event: str,
    detail: str,
    source: Source = Source.ENGINE,
    after: Json | None = None,
    notify: bool = True,
    **columns: Any,
) -> Request:
    """Change the row and tell; `notify` also posts a line, so that Slack notifies of an end."""
    changed = await ledger.change(conn, request, now=now, **columns)
    await telling.note(
        conn,
        changed,
        now=now,
        actor=str(source),
        source=source,
        event=event,
        detail=detail,
        was=request.state,
        after=after,
    )
    await telling.show(conn, changed, now)
    if notify:
        await telling.show_end(conn, changed, now)
    return changed


async def patient(conn: AsyncConnection, request: Request, now: datetime, seen: Json) -> bool:
    """Is it too early to trouble a person, because the org has not been away for long?"""
    since = await _away_since(conn, request)
    limit = QUOTA_PATIENCE if "finding" in seen else PATIENCE
    return since is None or now - since < limit


async def _away_since(conn: AsyncConnection, request: Request) -> datetime | None:
    """Since when the org has been away: since nothing but tries is in the journal."""
    since = None
    for line in reversed(await ledger.journal(conn, request.id)):
        if line.event == _AWAY:
            since = line.at
        elif line.event not in _TRIES:
            break
    return since


def away(reason: str) -> Finding:
    """The finding of an org that has been away for too long."""
    return diagnosis.explain("SERVER_UNAVAILABLE", reason, login=False)


async def later(
    ctx: Context,
    conn: AsyncConnection,
    request: Request,
    enqueue: Enqueue,
    seen: Json,
    **columns: Any,
) -> None:
    """The org is away: a successor tries again by itself. One line says so, however often.

    The waits grow with the time that it is away, so that an outage is not a row of tries. What will
    take hours, people are told: once, as a finding that goes when the work goes on.
    """
    now = ctx.clock()
    since = await _away_since(conn, request)
    finding = Finding.from_json(seen["finding"]) if "finding" in seen else None
    news = finding is not None and request.finding is None and not request.withdrawing
    if news:
        columns["finding"] = finding
    changed = await ledger.change(conn, request, now=now, **columns)
    if news:
        await telling.show(conn, changed, now)
        await telling.show_end(conn, changed, now)
    if since is None:
        why = finding.cause if finding else f"The org does not answer ({seen['reason']})"
        await telling.note(
            conn,
            changed,
            now=now,
            actor="engine",
            source=Source.ENGINE,
            event=_AWAY,
            detail=f"{why}; trying again by itself",
        )
    wait = min((now - since) / 2, LONGEST) if since else ctx.away_wait
    await enqueue(ctx, conn, changed, max(wait, ctx.away_wait))
