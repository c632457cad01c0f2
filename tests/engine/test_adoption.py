"""A replica whose connection breaks is not dead: it locks again before anybody robs it."""

import asyncio
from datetime import timedelta

import pytest

from bot.engine import JSON, Engine, Jobs, QueueSpec, Run, RunStatus
from store.database import Database
from tests.postgres import Postgres

SOON = timedelta(seconds=10)
LOCKS = "application_name = 'integration-user-bot lock'"


@pytest.mark.postgres
async def test_a_replica_that_lost_its_lock_takes_it_again_and_goes_on(
    postgres: Postgres, postgres_url: str
) -> None:
    async def job(run: Run) -> JSON:
        return run.id

    jobs = Jobs()
    jobs.register("job", job)
    engine = Engine(postgres_url, jobs, [QueueSpec(name="work")], poll=0.02, adopt_every=0.3)
    database = Database.open(postgres_url)
    await engine.launch()
    try:
        assert await engine.alive()
        postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {LOCKS}")
        async with asyncio.timeout(10):
            while await engine.alive():  # noqa: ASYNC110 - the server breaks the connection
                await asyncio.sleep(0.02)
            while not await engine.alive():  # noqa: ASYNC110 - the next heartbeat locks again
                await asyncio.sleep(0.02)
        async with database.write() as connection:
            await engine.enqueue(connection, job="job", id="job-1", queue="work")
        assert await engine.wait("job-1", SOON) == "job-1"
    finally:
        await engine.drain(0)
        await database.dispose()


@pytest.mark.postgres
async def test_what_is_in_a_process_own_queue_is_taken_over_when_it_is_gone_and_no_sooner(
    postgres_url: str,
) -> None:
    begun = asyncio.Event()

    async def job(_: Run) -> JSON:
        begun.set()
        return await asyncio.Event().wait()

    jobs = Jobs()
    jobs.register("job", job)
    queues = [QueueSpec(name="work"), QueueSpec(name="own-1", worker_concurrency=1)]
    own = Engine(postgres_url, jobs, queues, executor_id="own-1", listen=["own-1"], poll=0.02)
    other = Engine(postgres_url, jobs, queues, poll=0.02)
    database = Database.open(postgres_url)
    await own.launch()
    async with database.write() as connection:
        for run in ("job-1", "job-2"):
            await own.enqueue(connection, job="job", id=run, queue="own-1")
    async with asyncio.timeout(10):
        await begun.wait()
    assert await other.take_over("own-", lambda _: "work") == []
    await own.drain(0)
    async with asyncio.timeout(10):
        while not (taken := await other.take_over("own-", lambda _: "work")):  # noqa: ASYNC110 - the server drops the lock
            await asyncio.sleep(0.02)
    assert sorted(taken) == ["job-1", "job-2"]
    left = await other.runs(ids=["job-1", "job-2"])
    assert [(one.queue, one.status) for one in left] == [("work", RunStatus.QUEUED)] * 2
    assert await other.take_over("own-", lambda _: "work") == []
    await other.drain(0)
    await database.dispose()


@pytest.mark.postgres
async def test_a_drained_replica_holds_no_lock_and_no_connection(
    postgres: Postgres, postgres_url: str
) -> None:
    engine = Engine(postgres_url, Jobs(), [QueueSpec(name="work")], poll=0.02)
    await engine.launch()
    await engine.drain(0)
    name = postgres_url.rsplit("/", 1)[1].split("?", maxsplit=1)[0]
    postgres.execute(  # fails while anybody is connected
        f"ALTER DATABASE {name} RENAME TO {name}_moved",
        f"ALTER DATABASE {name}_moved RENAME TO {name}",
    )
