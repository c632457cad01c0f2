"""Which work the engine is given, under which id: always in the caller's transaction.

The counter in the id stands in the request's row, so the same change can never enqueue twice.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.flows.context import Context
from store.records import Request


async def enqueue_preflight(
    ctx: Context, conn: AsyncConnection, request: Request, delay: timedelta | None = None
) -> None:
    """Enqueue the preflight that the row's counter names, in the caller's transaction."""
    await ctx.engine.enqueue(
        conn,
        job="preflight",
        id=f"preflight-{request.id}-{request.preflights}",
        queue=f"read-{request.asked.org}",
        args=[request.id],
        delay=delay,
    )


async def enqueue_provision(
    ctx: Context, conn: AsyncConnection, request: Request, delay: timedelta | None = None
) -> None:
    """Enqueue the provisioning run that the row's counter names, in the caller's transaction."""
    await ctx.engine.enqueue(
        conn,
        job="provision",
        id=f"provision-{request.id}-{request.provisions}",
        queue=f"write-{request.asked.org}",
        args=[request.id],
        delay=delay,
    )


async def enqueue_smoke(
    ctx: Context, conn: AsyncConnection, request: Request, delay: timedelta | None = None
) -> None:
    """Enqueue the smoke test that the row's counter names, in the caller's transaction."""
    await ctx.engine.enqueue(
        conn,
        job="smoke",
        id=f"smoke-{request.id}-{request.smokes}",
        queue=f"read-{request.asked.org}",
        args=[request.id, request.smokes],
        delay=delay,
    )


async def enqueue_undo(
    ctx: Context, conn: AsyncConnection, request: Request, delay: timedelta | None = None
) -> None:
    """Enqueue the undo that the row's counter names, in the caller's transaction."""
    await ctx.engine.enqueue(
        conn,
        job="undo",
        id=f"undo-{request.id}-{request.undos}",
        queue=f"write-{request.asked.org}",
        args=[request.id],
        delay=delay,
    )
