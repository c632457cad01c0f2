"""What do we know of requests? Numbers, states, votes, drafts and the journal.

Races are settled here by the database: a change carries the version that it was decided on, a vote
and a run's step are unique, a draft makes one request. Nothing waits and nothing is locked, but for
`lock_org`, which puts those who want a seat of one org in a row until their commits, and `lock`,
for who writes rows of a request before the request itself: all others change the request first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from store.dialects import insert
from store.drafts import add_draft, drop_drafts, get_draft, update_draft, use_draft
from store.journal import DONE, INTENT, intended, journal, note, note_all, open_intents
from store.records import (
    Asked,
    Finding,
    Json,
    PermissionSetRef,
    Preflight,
    Request,
    State,
    Vote,
    Wanted,
)
from store.tables import draft as drafts
from store.tables import once_per_voter
from store.tables import org as orgs
from store.tables import request as requests
from store.tables import vote as votes

__all__ = [
    "DONE",
    "INTENT",
    "Conflict",
    "add_draft",
    "add_vote",
    "change",
    "create",
    "drop_drafts",
    "gave_way",
    "get",
    "get_draft",
    "intended",
    "journal",
    "lock",
    "lock_org",
    "names_in_use",
    "note",
    "note_all",
    "open_intents",
    "request_of_draft",
    "search",
    "update_draft",
    "use_draft",
    "void_votes",
]

ENDED = (State.REJECTED, State.WITHDRAWN, State.EXPIRED)

_FIXED = frozenset({"id", "version", "votes", "requester", "created_at"})
_CHANGEABLE = frozenset(one.name for one in fields(Request)) - _FIXED
_FOLLOWS = frozenset({"version", "changed_at", "org", "owner", "backup_owner", "username"})


class Conflict(Exception):  # noqa: N818 - not an error: somebody else was first
    """The request changed after it was read: read it again and decide again."""


def gave_way(error: DBAPIError) -> bool:
    """Was this transaction ended so that another could go on? It means what `Conflict` means.

    Postgres says so of a deadlock (40P01) and of what cannot be put in a row (40001).
    """
    return getattr(error.orig, "sqlstate", None) in {"40P01", "40001"}


async def create(conn: AsyncConnection, *, requester: str, asked: Asked, now: datetime) -> Request:
    """Make a request in state `requested`, with the next number."""
    fresh = Request(
        id=0,
        version=1,
        state=State.REQUESTED,
        withdrawing=False,
        requester=requester,
        asked=asked,
        created_at=now,
    )
    row = {**_row(fresh, now), "requester": requester, "created_at": now}
    made = await conn.execute(requests.insert().values(row).returning(requests.c.id))
    return replace(fresh, id=made.scalar_one())


async def get(conn: AsyncConnection, request_id: int) -> Request | None:
    """Find the request with its votes that count, or None."""
    found = await _load(conn, select(requests).where(requests.c.id == request_id))
    return found[0] if found else None


async def lock(conn: AsyncConnection, request_id: int) -> Request | None:
    """Like `get`, but whoever else changes it, or locks it, goes on after our commit.

    On SQLite whoever writes is alone anyway. Votes, dates and messages may still refer to it.
    """
    query = select(requests).where(requests.c.id == request_id)
    found = await _load(conn, query.with_for_update(key_share=True))
    return found[0] if found else None


async def request_of_draft(conn: AsyncConnection, draft_id: str) -> Request | None:
    """Find the one request that a draft made, or None as long as it made none."""
    made = select(drafts.c.request).where(drafts.c.id == draft_id).scalar_subquery()
    found = await _load(conn, select(requests).where(requests.c.id == made))
    return found[0] if found else None


async def search(
    conn: AsyncConnection,
    *,
    states: Collection[State] | None = None,
    people: Collection[str] | None = None,
    org: str | None = None,
    limit: int | None = None,
) -> list[Request]:
    """Find requests, newest first. `people`: who asked, owns it or is its backup owner.

    None = do not filter; an empty collection matches nothing.
    """
    wanted: list[ColumnElement[bool]] = []
    if states is not None:
        wanted.append(requests.c.state.in_([str(state) for state in states]))
    if people is not None:
        roles = (requests.c.requester, requests.c.owner, requests.c.backup_owner)
        wanted.append(or_(*(role.in_(list(people)) for role in roles)))
    if org is not None:
        wanted.append(requests.c.org == org)
    query = select(requests).where(*wanted).order_by(requests.c.id.desc()).limit(limit)
    return await _load(conn, query)


async def change(
    conn: AsyncConnection, request: Request, /, *, now: datetime, **columns: Any
) -> Request:
    """Set fields of the request as it was read; the version grows by one.

    Raises `Conflict` when the row has another version by now, and TypeError for a name that is no
    field of a request or is fixed. Answers the request as stored, with all votes that count.
    """
    strange = set(columns) - _CHANGEABLE
    if strange:
        raise TypeError(f"not changeable: {', '.join(sorted(strange))}")
    changed = replace(request, version=request.version + 1, **columns)
    touched = _FOLLOWS | set(columns)
    row = {name: value for name, value in _row(changed, now).items() if name in touched}
    same = (requests.c.id == request.id) & (requests.c.version == request.version)
    if (await conn.execute(update(requests).where(same).values(row))).rowcount != 1:
        raise Conflict(f"{request.label} is no longer at version {request.version}")
    return replace(changed, votes=(await _votes(conn, [request.id])).get(request.id, ()))


async def add_vote(conn: AsyncConnection, request_id: int, vote: Vote) -> bool:
    """Count a vote; False when this person has voted on this wanted state before.

    Two people may vote at once: whoever counts votes calls `change` in the same transaction, so
    that one of the two gets `Conflict` and counts again.
    """
    values = {
        "request": request_id,
        "who": vote.who,
        "decision": vote.decision,
        "at": vote.at,
        "reason": vote.reason,
        "wanted_hash": vote.wanted_hash,
    }
    once = insert(conn, votes).values(values)
    once = once.on_conflict_do_nothing(
        index_elements=["request", "who", "wanted_hash"],
        index_where=once_per_voter.dialect_options[conn.dialect.name]["where"],
    )
    return (await conn.execute(once.returning(votes.c.id))).first() is not None


async def void_votes(conn: AsyncConnection, request_id: int, *, now: datetime) -> int:
    """Let no vote so far count any more; they stay stored. Answers how many there were."""
    counting = (votes.c.request == request_id) & votes.c.voided_at.is_(None)
    return (await conn.execute(update(votes).where(counting).values(voided_at=now))).rowcount


async def names_in_use(
    conn: AsyncConnection, org: str, *, without: int | None = None
) -> frozenset[str]:
    """Usernames in small letters that requests of the org want or have; ended ones do not count.

    Salesforce does not tell capital letters in usernames from small ones. A request that is still
    to be checked and left its username open wants none yet. `without` leaves one request out.
    """
    ended = requests.c.state.in_([str(state) for state in ENDED])
    query = select(requests.c.username).where(requests.c.org == org, ~ended)
    if without is not None:
        query = query.where(requests.c.id != without)
    return frozenset(name.lower() for name in (await conn.execute(query)).scalars() if name)


async def lock_org(conn: AsyncConnection, org: str) -> None:
    """Put those who take a seat of this org in a row: the next one goes on after our commit.

    Count the seats after this call, not before.
    """
    turn = update(orgs).where(orgs.c.org == org).values(seat_turns=orgs.c.seat_turns + 1)
    if (await conn.execute(turn)).rowcount == 0:
        first = insert(conn, orgs).values(org=org, apps=[]).on_conflict_do_nothing()
        await conn.execute(first)
        await conn.execute(turn)


async def _load(conn: AsyncConnection, query: Select[Any]) -> list[Request]:
    rows = (await conn.execute(query)).all()
    counted = await _votes(conn, [row.id for row in rows])
    return [_request(row, counted.get(row.id, ())) for row in rows]


async def _votes(conn: AsyncConnection, ids: Sequence[int]) -> dict[int, tuple[Vote, ...]]:
    found: dict[int, tuple[Vote, ...]] = {}
    for start in range(0, len(ids), 1000):  # SQLite takes 32,766 parameters, Postgres 65,535
        some = ids[start : start + 1000]
        counting = votes.c.request.in_(some) & votes.c.voided_at.is_(None)
        for row in await conn.execute(select(votes).where(counting).order_by(votes.c.id)):
            vote = Vote(
                who=row.who,
                decision=row.decision,
                at=row.at,
                reason=row.reason,
                wanted_hash=row.wanted_hash,
            )
            found[row.request] = (*found.get(row.request, ()), vote)
    return found


def _row(request: Request, now: datetime) -> Json:
    """Every column but the number and what never changes."""
    row: Json = {name: getattr(request, name) for name in _CHANGEABLE}
    return row | {
        "version": request.version,
        "state": str(request.state),
        "org": request.asked.org,
        "owner": request.asked.owner,
        "backup_owner": request.asked.backup_owner,
        "username": request.username,
        "asked": request.asked.to_json(),
        "preflight": request.preflight.to_json() if request.preflight else None,
        "finding": request.finding.to_json() if request.finding else None,
        "pinned": request.pinned.to_json() if request.pinned else None,
        "permission_sets": [{"name": one.name, "id": one.id} for one in request.permission_sets],
        "changed_at": now,
    }


def _request(row: Row[Any], counted: tuple[Vote, ...]) -> Request:
    plain = {one.name: getattr(row, one.name) for one in fields(Request) if one.name != "votes"}
    plain |= {
        "state": State(row.state),
        "asked": Asked.from_json(row.asked),
        "preflight": Preflight.from_json(row.preflight) if row.preflight else None,
        "finding": Finding.from_json(row.finding) if row.finding else None,
        "pinned": Wanted.from_json(row.pinned) if row.pinned else None,
        "permission_sets": tuple(PermissionSetRef(**one) for one in row.permission_sets),
        "votes": counted,
    }
    return Request(**plain)
