"""SIGTERM: what can finish does, the rest goes on at the next start, nobody waits too long."""

import asyncio
import logging
import time
from datetime import timedelta

import pytest

from bot.engine import JSON, Engine, Jobs, QueueSpec, Run, RunStatus
from store.database import Database
from tests.conftest import StartEngine

SOON = timedelta(seconds=10)


class Sleeper:
    """A job of two steps: the first is told, the second sleeps the first time it is tried."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.asleep = asyncio.Event()
        self.began: list[str] = []

    async def __call__(self, run: Run) -> JSON:
        first = await run.step("first", self.begin, "first")
        second = await run.step("second", self.sleep)
        return [first, second]

    async def begin(self, what: str) -> str:
        self.began.append(what)
        return what

    async def sleep(self) -> str:
        await self.begin("second")
        if self.began.count("second") == 1:
            self.asleep.set()
            await asyncio.sleep(self.seconds)
        return "second"


async def begin(database: Database, engine: Engine, name: str, sleeper: Sleeper) -> None:
    async with database.write() as connection:
        await engine.enqueue(connection, job=name, id=f"{name}-1", queue="work")
    async with asyncio.timeout(10):
        await sleeper.asleep.wait()


async def status(engine: Engine, run_id: str) -> RunStatus | None:
    state = await engine.result(run_id)
    return state.status if state else None


async def test_a_drain_finishes_the_short_leaves_the_long_and_the_next_launch_goes_on(
    database: Database,
    database_url: str,
    start_engine: StartEngine,
    caplog: pytest.LogCaptureFixture,
) -> None:
    short, long = Sleeper(0.3), Sleeper(60)
    jobs = Jobs()
    jobs.register("short", short)
    jobs.register("long", long)
    engine = await start_engine(jobs)
    await begin(database, engine, "short", short)
    await begin(database, engine, "long", long)

    began = time.monotonic()
    with caplog.at_level(logging.WARNING):
        await engine.drain(2)
    assert time.monotonic() - began < 6

    onlooker = Engine(database_url, jobs, [QueueSpec(name="work")])
    assert await status(onlooker, "short-1") is RunStatus.DONE
    assert await status(onlooker, "long-1") is RunStatus.RUNNING
    await onlooker.drain(0)
    assert [record.getMessage() for record in caplog.records] == []

    again = await start_engine(jobs)
    assert await again.wait("long-1", SOON) == ["first", "second"]
    assert long.began == ["first", "second", "second"]
    assert short.began == ["first", "second"]


async def test_a_drain_without_work_is_over_at_once(start_engine: StartEngine) -> None:
    engine = await start_engine(Jobs())
    began = time.monotonic()
    await engine.drain(6)
    assert time.monotonic() - began < 4


async def at_work(database: Database, start_engine: StartEngine) -> tuple[Jobs, Sleeper, Engine]:
    """An engine in the middle of a run, and the job that comes late."""
    busy, late = Sleeper(1), Sleeper(0)
    jobs = Jobs()
    jobs.register("busy", busy)
    jobs.register("late", late)
    engine = await start_engine(jobs)
    await begin(database, engine, "busy", busy)
    return jobs, late, engine


async def test_nothing_new_is_taken_up_during_a_drain(
    database: Database, database_url: str, start_engine: StartEngine
) -> None:
    jobs, late, engine = await at_work(database, start_engine)
    draining = asyncio.create_task(engine.drain(4))
    await asyncio.sleep(0.3)
    async with database.write() as connection:
        await engine.enqueue(connection, job="late", id="late-1", queue="work")
    await draining
    onlooker = Engine(database_url, jobs, [QueueSpec(name="work")])
    assert await status(onlooker, "busy-1") is RunStatus.DONE
    assert await status(onlooker, "late-1") is RunStatus.QUEUED
    await onlooker.drain(0)
    assert late.began == []


async def test_a_resting_engine_takes_up_nothing_new_and_lets_what_works_finish(
    database: Database, database_url: str, start_engine: StartEngine
) -> None:
    """While Slack's deliveries end, what they ask for is written down for the next start."""
    jobs, late, engine = await at_work(database, start_engine)
    engine.rest()
    async with database.write() as connection:
        await engine.enqueue(connection, job="late", id="late-1", queue="work")
    assert await engine.wait("busy-1", SOON) == ["first", "second"]
    await asyncio.sleep(1)
    assert await status(engine, "late-1") is RunStatus.QUEUED
    assert await engine.alive()
    await engine.drain(4)
    onlooker = Engine(database_url, jobs, [QueueSpec(name="work")])
    assert await status(onlooker, "late-1") is RunStatus.QUEUED
    await onlooker.drain(0)
    assert late.began == []


async def test_threads_and_name_lookups_still_work_after_a_drain(
    start_engine: StartEngine,
) -> None:
    """The library replaces the loop's executor and leaves a dead one (engine-in-use 6)."""
    engine = await start_engine(Jobs())
    await engine.drain(0)
    assert await asyncio.to_thread(lambda: "alive") == "alive"
    assert await asyncio.get_running_loop().getaddrinfo("localhost", 80)


async def test_a_second_engine_in_one_process_is_refused_until_the_first_is_drained(
    start_engine: StartEngine,
) -> None:
    first = await start_engine(Jobs())
    with pytest.raises(RuntimeError, match="already launched"):
        await start_engine(Jobs())
    assert await first.alive()
    await first.drain(0)
    assert not await first.alive()
    second = await start_engine(Jobs())
    assert await second.alive()
