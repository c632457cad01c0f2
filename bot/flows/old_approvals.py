"""Tell requester and owner of a blocked request that its approval holds no more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import duedates as core
from bot.flows import telling
from bot.flows.context import Context
from store import usage
from store.records import DueDate, Request, Source

OLD: Final = "approval_old"
"""The journal's word for an approval that does not hold any more."""


async def take(
    ctx: Context, conn: AsyncConnection, request: Request, dates: Iterable[DueDate]
) -> list[str]:
    """Take the date that has come; of a request on its way it stays until that stands still."""
    if core.may_block(request):
        return []
    taken = [await usage.take(conn, one) for one in dates]
    if not (any(taken) and core.waits_for_retry(request)):
        return []
    now = ctx.clock()
    length = core.length(ctx.settings.approval.valid_for)
    await telling.note(
        conn,
        request,
        now=now,
        actor=str(Source.CLOCK),
        source=Source.CLOCK,
        event=OLD,
        detail=f"The approval is older than {length}: a retry asks again",
    )
    await telling.show(conn, request, now)
    return [f"{request.label}/dm/{one}" for one in telling.readers(request)]
