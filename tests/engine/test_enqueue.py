"""A run exists exactly when the transaction that asked for it was committed."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.engine import JSON, Engine, Jobs, QueueSpec, Run, RunStatus
from store.database import Database
from tests.conftest import StartEngine

SOON = timedelta(seconds=10)


class Counted:
    """A job that remembers its calls."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    async def __call__(self, run: Run, number: int) -> JSON:
        self.calls.append(number)
        return await run.step("answer", self.answer, number)

    async def answer(self, number: int) -> JSON:
        return {"number": number}


@pytest.fixture
def job() -> Counted:
    return Counted()


@pytest.fixture
def jobs(job: Counted) -> Jobs:
    registered = Jobs()
    registered.register("count", job)
    return registered


async def ask(database: Database, engine: Engine, number: int, **extra: object) -> None:
    async with database.write() as connection:
        await engine.enqueue(
            connection, job="count", id=f"count-{number}", queue="work", args=[number], **extra
        )


async def test_an_enqueued_job_runs_with_its_arguments_and_its_result_is_kept(
    database: Database, start_engine: StartEngine, jobs: Jobs
) -> None:
    engine = await start_engine(jobs)
    await ask(database, engine, 17)
    assert await engine.wait("count-17", SOON) == {"number": 17}
    state = await engine.result("count-17")
    assert state is not None
    assert (state.job, state.queue, state.status) == ("count", "work", RunStatus.DONE)


async def test_a_rolled_back_transaction_leaves_no_run(
    database: Database, start_engine: StartEngine, jobs: Jobs, job: Counted
) -> None:
    engine = await start_engine(jobs)

    async def ask_and_change_ones_mind() -> None:
        async with database.write() as connection:
            await engine.enqueue(connection, job="count", id="count-1", queue="work", args=[1])
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await ask_and_change_ones_mind()
    await ask(database, engine, 2)
    await engine.wait("count-2", SOON)
    assert await engine.result("count-1") is None
    assert job.calls == [2]


async def test_the_same_id_twice_runs_once_with_the_first_arguments(
    database: Database, start_engine: StartEngine, jobs: Jobs, job: Counted
) -> None:
    engine = await start_engine(jobs)
    await ask(database, engine, 1)
    async with database.write() as connection:
        await engine.enqueue(connection, job="count", id="count-1", queue="work", args=[99])
    await engine.wait("count-1", SOON)
    async with database.write() as connection:
        await engine.enqueue(connection, job="count", id="count-1", queue="work", args=[100])
    await ask(database, engine, 2)
    await engine.wait("count-2", SOON)
    assert job.calls == [1, 2]


async def test_what_is_enqueued_before_the_launch_runs_after_it(
    database: Database, database_url: str, start_engine: StartEngine, jobs: Jobs
) -> None:
    asleep = Engine(database_url, jobs, [QueueSpec(name="work")])
    await ask(database, asleep, 5)
    waiting = await asleep.result("count-5")
    assert waiting is not None
    assert waiting.status is RunStatus.QUEUED
    await start_engine(jobs)
    assert await asleep.wait("count-5", SOON) == {"number": 5}
    await asleep.drain(0)


async def test_a_job_or_queue_that_nobody_knows_is_refused(
    database: Database, start_engine: StartEngine, jobs: Jobs
) -> None:
    engine = await start_engine(jobs)
    async with database.write() as connection:
        with pytest.raises(KeyError, match="no job is called dance"):
            await engine.enqueue(connection, job="dance", id="dance-1", queue="work")
        with pytest.raises(KeyError, match="no queue is called ballroom"):
            await engine.enqueue(connection, job="count", id="count-1", queue="ballroom")


async def test_a_delayed_job_runs_after_its_delay_and_not_before(
    database: Database, start_engine: StartEngine, jobs: Jobs
) -> None:
    engine = await start_engine(jobs)
    before = datetime.now(UTC)
    await ask(database, engine, 3, delay=timedelta(seconds=1))
    state = await engine.result("count-3")
    assert state is not None
    assert state.status is RunStatus.DELAYED
    await engine.wait("count-3", SOON)
    assert datetime.now(UTC) - before >= timedelta(seconds=1)


async def test_runs_can_be_listed_by_id_prefix_and_status(
    database: Database, start_engine: StartEngine, jobs: Jobs
) -> None:
    engine = await start_engine(jobs)
    for number in (1, 2, 20):
        await ask(database, engine, number)
        await engine.wait(f"count-{number}", SOON)
    assert [one.id for one in await engine.runs(prefix="count-2")] == ["count-2", "count-20"]
    assert [one.id for one in await engine.runs(ids=["count-1", "count-9"])] == ["count-1"]
    assert await engine.runs(statuses=[RunStatus.FAILED]) == []


async def test_ended_runs_are_forgotten_after_their_time_and_no_others(
    database: Database, start_engine: StartEngine, jobs: Jobs
) -> None:
    engine = await start_engine(jobs)
    await ask(database, engine, 1)
    await engine.wait("count-1", SOON)
    await ask(database, engine, 2, delay=timedelta(hours=1))
    assert await engine.delete_finished(datetime.now(UTC) - timedelta(days=1)) == 0
    assert await engine.delete_finished(datetime.now(UTC) + timedelta(seconds=5)) == 1
    assert [one.id for one in await engine.runs()] == ["count-2"]
