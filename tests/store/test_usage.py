"""Due dates are taken once, and counts are compared with the week before."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from store import ledger, outbox, usage
from store.database import Database
from store.records import DueDate, SeatCount, Seats
from tests.store.people import NOW, RAE, asked

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


async def a_request(database: Database, org: str = "uat") -> int:
    async with database.write() as conn:
        made = await ledger.create(conn, requester=RAE, asked=asked(org=org), now=NOW)
    return made.id


def a_date(request: int, number: int = 1, what: str = "reminder") -> DueDate:
    return DueDate(request=request, what=what, number=number, at=NOW + number * HOUR)


def a_count(slot: str, weeks_ago: int = 0) -> SeatCount:
    at = NOW - weeks_ago * WEEK
    return SeatCount(
        org="uat",
        slot=slot,
        since=at - WEEK,
        at=at,
        licenses=Seats(total=5, used=2, reserved=-1),
        psls=Seats(total=6, used=3, reserved=1),
        counted_at=at - HOUR,
        refusal="It is away.",
    )


async def test_a_date_is_found_from_its_moment_on_and_taken_by_one(database: Database) -> None:
    number = await a_request(database)
    first, second = a_date(number), a_date(number, 2)
    async with database.write() as conn:
        await usage.plan_dates(conn, number, [second, first])
        assert await usage.dates_of(conn, number) == [first, second]
        assert await usage.come(conn, NOW) == {}
        assert await usage.come(conn, NOW + HOUR) == {number: [first]}
        assert await usage.take(conn, first)
        assert not await usage.take(conn, first)
        assert await usage.come(conn, NOW + 9 * HOUR) == {number: [second]}


async def test_planning_anew_replaces_and_an_old_date_is_not_taken_for_the_new_one(
    database: Database,
) -> None:
    number = await a_request(database)
    old = a_date(number)
    later = replace(old, at=old.at + HOUR)
    async with database.write() as conn:
        await usage.plan_dates(conn, number, [old, a_date(number, 2)])
        await usage.plan_dates(conn, number, [later])
        assert await usage.dates_of(conn, number) == [later]
        assert not await usage.take(conn, old)
        assert await usage.drop_dates(conn, number) == 1


async def test_requests_without_dates_are_told_from_those_with(database: Database) -> None:
    dated, bare = await a_request(database), await a_request(database)
    async with database.write() as conn:
        await usage.plan_dates(conn, dated, [a_date(dated)])
        assert await usage.undated(conn, [dated, bare]) == {bare}


async def test_a_count_reads_back_and_the_last_one_of_a_slot_stays(database: Database) -> None:
    count = a_count("2026-W47")
    async with database.write() as conn:
        assert await usage.count_of(conn, "uat", "2026-W47") is None
        await usage.keep_count(conn, count)
        assert await usage.count_of(conn, "uat", "2026-W47") == count
        fresh = replace(count, refusal="", counted_at=NOW)
        await usage.keep_count(conn, fresh)
        assert await usage.count_of(conn, "uat", "2026-W47") == fresh


async def test_a_week_is_compared_with_the_newest_real_count_of_another_slot(
    database: Database,
) -> None:
    before = a_count("2026-W46", 1)
    others = [
        a_count("2026-W45", 2),
        replace(a_count("2026-W46-b", 1), at=NOW - HOUR, counted_at=None),
        replace(a_count("2026-W47"), at=NOW - HOUR),
        replace(a_count("2026-W46"), org="prod", at=NOW - HOUR),
    ]
    async with database.write() as conn:
        for one in (before, *others):
            await usage.keep_count(conn, one)
        assert await usage.count_before(conn, "uat", NOW, without="2026-W47") == before
        newest = await usage.count_before(conn, "uat", NOW)
        assert newest is not None
        assert newest.slot == "2026-W47"
        assert await usage.count_before(conn, "uat", NOW - 9 * WEEK) is None


async def test_requests_moved_within_a_time_are_those_of_the_org(database: Database) -> None:
    number, _ = await a_request(database), await a_request(database, "prod")
    async with database.read() as conn:
        assert await usage.moved(conn, "uat", NOW - HOUR, NOW) == {number}
        assert await usage.moved(conn, "uat", NOW + HOUR, NOW + WEEK) == frozenset()


async def test_a_message_that_was_replaced_is_due_once_more_and_leaves_its_id_free(
    database: Database,
) -> None:
    number = await a_request(database)
    card, old = f"IU-{number}/card", f"IU-{number}/old_card/2"
    async with database.write() as conn:
        await outbox.want(conn, card, request=number, surface="card", target="C1", now=NOW)
        await outbox.shown(conn, card, version=1, channel="C1", ts="1.1")
        await outbox.replace(conn, card, old, surface="old_card", now=NOW)
        await outbox.want(conn, card, request=number, surface="card", target="C1", now=NOW)
        due = {one.id: one.ts for one in await outbox.due(conn, NOW, 9)}
        assert due == {old: "1.1", card: None}
        assert await outbox.want_all_of(conn, number, NOW) == 1


@pytest.mark.postgres
async def test_who_acts_on_a_date_and_who_decides_meanwhile_do_not_stop_each_other(
    postgres_url: str,
) -> None:
    """Both write the request and its dates: the second one waits, and decides again."""
    database = Database.open(postgres_url)
    number = await a_request(database)
    date = a_date(number)
    async with database.write() as conn:
        await usage.plan_dates(conn, number, [date])
        seen = await ledger.get(conn, number)
        assert seen is not None

    async def decide() -> None:
        async with database.write() as conn:
            await ledger.change(conn, seen, now=NOW, preflights=2)
            await usage.drop_dates(conn, number)

    try:
        async with database.write() as conn:
            locked = await ledger.lock(conn, number)
            assert locked == seen
            assert await usage.take(conn, date)
            deciding = asyncio.create_task(decide())
            await asyncio.sleep(0.2)
            assert not deciding.done()
            await ledger.change(conn, locked, now=NOW, preflights=3)
        with pytest.raises(ledger.Conflict):
            await deciding
    finally:
        await database.dispose()


@pytest.mark.postgres
async def test_two_who_plan_dates_anew_at_once_leave_one_set_of_them(postgres_url: str) -> None:
    database = Database.open(postgres_url)
    number = await a_request(database)
    went: list[str] = []

    async def plan(who: str) -> None:
        async with database.write() as conn:
            await ledger.lock(conn, number)
            await usage.plan_dates(conn, number, [a_date(number)])
            went.append(f"{who} planned")
            await asyncio.sleep(0.1)
            went.append(f"{who} done")

    try:
        await asyncio.gather(plan("Ada"), plan("Ben"))
        async with database.read() as conn:
            assert await usage.dates_of(conn, number) == [a_date(number)]
    finally:
        await database.dispose()
    first, second = ("Ada", "Ben") if went[0].startswith("Ada") else ("Ben", "Ada")
    assert went == [f"{first} planned", f"{first} done", f"{second} planned", f"{second} done"]


@pytest.mark.postgres
async def test_a_deadlock_is_told_from_a_database_that_is_away(postgres_url: str) -> None:
    database = Database.open(postgres_url)
    both = [await a_request(database), await a_request(database)]
    ready = asyncio.Barrier(2)

    async def cross(first: int, second: int) -> None:
        async with database.write() as conn:
            await conn.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
            await ledger.lock(conn, first)
            await ready.wait()
            await ledger.lock(conn, second)

    try:
        ends = await asyncio.gather(cross(*both), cross(*both[::-1]), return_exceptions=True)
    finally:
        await database.dispose()
    errors = [one for one in ends if one is not None]
    assert errors
    for error in errors:
        assert isinstance(error, OperationalError)
        assert ledger.gave_way(error)
    assert not ledger.gave_way(OperationalError("SELECT 1", {}, Exception("it is away")))
