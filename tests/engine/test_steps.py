"""What a step promises: done once, tried again only where that helps, the same after a restart."""

import asyncio
import logging
from datetime import timedelta

import pytest

from bot.engine import JSON, Engine, Jobs, Run, RunFailed, RunStatus, StepFailed
from store.database import Database
from tests.conftest import StartEngine

SOON = timedelta(seconds=10)
AT_ONCE = timedelta(milliseconds=1)


class BusyError(Exception):
    """Comes and goes."""


class RefusedError(Exception):
    """Stays, and says more than its text."""

    def __init__(self, code: str, fields: tuple[str, ...]) -> None:
        super().__init__(f"{code} on {fields}")
        self.code = code
        self.fields = fields
        self._token = "hush"


async def run_once(database: Database, engine: Engine, job: str) -> None:
    async with database.write() as connection:
        await engine.enqueue(connection, job=job, id=f"{job}-1", queue="work")


def is_busy(error: Exception) -> bool:
    return isinstance(error, BusyError)


async def test_a_passing_trouble_is_tried_again_until_it_passes(
    database: Database, start_engine: StartEngine
) -> None:
    tries: list[int] = []

    async def call() -> str:
        tries.append(len(tries))
        if len(tries) < 3:
            raise BusyError
        return "through"

    async def job(run: Run) -> JSON:
        return await run.step("call", call, tries=5, wait=AT_ONCE, should_retry=is_busy)

    jobs = Jobs()
    jobs.register("call", job)
    engine = await start_engine(jobs)
    await run_once(database, engine, "call")
    assert await engine.wait("call-1", SOON) == "through"
    assert len(tries) == 3


async def test_a_permanent_refusal_is_not_tried_again(
    database: Database, start_engine: StartEngine
) -> None:
    tries: list[int] = []

    async def call() -> str:
        tries.append(1)
        raise RefusedError("FIELD_INTEGRITY", ("Name",))

    async def job(run: Run) -> JSON:
        try:
            return await run.step(
                "call", call, tries=5, should_retry=is_busy, expected=(RefusedError,)
            )
        except StepFailed as failed:
            return {"kind": failed.kind, "message": failed.message, "details": failed.details}

    jobs = Jobs()
    jobs.register("call", job)
    engine = await start_engine(jobs)
    await run_once(database, engine, "call")
    assert await engine.wait("call-1", SOON) == {
        "kind": "RefusedError",
        "message": "FIELD_INTEGRITY on ('Name',)",
        "details": {"code": "FIELD_INTEGRITY", "fields": ["Name"]},
    }
    assert tries == [1]


async def test_trouble_that_does_not_pass_ends_the_run_with_its_own_words(
    database: Database, start_engine: StartEngine
) -> None:
    tries: list[int] = []

    async def call() -> str:
        tries.append(1)
        raise BusyError("the org does not answer")

    async def job(run: Run) -> JSON:
        return await run.step("call", call, tries=3, wait=AT_ONCE, should_retry=is_busy)

    jobs = Jobs()
    jobs.register("call", job)
    engine = await start_engine(jobs)
    await run_once(database, engine, "call")
    with pytest.raises(RunFailed, match="call: BusyError: the org does not answer"):
        await engine.wait("call-1", SOON)
    assert len(tries) == 3
    assert [one.status for one in await engine.runs()] == [RunStatus.FAILED]


async def test_a_bug_is_loud_in_the_log(
    database: Database, start_engine: StartEngine, caplog: pytest.LogCaptureFixture
) -> None:
    async def stumble() -> str:
        return {}["nothing"]

    async def job(run: Run) -> JSON:
        return await run.step("stumble", stumble, tries=5, should_retry=is_busy)

    jobs = Jobs()
    jobs.register("stumble", job)
    engine = await start_engine(jobs)
    await run_once(database, engine, "stumble")
    with caplog.at_level(logging.ERROR), pytest.raises(RunFailed, match="KeyError"):
        await engine.wait("stumble-1", SOON)
    assert "nobody foresaw" in caplog.text
    assert 'return {}["nothing"]' in caplog.text


async def test_a_result_looks_at_once_as_it_will_look_after_a_restart(
    database: Database, start_engine: StartEngine
) -> None:
    async def pair() -> JSON:
        return {"both": ("a", "b")}  # type: ignore[dict-item] # a tuple, as careless code gives

    async def job(run: Run) -> JSON:
        return str(await run.step("pair", pair))

    jobs = Jobs()
    jobs.register("pair", job)
    engine = await start_engine(jobs)
    await run_once(database, engine, "pair")
    assert await engine.wait("pair-1", SOON) == "{'both': ['a', 'b']}"


async def test_results_and_failures_of_steps_are_the_same_after_a_restart(
    database: Database, start_engine: StartEngine
) -> None:
    """Names of steps repeat on purpose: a plan has many of one kind."""
    done: list[str] = []
    seen: list[JSON] = []
    all_said, gate = asyncio.Event(), asyncio.Event()

    async def do(what: str) -> str:
        done.append(what)
        if what == "bad":
            raise RefusedError("NOT_YOURS", ("Id",))
        return what

    async def job(run: Run) -> JSON:
        said: list[JSON] = []
        for what in ("one", "bad", "three"):
            try:
                said.append(await run.step("do", do, what, expected=(RefusedError,)))
            except StepFailed as failed:
                said.append([failed.step, failed.kind, failed.message, dict(failed.details)])
        seen.append(said)
        all_said.set()
        await run.step("wait", gate.wait)
        return said

    jobs = Jobs()
    jobs.register("do", job)
    first = await start_engine(jobs)
    await run_once(database, first, "do")
    async with asyncio.timeout(10):
        await all_said.wait()
    await first.drain(0)
    gate.set()
    second = await start_engine(jobs)
    said = await second.wait("do-1", SOON)
    assert done == ["one", "bad", "three"]
    assert seen == [said, said]


async def test_a_job_name_stands_for_one_function_only() -> None:
    async def job(run: Run) -> JSON:
        return run.id

    jobs = Jobs()
    jobs.register("once", job)
    with pytest.raises(ValueError, match="already a job called once"):
        jobs.register("once", job)
