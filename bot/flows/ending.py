"""How an engine's run writes its end: the row, a journal line, and the messages, in one commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import diagnosis, outage
from bot.flows import telling
from bot.flows.context import Context
from bot.salesforce.gateway import Unavailable
from store import ledger
from store.records import Finding, Json, Request, Source, State

Enqueue = Callable[[Context, AsyncConnection, Request, Any], Awaitable[None]]
_TOLD = frozenset({State.REQUESTED, State.APPROVED, State.PROVISIONED})
"""Where people wait for the work, so that a wait of hours is told as a finding."""
_CALLS = "Find the big caller in Setup, Company Information, then press Retry."


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


def absent(gone: Unavailable) -> Json:
    """The end of a step that the org did not answer, or not yet; the code is told when that lasts.

    Used up calls carry their finding.
    """
    words = diagnosis.quote(gone.words)
    away: Json = {"end": "away", "reason": gone.reason, "code": gone.code, "words": words}
    if diagnosis.is_quota(gone.code, gone.words):
        away["finding"] = diagnosis.explain(gone.code, gone.words, login=False).to_json()
    return away


async def patient(conn: AsyncConnection, request: Request, now: datetime, seen: Json) -> bool:
    """Is it too early to trouble a person, because the org has not been away for long?"""
    known = outage.current(await ledger.journal(conn, request.id))
    return outage.is_patient(known, now, quota="finding" in seen)


def why(seen: Json) -> Finding:
    """The finding that a run ends in: what stopped it, or that the org was away for too long.

    Then nothing goes on by itself any more, whatever stopped it.
    """
    if "finding" not in seen:
        code, words = seen.get("code", "SERVER_UNAVAILABLE"), seen.get("words", seen["reason"])
        return diagnosis.explain(str(code), str(words), login=False)
    finding = Finding.from_json(seen["finding"])
    return replace(finding, remedy=_CALLS) if seen["end"] == "away" else finding


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
    take hours, people are told: once, as a finding that goes when the work goes on; while something
    is undone the message says it, and the finding stays what the undo will leave.
    """
    now = ctx.clock()
    known = outage.current(await ledger.journal(conn, request.id))
    finding = Finding.from_json(seen["finding"]) if "finding" in seen else None
    hours = finding is not None and not (known and known.quota)
    waits = request.finding is None and request.state in _TOLD and not request.withdrawing
    if hours and waits:
        columns["finding"] = finding
    changed = await ledger.change(conn, request, now=now, **columns)
    if hours and (waits or request.withdrawing):
        await telling.show_end(conn, changed, now)
    if known is None or hours:
        await telling.show(conn, changed, now)
        cause = finding.cause if finding else f"The org does not answer ({seen['reason']})"
        await telling.note(
            conn,
            changed,
            now=now,
            actor="engine",
            source=Source.ENGINE,
            event=outage.AWAY,
            detail=f"{cause.rstrip('.')}; trying again by itself",
            after=outage.facts(cause.rstrip("."), quota=finding is not None),
        )
    await enqueue(ctx, conn, changed, outage.next_wait(known, now, ctx.away_wait))
