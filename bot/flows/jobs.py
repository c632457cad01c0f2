"""Which work the engine is given, under which id: always in the caller's transaction.

The counter in the id stands in the request's row, so the same change can never enqueue twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.flows.context import Context
from store.records import Request


async def enqueue_preflight(
    ctx: Context, conn: AsyncConnection, request: Request, delay: timedelta | None = None
) -> None:
    """Enqueue the preflight that the row's counter names, in the caller's transaction."""
    await _enqueue(ctx, conn, request, "read", "preflight", request.preflights, delay)


async def enqueue_provision(
    ctx: Context, conn: AsyncConnection, request: Request, delay: timedelta | None = None
) -> None:
    """Enqueue the provisioning run that the row's counter names, in the caller's transaction."""
    await _enqueue(ctx, conn, request, "write", "provision", request.provisions, delay)


async def enqueue_smoke(
    ctx: Context, conn: AsyncConnection, request: Request, delay: timedelta | None = None
) -> None:
    """Enqueue the smoke test that the row's counter names, in the caller's transaction.

    It is told its number: of a test that was asked for again, only the newest one counts.
    """
    number = request.smokes
    await _enqueue(ctx, conn, request, "read", "smoke", number, delay, args=[request.id, number])


async def enqueue_undo(
    ctx: Context, conn: AsyncConnection, request: Request, delay: timedelta | None = None
) -> None:
    """Enqueue the undo that the row's counter names, in the caller's transaction."""
    await _enqueue(ctx, conn, request, "write", "undo", request.undos, delay)


async def _enqueue(
    ctx: Context,
    conn: AsyncConnection,
    request: Request,
    queue: Literal["read", "write"],
    job: str,
    number: int,
    delay: timedelta | None,
    args: Sequence[int] = (),
) -> None:
    """Enqueue into one of the two queues of the request's org."""
    await ctx.engine.enqueue(
        conn,
        job=job,
        id=f"{job}-{request.id}-{number}",
        queue=f"{queue}-{request.asked.org}",
        args=list(args) or [request.id],
        delay=delay,
    )
