"""What comes due, and how seats were counted week by week.

A due date is taken by deleting its row: of several processes that find it, one does, in the same
transaction in which it acts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.dialects import insert
from store.records import DueDate, Json, SeatCount, Seats
from store.tables import due_date as dates
from store.tables import request as requests
from store.tables import seat_count as counts


async def plan_dates(conn: AsyncConnection, request_id: int, planned: Iterable[DueDate]) -> None:
    """Replace the dates of a request."""
    await drop_dates(conn, request_id)
    rows = [_date_row(one) for one in planned]
    if rows:
        await conn.execute(dates.insert(), rows)


async def drop_dates(conn: AsyncConnection, request_id: int) -> int:
    """Forget the dates of a request; how many there were."""
    return (await conn.execute(delete(dates).where(dates.c.request == request_id))).rowcount


async def dates_of(conn: AsyncConnection, request_id: int) -> list[DueDate]:
    """Every date of one request, the next one first."""
    query = select(dates).where(dates.c.request == request_id).order_by(dates.c.at)
    return [_date(row) for row in await conn.execute(query)]


async def come(conn: AsyncConnection, now: datetime) -> dict[int, list[DueDate]]:
    """Every date that has come by `now`, by request."""
    found: dict[int, list[DueDate]] = {}
    for row in await conn.execute(select(dates).where(dates.c.at <= now).order_by(dates.c.at)):
        found.setdefault(row.request, []).append(_date(row))
    return found


async def undated(conn: AsyncConnection, ids: Collection[int]) -> frozenset[int]:
    """Of these requests, those without any date."""
    dated = set((await conn.execute(select(dates.c.request).distinct())).scalars())
    return frozenset(ids) - dated


async def take(conn: AsyncConnection, taken: DueDate) -> bool:
    """Take a date away; False when somebody else did."""
    here = (dates.c.request == taken.request) & (dates.c.what == taken.what)
    here &= (dates.c.number == taken.number) & (dates.c.at == taken.at)
    return (await conn.execute(delete(dates).where(here))).rowcount == 1


async def keep_count(conn: AsyncConnection, count: SeatCount) -> None:
    """Keep how the seats of an org stood in a slot; the last count of a slot stays."""
    row = _count_row(count)
    kept = insert(conn, counts).values(row)
    kept = kept.on_conflict_do_update(
        index_elements=["org", "slot"],
        set_={name: value for name, value in row.items() if name not in {"org", "slot"}},
    )
    await conn.execute(kept)


async def count_of(conn: AsyncConnection, org: str, slot: str) -> SeatCount | None:
    """How the seats of an org stood in one slot."""
    query = select(counts).where(counts.c.org == org, counts.c.slot == slot)
    row = (await conn.execute(query)).first()
    return _count(row) if row else None


async def count_before(
    conn: AsyncConnection, org: str, moment: datetime, *, without: str = ""
) -> SeatCount | None:
    """The newest real count of an org before a moment.

    `without` leaves out the counts of one slot, also those that were asked for again.
    """
    wanted = [counts.c.org == org, counts.c.at < moment, counts.c.counted_at.is_not(None)]
    if without:
        wanted.append(~counts.c.slot.startswith(without, autoescape=True))
    query = select(counts).where(*wanted).order_by(counts.c.at.desc()).limit(1)
    row = (await conn.execute(query)).first()
    return _count(row) if row else None


async def moved(
    conn: AsyncConnection, org: str, since: datetime, until: datetime
) -> frozenset[int]:
    """The numbers of an org's requests that changed last within a time."""
    query = select(requests.c.id).where(
        requests.c.org == org, requests.c.changed_at >= since, requests.c.changed_at <= until
    )
    return frozenset((await conn.execute(query)).scalars())


def _date_row(one: DueDate) -> Json:
    return {"request": one.request, "what": one.what, "number": one.number, "at": one.at}


def _date(row: Row[Any]) -> DueDate:
    return DueDate(request=row.request, what=row.what, number=row.number, at=row.at)


def _count_row(one: SeatCount) -> Json:
    row: Json = {
        name: getattr(one, name) for name in ("org", "slot", "since", "at", "counted_at", "refusal")
    }
    for kind, seats in (("license", one.licenses), ("psl", one.psls)):
        row |= {
            f"{kind}_total": seats.total,
            f"{kind}_used": seats.used,
            f"{kind}_reserved": seats.reserved,
        }
    return row


def _count(row: Row[Any]) -> SeatCount:
    return SeatCount(
        org=row.org,
        slot=row.slot,
        since=row.since,
        at=row.at,
        licenses=Seats(
            total=row.license_total, used=row.license_used, reserved=row.license_reserved
        ),
        psls=Seats(total=row.psl_total, used=row.psl_used, reserved=row.psl_reserved),
        counted_at=row.counted_at,
        refusal=row.refusal,
    )
