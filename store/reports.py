"""What did a job of the clock find in an org, slot by slot? The newest answers until the next one.

Messages are rendered from here, so what was posted can be shown again without asking the org.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.dialects import insert
from store.records import Json
from store.tables import report as reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One report: which slot's, made when, and what it says."""

    slot: str
    made_at: datetime
    body: Json


async def save(
    conn: AsyncConnection, *, job: str, org: str, slot: str, body: Json, now: datetime
) -> None:
    """Keep a report; one of the same slot is replaced."""
    row = {"job": job, "org": org, "slot": slot, "made_at": now, "body": body}
    kept = insert(conn, reports).values(row)
    kept = kept.on_conflict_do_update(
        index_elements=["job", "org", "slot"], set_={"made_at": now, "body": body}
    )
    await conn.execute(kept)


async def get(conn: AsyncConnection, *, job: str, org: str, slot: str) -> Kept | None:
    """Find the report of one slot."""
    here = (reports.c.job == job) & (reports.c.org == org) & (reports.c.slot == slot)
    row = (await conn.execute(select(reports).where(here))).first()
    return _kept(row) if row else None


async def last(conn: AsyncConnection, *, job: str, org: str) -> Kept | None:
    """Find the newest report of an org; None when none was made yet."""
    query = select(reports).where(reports.c.job == job, reports.c.org == org)
    row = (await conn.execute(query.order_by(reports.c.made_at.desc()).limit(1))).first()
    return _kept(row) if row else None


async def drop_before(conn: AsyncConnection, *, job: str, org: str, before: datetime) -> int:
    """Forget reports that were made before then; how many there were."""
    old = (reports.c.job == job) & (reports.c.org == org) & (reports.c.made_at < before)
    return (await conn.execute(delete(reports).where(old))).rowcount


def _kept(row: Row[Any]) -> Kept:
    return Kept(slot=row.slot, made_at=row.made_at, body=row.body)
