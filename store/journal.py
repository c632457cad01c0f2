"""What happened to a request, line by line; a run's step leaves its line once, however often run.

A line says who did what when, from where, and never holds a secret. A line with event `INTENT` is
written before a call to Salesforce and names in `after["writes"]` what the call will make
(`user:<username>`, `set:<name>`, one key or a list): what carries an intent may be ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.dialects import insert
from store.records import JournalLine, Json, Source
from store.tables import journal as lines
from store.tables import request as requests

INTENT = "intent"
DONE = "done"
OWN_LOGIN = "own_login"


async def note(conn: AsyncConnection, request_id: int, line: JournalLine) -> bool:
    """Add a line; False when this run's step had left its line before: the older one stays.

    A line of a run names its step, otherwise the database refuses it (IntegrityError). Lines
    without a run are always added.
    """
    once = insert(conn, lines).values(_values(request_id, line))
    once = once.on_conflict_do_nothing(index_elements=["request", "run", "step"])
    return (await conn.execute(once.returning(lines.c.id))).first() is not None


async def note_all(conn: AsyncConnection, request_id: int, added: Sequence[JournalLine]) -> None:
    """Add lines in their order and in one go; one that a run's step had left before stays."""
    if added:
        once = insert(conn, lines).on_conflict_do_nothing(index_elements=["request", "run", "step"])
        await conn.execute(once, [_values(request_id, line) for line in added])


def _values(request_id: int, line: JournalLine) -> Json:
    return {
        "request": request_id,
        "at": line.at,
        "actor": line.actor,
        "source": str(line.source),
        "event": line.event,
        "detail": line.detail,
        "before": line.before,
        "after": line.after,
        "run": line.run,
        "step": line.step,
    }


async def journal(conn: AsyncConnection, request_id: int) -> list[JournalLine]:
    """Every line of a request in the order in which it was written."""
    query = select(lines).where(lines.c.request == request_id).order_by(lines.c.id)
    return [_line(row) for row in await conn.execute(query)]


async def intended(conn: AsyncConnection, request_id: int) -> frozenset[str]:
    """Name the keys of everything that was journaled as intended before it was made."""
    query = select(lines.c.after).where(lines.c.request == request_id, lines.c.event == INTENT)
    keys: set[str] = set()
    for after in (await conn.execute(query)).scalars():
        writes = (after or {}).get("writes") or ()
        keys.update([writes] if isinstance(writes, str) else writes)
    return frozenset(keys)


async def open_intents(conn: AsyncConnection, request_id: int) -> list[JournalLine]:
    """Find intents without a later line `DONE` of the same step: nobody knows what came of them."""
    here = lines.c.request == request_id
    later = lines.alias()
    settled = exists().where(
        later.c.request == lines.c.request,
        later.c.event == DONE,
        later.c.step == lines.c.step,
        later.c.id > lines.c.id,
    )
    query = select(lines).where(here, lines.c.event == INTENT, ~settled).order_by(lines.c.id)
    return [_line(row) for row in await conn.execute(query)]


async def own_logins(conn: AsyncConnection, org: str) -> dict[str, tuple[datetime, ...]]:
    """When the bot itself logged in as users of an org, by username in small letters.

    Salesforce does not tell capital letters in usernames from small ones.
    """
    query = select(lines.c.at, lines.c.after).join(requests, requests.c.id == lines.c.request)
    query = query.where(requests.c.org == org, lines.c.event == OWN_LOGIN).order_by(lines.c.id)
    found: dict[str, list[datetime]] = {}
    for at, after in await conn.execute(query):
        found.setdefault(str((after or {}).get("username", "")).lower(), []).append(at)
    return {username: tuple(at) for username, at in found.items()}


def _line(row: Row[Any]) -> JournalLine:
    return JournalLine(
        at=row.at,
        actor=row.actor,
        source=Source(row.source),
        event=row.event,
        detail=row.detail,
        before=row.before,
        after=row.after,
        run=row.run,
        step=row.step,
    )
