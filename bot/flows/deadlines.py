"""How long a request has until it ends by itself: dates in rows, planned with what starts them.

They count by what the configuration said then.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import duedates
from bot.flows.context import Context
from store import usage
from store.records import Request


async def from_card(ctx: Context, conn: AsyncConnection, request: Request, now: datetime) -> None:
    """Count the dates of a request anew, from its card, wanted now."""
    approval = ctx.settings.approval
    dates = duedates.plan(
        request.id,
        now,
        remind_after=approval.remind_after,
        expires_after=approval.expires_after,
    )
    await usage.plan_dates(conn, request.id, dates)


async def from_approval(
    ctx: Context, conn: AsyncConnection, request: Request, now: datetime
) -> None:
    """Nothing expires any more; from the end of the approval's validity a retry asks again."""
    dates = duedates.plan_validity(request.id, now, valid_for=ctx.settings.approval.valid_for)
    await usage.plan_dates(conn, request.id, dates)


async def without_card(
    ctx: Context, conn: AsyncConnection, request: Request, since: datetime
) -> None:
    """Count the end of a request that has no card, from when it was asked, or asked again."""
    expires_after = ctx.settings.approval.expires_after
    dates = duedates.plan_without_card(request.id, since, expires_after=expires_after)
    await usage.plan_dates(conn, request.id, dates)
