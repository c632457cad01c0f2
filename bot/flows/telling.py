"""Which messages a change makes due. Nothing is sent here: rows are marked, the courier renders."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.flows.context import Context
from store import ledger, outbox
from store.records import JournalLine, Json, Request, Source, State


def readers(request: Request) -> tuple[str, ...]:
    """Who has a living DM: the requester from submit on, the owner from approval on."""
    if request.approved_at is None or request.asked.owner == request.requester:
        return (request.requester,)
    return (request.requester, request.asked.owner)


async def show(conn: AsyncConnection, request: Request, now: datetime) -> None:
    """Mark every living message of the request as due: its DMs, and its card if one was wanted."""
    await outbox.want_all_of(conn, request.id, now)
    for person in readers(request):
        await outbox.want(
            conn,
            f"{request.label}/dm/{person}",
            request=request.id,
            surface="dm",
            target=person,
            now=now,
        )


async def show_card(ctx: Context, conn: AsyncConnection, request: Request, now: datetime) -> None:
    """Want the approval card: posted once, edited from then on.

    A request that is asked again gets a new one, and the old one says so for the last time.
    """
    if request.pinned is not None:
        old = f"{request.label}/old_card/{request.preflights}"
        await outbox.replace(conn, f"{request.label}/card", old, surface="old_card", now=now)
    await outbox.want(
        conn,
        f"{request.label}/card",
        request=request.id,
        surface="card",
        target=ctx.settings.slack.approvals_channel or "",
        now=now,
    )


async def show_end(conn: AsyncConnection, request: Request, now: datetime) -> None:
    """Want one line in the thread of each living DM, so that Slack notifies of an end."""
    for person in readers(request):
        await outbox.want(
            conn,
            f"{request.label}/end/{person}/{request.state}-{request.version}",
            request=request.id,
            surface="end",
            target=person,
            now=now,
        )


async def note(
    conn: AsyncConnection,
    request: Request,
    *,
    now: datetime,
    actor: str,
    source: Source,
    event: str,
    detail: str,
    was: State | None = None,
    after: Json | None = None,
) -> None:
    """Write a journal line of a person or of a job's end; `was` is the state before."""
    line = JournalLine(
        at=now,
        actor=actor,
        source=source,
        event=event,
        detail=detail,
        before={"state": str(was)} if was else None,
        after={"state": str(request.state), **(after or {})},
    )
    await ledger.note(conn, request.id, line)
