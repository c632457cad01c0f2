"""A run exists exactly when the transaction that asked for it was committed."""

from datetime import timedelta

import pytest

from bot.engine import JSON, Jobs, Run
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


async def test_an_enqueued_job_runs_with_its_arguments_and_its_result_is_kept(
    database: Database, start_engine: StartEngine
) -> None:
    jobs, job = Jobs(), Counted()
    jobs.register("count", job)
    engine = await start_engine(jobs)
    async with database.write() as connection:
        await engine.enqueue(connection, job="count", id="count-17-1", queue="work", args=[17])
    assert await engine.wait("count-17-1", SOON) == {"number": 17}


async def test_a_rolled_back_transaction_leaves_no_run(
    database: Database, start_engine: StartEngine
) -> None:
    jobs, job = Jobs(), Counted()
    jobs.register("count", job)
    engine = await start_engine(jobs)

    async def ask_and_change_ones_mind() -> None:
        async with database.write() as connection:
            await engine.enqueue(connection, job="count", id="count-1-1", queue="work", args=[1])
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await ask_and_change_ones_mind()
    async with database.write() as connection:
        await engine.enqueue(connection, job="count", id="count-2-1", queue="work", args=[2])
    await engine.wait("count-2-1", SOON)
    assert await engine.result("count-1-1") is None
    assert job.calls == [2]
