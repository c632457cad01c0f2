"""A replica whose connection breaks is not dead: it locks again before anybody robs it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.engine import JSON, Engine, Jobs, QueueSpec, Run, RunStatus
from bot.engine.adoption import Adoption
from store.database import Database
from tests.postgres import Postgres, running_postgres

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


async def nothing(*_: Any) -> Any:
    return {}


def adoption(url: str) -> Adoption:
    return Adoption(
        url,
        executor_id="me",
        period=9,
        holders=nothing,
        begun_by=nothing,
        requeue=nothing,
        adopted=str,
    )


SHOWN = text(
    "SELECT name, setting FROM pg_settings"
    " WHERE name LIKE 'tcp_keepalives_%' OR name IN ('tcp_user_timeout', 'work_mem')"
)
NINE_SECONDS = {
    "tcp_keepalives_idle": "3",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "9000",
}


@pytest.mark.postgres
@pytest.mark.slow
async def test_the_server_lets_go_of_a_machine_that_is_gone_after_nine_seconds() -> None:
    """The server drops locks, so it must notice; its own limit is two hours."""
    with running_postgres(over_tcp=True) as server:
        url = server.url("postgres") + "?options=-c%20work_mem%3D5MB"
        holder, database = adoption(url), Database.open(url)
        try:
            await holder.lock()
            assert holder._connection is not None
            seen = {"the lock": (await holder._connection.execute(SHOWN)).all()}
            with pytest.raises(RuntimeError, match="never mind"):
                async with database.write():  # what is rolled back does not take it back
                    raise RuntimeError("never mind")
            async with database.read() as connection:
                seen["the store"] = (await connection.execute(SHOWN)).all()
        finally:
            await holder.release()
            await database.dispose()
    for whose, rows in seen.items():
        said = {name: setting for name, setting in rows}  # noqa: C416 - rows are no pairs to mypy
        assert said == {**NINE_SECONDS, "work_mem": str(5 * 1024)}, whose
