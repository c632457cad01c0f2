"""What step 1 of the form said, kept for a day so that step 2 carries only an id."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.records import Asked, Draft
from store.tables import draft as drafts

KEPT = timedelta(hours=24)


async def add_draft(conn: AsyncConnection, draft: Draft) -> None:
    """Keep a draft."""
    values = {
        "id": draft.id,
        "owner": draft.owner,
        "asked": draft.asked.to_json(),
        "created_at": draft.created_at,
    }
    await conn.execute(drafts.insert().values(values))


async def get_draft(conn: AsyncConnection, draft_id: str, *, now: datetime) -> Draft | None:
    """Find the draft, used or not; None when there is none or it is older than 24 h."""
    query = select(drafts).where(drafts.c.id == draft_id, drafts.c.created_at > now - KEPT)
    row = (await conn.execute(query)).first()
    if row is None:
        return None
    return Draft(
        id=row.id,
        owner=row.owner,
        asked=Asked.from_json(row.asked),
        created_at=row.created_at,
    )


async def update_draft(conn: AsyncConnection, draft_id: str, asked: Asked) -> bool:
    """Keep what step 1 says now; False when the draft is gone or has made its request."""
    change = update(drafts).where(drafts.c.id == draft_id, drafts.c.used.is_(False))
    return (await conn.execute(change.values(asked=asked.to_json()))).rowcount == 1


async def use_draft(conn: AsyncConnection, draft_id: str, request_id: int | None = None) -> bool:
    """Answer True to the one caller whose request this draft makes, False to all others."""
    change = update(drafts).where(drafts.c.id == draft_id, drafts.c.used.is_(False))
    return (await conn.execute(change.values(used=True, request=request_id))).rowcount == 1


async def drop_drafts(conn: AsyncConnection, now: datetime) -> int:
    """Forget drafts older than 24 h, but for those that made a request; how many were dropped."""
    old = (drafts.c.created_at <= now - KEPT) & drafts.c.used.is_(False)
    return (await conn.execute(delete(drafts).where(old))).rowcount
