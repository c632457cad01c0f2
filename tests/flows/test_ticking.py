"""A tick goes on when a part of it fails, or a request in it, and says so in the log."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot import schedule
from bot.flows import duedates, sweeping
from bot.flows.context import Context
from bot.schedule import Clock
from store import ledger, outbox, usage
from store.database import Database
from store.records import DueDate, Request, State
from tests.store.people import NOW, RAE, asked, preflight

LATER = NOW + timedelta(days=15)


class NoQueue:
    """An engine that knows no queue and has no run: what an org leaves that is gone."""

    async def enqueue(self, *_: Any, queue: str, **__: Any) -> None:
        raise KeyError(f"no queue is called {queue}")

    async def result(self, _run: str) -> None:
        return None


def context(database: Database, *orgs: str) -> Context:
    slack = SimpleNamespace(approvals_channel="C0APPROVE")
    approval = SimpleNamespace(remind_after=(), expires_after=timedelta(days=14))
    ctx = SimpleNamespace(
        database=database,
        engine=NoQueue(),
        settings=SimpleNamespace(orgs=dict.fromkeys(orgs), slack=slack, approval=approval),
        clock=lambda: LATER,
        wake=lambda: None,
        away_wait=timedelta(seconds=1),
    )
    return cast("Context", ctx)


async def told(database: Database, org: str, **columns: Any) -> int:
    """A request that Rae was told of, and that expires before `LATER`."""
    async with database.write() as conn:
        made = await ledger.create(conn, requester=RAE, asked=asked(org=org), now=NOW)
        if columns:
            await ledger.change(conn, made, now=NOW, **columns)
        message = f"{made.label}/dm/{RAE}"
        await outbox.want(conn, message, request=made.id, surface="dm", target=RAE, now=NOW)
        await outbox.give_up(conn, message, "user_disabled")
        expiry = DueDate(request=made.id, what="expiry", number=0, at=NOW + timedelta(days=14))
        await usage.plan_dates(conn, made.id, [expiry])
    return made.id


async def read(database: Database, number: int) -> Request:
    async with database.read() as conn:
        found = await ledger.get(conn, number)
    assert found is not None
    return found


async def test_a_request_that_cannot_expire_keeps_no_other_from_expiring(
    database: Database,
) -> None:
    pinned = preflight().wanted
    stuck = await told(database, "uat", pinned=pinned, preflight=preflight())
    other = await told(database, "uat", preflight=preflight())
    with capture_logs() as lines:
        await duedates.tick(context(database, "uat"))
    assert (await read(database, other)).state is State.EXPIRED
    assert (await read(database, stuck)).state is State.REQUESTED
    (line,) = [one for one in lines if one["event"] == "tick.failed"]
    assert (line["part"], line["request_id"]) == ("due_dates", f"IU-{stuck}")
    assert line["log_level"] == "error"


async def test_what_expires_in_an_org_that_is_gone_is_blocked_and_says_what_to_do(
    database: Database,
) -> None:
    number = await told(database, "old", pinned=preflight().wanted, preflight=preflight())
    with capture_logs() as lines:
        await duedates.tick(context(database, "uat"))
    request = await read(database, number)
    assert (request.state, request.withdrawing) == (State.BLOCKED, False)
    assert request.finding is not None
    assert "The org `old` is no longer in the bot's configuration." in request.finding.cause
    assert "put `[orgs.old]` back" in request.finding.remedy
    assert lines == []
    async with database.read() as conn:
        assert await usage.dates_of(conn, number) == []
        assert {line.event for line in await ledger.journal(conn, number)} >= {"blocked", "expired"}


async def test_a_dead_run_that_cannot_be_made_again_keeps_no_other_from_being_found(
    database: Database,
) -> None:
    stuck = await told(database, "uat")
    gone = await told(database, "old")
    other = await told(database, "uat", state=State.APPROVED)
    with capture_logs() as lines:
        await sweeping.sweep(context(database, "uat"))
    found = await read(database, other)
    assert found.state is State.BLOCKED
    assert found.finding is not None
    assert found.finding.code == "run_failed"
    for number in (stuck, gone):
        assert (await read(database, number)).state is State.REQUESTED
    failed = [one["request_id"] for one in lines if one["event"] == "tick.failed"]
    assert failed == [f"IU-{stuck}"]


@pytest.mark.postgres
async def test_what_is_decided_while_the_tick_would_expire_it_stays_decided(
    postgres_url: str,
) -> None:
    """Both write the request and its dates; in crossed order Postgres would end one of the two."""
    database = Database.open(postgres_url)
    try:
        number = await told(database, "uat", preflight=preflight())
        async with database.write() as conn:
            await conn.execute(text("SET LOCAL deadlock_timeout = '20ms'"))  # ours would be ended
            seen = await ledger.get(conn, number)
            assert seen is not None
            await ledger.change(conn, seen, now=LATER, state=State.APPROVED)
            ticking = asyncio.create_task(duedates.tick(context(database, "uat")))
            await asyncio.sleep(0.3)
            assert not ticking.done()
            assert await usage.drop_dates(conn, number) == 1
        assert await ticking == []
        assert (await read(database, number)).state is State.APPROVED
    finally:
        await database.dispose()


async def test_a_database_that_is_away_fails_the_tick_and_no_single_request(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else every request would be logged, and the bot be ready."""
    await told(database, "uat")

    async def away(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("the connection is closed"))

    monkeypatch.setattr(ledger, "lock", away)
    with capture_logs() as lines, pytest.raises(OperationalError):
        await duedates.tick(context(database, "uat"))
    assert lines == []


@pytest.mark.parametrize("failing", ["sweep", "due_dates", "by_hand", "slots"])
async def test_a_part_of_the_tick_that_fails_keeps_no_other_from_its_work_but_is_not_done(
    monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    went: list[str] = []
    broken = {failing}
    places = {
        "sweep": (schedule.sweeping, "sweep"),
        "due_dates": (schedule.duedates, "tick"),
        "by_hand": (schedule.slots, "take_over"),
        "slots": (schedule.lost_slots, "mend"),
    }
    for name, (module, function) in places.items():

        async def part(_: Context, name: str = name) -> None:
            if name in broken:
                raise RuntimeError("a bug")
            went.append(name)

        monkeypatch.setattr(module, function, part)
    moments = iter([NOW, *[NOW + timedelta(minutes=number) for number in range(1, 9)]])
    clock = Clock(cast("Context", SimpleNamespace(clock=lambda: next(moments))))
    with capture_logs() as lines:
        await clock.tick()
    assert went == [name for name in places if name != failing]
    assert clock.tick_age() == timedelta(minutes=1)
    assert [(one["event"], one["part"]) for one in lines] == [("tick.failed", failing)]
    broken.clear()
    await clock.tick()
    assert clock.tick_age() == timedelta(minutes=1)
