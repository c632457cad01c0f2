"""Which kinds of block did the workspace refuse, and when? Every process and every start knows.

One store belongs to one workspace, so a kind is all there is to name.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.dialects import insert
from store.tables import refused_block as blocks


async def refuse(conn: AsyncConnection, kinds: Iterable[str], now: datetime) -> None:
    """Remember that the workspace refused these kinds of block just now."""
    for kind in sorted(kinds):  # in one order: two processes must not wait for each other
        kept = insert(conn, blocks).values(kind=kind, refused_at=now)
        kept = kept.on_conflict_do_update(index_elements=["kind"], set_={"refused_at": now})
        await conn.execute(kept)


async def since(conn: AsyncConnection, moment: datetime) -> frozenset[str]:
    """Every kind that was refused after `moment`."""
    query = select(blocks.c.kind).where(blocks.c.refused_at > moment)
    return frozenset((await conn.execute(query)).scalars())
