"""Which channels take nothing from us, why, and since when? Every process and every start knows.

A row per channel and cause. Of two processes that are refused at once, one makes the row, and only
that one tells people; it is told anew only after the channel had worked in between.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.dialects import insert
from store.tables import refused_place as places


class Refused(NamedTuple):
    """A cause, and since when it stands in our way."""

    cause: str
    since: datetime


async def refuse(conn: AsyncConnection, channel: str, cause: str, now: datetime) -> bool:
    """Remember that `channel` refused us for `cause`; True for who is the first to notice."""
    first = insert(conn, places).values(channel=channel, cause=cause, refused_at=now)
    anew = first.on_conflict_do_update(
        index_elements=["channel", "cause"],
        set_={"refused_at": now, "worked_at": None},
        where=places.c.worked_at.is_not(None),
    )
    return (await conn.execute(anew.returning(places.c.channel))).first() is not None


async def works(conn: AsyncConnection, channel: str, now: datetime) -> list[Refused]:
    """Remember that `channel` took a message; the refusals that this ended, often none."""
    ended = update(places).where(places.c.channel == channel, places.c.worked_at.is_(None))
    ended = ended.values(worked_at=now)
    found = await conn.execute(ended.returning(places.c.cause, places.c.refused_at))
    return [Refused(row.cause, row.refused_at) for row in found]


async def current(conn: AsyncConnection) -> dict[str, list[Refused]]:
    """Every channel that refuses us now, with the causes, the newest last."""
    query = select(places).where(places.c.worked_at.is_(None))
    found: dict[str, list[Refused]] = {}
    for row in await conn.execute(query.order_by(places.c.refused_at, places.c.cause)):
        found.setdefault(row.channel, []).append(Refused(row.cause, row.refused_at))
    return found


async def since(conn: AsyncConnection, channel: str, cause: str) -> datetime | None:
    """When `channel` began to refuse us for `cause`; None when it does not."""
    query = select(places.c.refused_at).where(
        places.c.channel == channel, places.c.cause == cause, places.c.worked_at.is_(None)
    )
    began: datetime | None = (await conn.execute(query)).scalar_one_or_none()
    return began


async def forget_others(conn: AsyncConnection, known: Collection[str]) -> None:
    """Forget the channels that nobody posts to any more: all but `known`."""
    await conn.execute(delete(places).where(places.c.channel.not_in(known)))
