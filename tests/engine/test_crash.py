"""kill -9 of a real process: what was written down stays, what was begun is finished."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine import Engine
from store.database import Database
from tests.engine.worker import QUEUES, jobs_of

ROOT = Path(__file__).parents[2]

Worker = asyncio.subprocess.Process
StartWorker = Callable[[str], Awaitable[Worker]]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "done.log"


@pytest.fixture
async def start_worker(log: Path) -> AsyncIterator[StartWorker]:
    begun: list[Worker] = []

    async def start(url: str) -> Worker:
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.engine.worker", url, str(log)),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        begun.append(worker)
        assert worker.stdout is not None
        assert await asyncio.wait_for(worker.stdout.readline(), 30) == b"ready\n"
        return worker

    yield start
    for worker in begun:
        if worker.returncode is None:
            await kill(worker)


async def kill(worker: Worker) -> None:
    worker.send_signal(signal.SIGKILL)
    await worker.wait()


async def hang_in_second_step(url: str, log: Path) -> Engine:
    """Ask for a run that will hang; the answer is an onlooker that never works itself."""
    log.with_suffix(".hang").touch()
    onlooker = Engine(url, jobs_of(log), QUEUES)
    database = Database.open(url)
    async with database.write() as connection:
        await onlooker.enqueue(connection, job="build", id="build-17", queue="write-uat", args=[17])
    await database.dispose()
    return onlooker


def lines(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


async def has_begun(log: Path, line: str) -> None:
    async with asyncio.timeout(30):
        while line not in lines(log):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)


async def assert_went_on(onlooker: Engine, log: Path) -> None:
    result = await onlooker.wait("build-17", timedelta(seconds=20))
    assert result == ["first 17", "second 17", "third 17"]
    # The first step is not repeated; the second was cut off, so it is.
    assert lines(log) == ["first 17", "second 17", "second 17", "third 17"]
    state = await onlooker.result("build-17")
    assert state is not None
    assert state.queue == "write-uat"  # where it was, so that the queue's concurrency holds
    await onlooker.drain(0)


@pytest.mark.slow
async def test_a_killed_bot_goes_on_after_a_restart_on_sqlite(
    sqlite_url: str, log: Path, start_worker: StartWorker
) -> None:
    onlooker = await hang_in_second_step(sqlite_url, log)
    first = await start_worker(sqlite_url)
    await has_begun(log, "second 17")
    await kill(first)
    log.with_suffix(".hang").unlink()
    await start_worker(sqlite_url)
    await assert_went_on(onlooker, log)


@pytest.mark.slow
@pytest.mark.postgres
async def test_another_replica_adopts_the_runs_of_a_killed_one_within_15_s_on_postgres(
    postgres_url: str, log: Path, start_worker: StartWorker
) -> None:
    onlooker = await hang_in_second_step(postgres_url, log)
    first = await start_worker(postgres_url)
    await has_begun(log, "second 17")
    await start_worker(postgres_url)
    await asyncio.sleep(12)  # longer than a look around: the living are not robbed
    assert lines(log) == ["first 17", "second 17"]
    await kill(first)
    killed = time.monotonic()
    log.with_suffix(".hang").unlink()
    await assert_went_on(onlooker, log)
    assert time.monotonic() - killed < 15
