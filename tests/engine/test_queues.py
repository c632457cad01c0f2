"""How many runs work side by side, and who waits for whom."""

import asyncio
from datetime import timedelta

from bot.engine import JSON, Engine, Jobs, QueueSpec, Run
from store.database import Database
from tests.conftest import StartEngine

SOON = timedelta(seconds=20)


class Crowd:
    """A job that counts how many of it work at once."""

    def __init__(self) -> None:
        self.now = 0
        self.most = 0
        self.order: list[str] = []

    async def __call__(self, run: Run) -> JSON:
        self.order.append(run.id)
        await run.step("stay", self.stay)
        return None

    async def stay(self) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.1)
        self.now -= 1


async def enqueue(
    database: Database, engine: Engine, ids: list[str], queue: str, delay: timedelta | None = None
) -> None:
    async with database.write() as connection:
        for one in ids:
            await engine.enqueue(connection, job="crowd", id=one, queue=queue, delay=delay)


async def test_provisioning_of_one_org_runs_one_at_a_time_and_orgs_run_side_by_side(
    database: Database, start_engine: StartEngine
) -> None:
    uat, prod = Crowd(), Crowd()
    jobs = Jobs()
    jobs.register("crowd", uat)
    jobs.register("other", prod)
    queues = [QueueSpec(name="write-uat", concurrency=1), QueueSpec(name="write-prod")]
    engine = await start_engine(jobs, queues)
    together: list[int] = []

    async def look() -> None:
        while True:
            together.append(uat.now + prod.now)
            await asyncio.sleep(0.01)

    looking = asyncio.create_task(look())
    async with database.write() as connection:
        for number in range(4):
            await engine.enqueue(connection, job="crowd", id=f"uat-{number}", queue="write-uat")
            await engine.enqueue(connection, job="other", id=f"prod-{number}", queue="write-prod")
    for number in range(4):
        await engine.wait(f"uat-{number}", SOON)
        await engine.wait(f"prod-{number}", SOON)
    looking.cancel()
    assert uat.most == 1
    assert max(together) > 1


async def test_reading_runs_at_most_four_at_a_time_in_one_process(
    database: Database, start_engine: StartEngine
) -> None:
    crowd = Crowd()
    jobs = Jobs()
    jobs.register("crowd", crowd)
    engine = await start_engine(jobs, [QueueSpec(name="read-uat", worker_concurrency=4)])
    ids = [f"look-{number}" for number in range(10)]
    await enqueue(database, engine, ids, "read-uat")
    for one in ids:
        await engine.wait(one, SOON)
    assert 1 < crowd.most <= 4


async def test_a_delayed_run_holds_no_slot(database: Database, start_engine: StartEngine) -> None:
    crowd = Crowd()
    jobs = Jobs()
    jobs.register("crowd", crowd)
    engine = await start_engine(jobs, [QueueSpec(name="write-uat", concurrency=1)])
    await enqueue(database, engine, ["later"], "write-uat", timedelta(seconds=2))
    await enqueue(database, engine, ["now"], "write-uat")
    await engine.wait("now", SOON)
    await engine.wait("later", SOON)
    assert crowd.order == ["now", "later"]


async def test_an_engine_that_hears_one_queue_takes_up_no_other_run_unless_it_is_moved_there(
    database: Database, database_url: str
) -> None:
    crowd = Crowd()
    jobs = Jobs()
    jobs.register("crowd", crowd)
    queues = [QueueSpec(name="read-uat"), QueueSpec(name="by-hand")]
    engine = Engine(database_url, jobs, queues, listen=["by-hand"], executor_id="hand", poll=0.02)
    await engine.launch()
    try:
        await enqueue(database, engine, ["left", "other"], "read-uat")
        await enqueue(database, engine, ["mine"], "by-hand")
        await engine.wait("mine", SOON)
        assert crowd.order == ["mine"]
        await engine.move(["left"], "by-hand")
        await engine.wait("left", SOON)
        assert crowd.order == ["mine", "left"]
        other = await engine.result("other")
        assert other is not None
        assert not other.status.ended
    finally:
        await engine.drain(0)


async def test_a_run_in_a_queue_that_nobody_hears_any_more_is_no_lag(
    database: Database, database_url: str
) -> None:
    jobs = Jobs()
    jobs.register("crowd", Crowd())
    before = Engine(database_url, jobs, [QueueSpec(name="read-gone"), QueueSpec(name="read-uat")])
    after = Engine(database_url, jobs, [QueueSpec(name="read-uat")])
    try:
        await enqueue(database, before, ["left"], "read-gone", timedelta(milliseconds=1))
        await asyncio.sleep(0.05)
        assert await before.longest_wait() > timedelta(0)
        assert await after.longest_wait() == timedelta(0)
        await enqueue(database, after, ["due"], "read-uat")
        await asyncio.sleep(0.05)
        assert await after.longest_wait() > timedelta(0)
    finally:
        await before.drain(0)
        await after.drain(0)
