"""How is durable work started, enqueued, watched and stopped?

DBOS is one per process; this class hides that. Launched in the running loop, or taken-up runs
would live in another loop than the store and Slack (engine, Pitfalls 1).
"""

import asyncio
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar, Optional
from uuid import uuid4

from dbos import DBOS, DBOSClient, EnqueueOptions
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.engine.adoption import Adoption
from bot.engine.jobs import JSON, Job, Jobs, Run
from bot.engine.library import library_client, library_config, quiet_library, stop_taking_up
from bot.engine.runs import OPEN, Runs, RunState, RunStatus
from bot.engine.schema import SchemaMissing, engine_schema_ok
from store.database import parse_url

__all__ = ["Engine", "QueueSpec"]

SQLITE_EXECUTOR = "only"  # one process, so that each launch recovers the runs of the one before
LOOK_PERIOD = 1.0  # the library looks once a second whether its runs have ended
CLOSING = 1.2  # seconds of a drain kept for closing down
PROBE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSpec:
    """A queue: how many of its runs work at once, in all replicas and in one of them."""

    name: str
    concurrency: int | None = None
    worker_concurrency: int | None = None


class Engine:
    """Runs jobs durably. `enqueue`, `wait` and the lists also work without `launch`."""

    _launched: ClassVar[Optional["Engine"]] = None

    def __init__(
        self,
        database_url: str,
        jobs: Jobs,
        queues: Sequence[QueueSpec],
        *,
        executor_id: str | None = None,
        listen: Sequence[str] | None = None,
        poll: float = 1.0,
        adopt_every: float = 5.0,
    ) -> None:
        """Prepare; nothing connects yet. `poll` and `adopt_every` are seconds.

        `executor_id` names this process; left out it is right for both databases. `listen` names
        the queues whose runs are taken up here, all of them when left out; the others are filled.
        """
        self._url = database_url
        self._jobs = jobs
        self._queues = tuple(queues)
        self._heard = tuple(one for one in queues if listen is None or one.name in listen)
        self._poll = poll
        postgres = parse_url(database_url).drivername == "postgresql"
        self._executor_id = executor_id or (uuid4().hex if postgres else SQLITE_EXECUTOR)
        self._client: DBOSClient = library_client(database_url)
        self._runs = Runs(self._client)
        self._adoption: Adoption | None = None
        if postgres:
            self._adoption = Adoption(
                database_url,
                executor_id=self._executor_id,
                period=adopt_every,
                holders=self._runs.holders,
                begun_by=self._runs.begun_by,
                requeue=self._runs.requeue,
                adopted=jobs.adopted,
            )
        self._tasks: set[asyncio.Task[object]] = set()
        self._stopping = False

    @property
    def executor_id(self) -> str:
        """The name under which this process holds its runs."""
        return self._executor_id

    async def launch(self) -> None:
        """Take up work: own runs of an earlier process first, then the queues.

        Raises SchemaMissing when `migrate_engine` has not been run, RuntimeError when another
        engine of this process is launched.
        """
        if Engine._launched is not None:
            raise RuntimeError("an engine is already launched in this process")
        if not await asyncio.to_thread(engine_schema_ok, self._url):
            raise SchemaMissing
        quiet_library()
        Engine._launched = self
        try:
            if self._adoption is not None:
                await self._adoption.lock()
            for queue in self._heard:  # before the launch: such queues are polled at once
                await self._client.register_queue_async(
                    queue.name,
                    global_concurrency=queue.concurrency,
                    worker_concurrency=queue.worker_concurrency,
                    polling_interval_sec=self._poll,
                )
            self._launch_library()
        except BaseException:
            await self.drain(0)
            raise
        if self._adoption is not None:
            self._adoption.start()

    def _launch_library(self) -> None:
        DBOS.destroy(destroy_registry=True)  # names registered for an earlier engine
        for name, job in self._jobs.items():
            DBOS.workflow(name=name)(self._as_workflow(job))
        DBOS(config=library_config(self._url, executor_id=self._executor_id, poll=self._poll))
        DBOS.listen_queues([queue.name for queue in self._heard])
        DBOS.launch()

    def _as_workflow(self, job: Job) -> Job:
        async def workflow(*args: JSON) -> JSON:
            task = asyncio.current_task()
            if task is None or self._stopping:
                raise asyncio.CancelledError
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return await job(Run(str(DBOS.workflow_id)), *args)

        return workflow

    async def enqueue(
        self,
        connection: AsyncConnection,
        *,
        job: str,
        id: str,  # noqa: A002 - the word everybody uses
        queue: str,
        args: Sequence[JSON] = (),
        delay: timedelta | None = None,
    ) -> None:
        """Ask for a run in the caller's transaction: it exists when that commits, else never.

        An id that was used before is silently the first one. A delayed run holds no slot.
        Raises KeyError for a job or queue that this engine does not know.
        """
        if job not in self._jobs:
            raise KeyError(f"no job is called {job}")
        if queue not in {known.name for known in self._queues}:
            raise KeyError(f"no queue is called {queue}")
        options: EnqueueOptions = {"workflow_name": job, "queue_name": queue, "workflow_id": id}
        if delay is not None and delay > timedelta(0):
            options["delay_seconds"] = delay.total_seconds()

        def insert(sync: Connection) -> None:
            self._client.enqueue_in_transaction(sync, options, *args)

        await connection.run_sync(insert)

    async def result(self, run_id: str) -> RunState | None:
        """What is written down about a run; None when there is no such run."""
        found = await self._runs.listed(ids=[run_id])
        return found[0] if found else None

    async def wait(self, run_id: str, timeout: timedelta) -> JSON:  # noqa: ASYNC109 - a deadline
        """Give the result of a run as soon as it ended. Raises RunFailed or TimeoutError."""
        return await self._runs.wait(run_id, patience=timeout, look_every=min(self._poll, 0.2))

    async def runs(
        self,
        *,
        ids: Sequence[str] | None = None,
        prefix: str | Sequence[str] | None = None,
        statuses: Sequence[RunStatus] | None = None,
        limit: int | None = None,
    ) -> list[RunState]:
        """List runs, oldest first; `prefix` is how their ids begin, one of several if so given."""
        return await self._runs.listed(ids=ids, prefix=prefix, statuses=statuses, limit=limit)

    async def longest_wait(self) -> timedelta:
        """How long a due run has been waiting in a queue heard here that does not move, or 0."""
        return await self._runs.longest_wait([one.name for one in self._heard])

    async def move(self, ids: Sequence[str], queue: str) -> None:
        """Put runs that have not ended into another queue.

        Only where nobody works on them: a process that still does is fenced off at its next step.
        """
        await self._runs.requeue(queue, list(ids))

    async def take_over(self, beginning: str, queue_of: Callable[[RunState], str]) -> list[str]:
        """Put what processes left that are gone into the queues that `queue_of` says; which runs.

        Only what is in queues whose names begin so: each belongs to one process, and is named as
        that is by its `executor_id`. On Postgres a process is gone when its lock is free; on SQLite
        there is no other one.
        """
        taken: list[str] = []
        for queue in sorted(await self._runs.open_in(beginning) - {self._executor_id}):
            async with self._adoption.gone(queue) if self._adoption else _alone() as gone:
                if gone:
                    taken += await self._inherit(queue, queue_of)
        return taken

    async def _inherit(self, queue: str, queue_of: Callable[[RunState], str]) -> list[str]:
        """Empty a queue that nobody hears any more, and forget it."""
        left = await self._runs.listed(queue=queue, statuses=OPEN)
        for one in left:
            await self._runs.requeue(queue_of(one), [one.id])
        await self._client.delete_queue_async(queue)
        return [one.id for one in left]

    async def delete_finished(self, older_than: datetime) -> int:
        """Forget the runs that ended before a moment; tells how many."""
        return await self._runs.delete_ended(older_than)

    async def alive(self) -> bool:
        """Tell within two seconds whether work is taken up and the database answers."""
        if Engine._launched is not self or self._stopping:
            return False
        if self._adoption is not None and not self._adoption.locked:
            return False
        try:
            async with asyncio.timeout(PROBE):
                await self._runs.listed(limit=1)
        except Exception:  # noqa: BLE001 - whatever it is, the engine does not answer
            return False
        return True

    def rest(self) -> None:
        """Take up nothing new from now on; what works goes on until `drain`."""
        if Engine._launched is self:
            stop_taking_up()

    async def drain(self, seconds: float) -> None:
        """Take up nothing new, let what works finish, and be closed within about `seconds`.

        What does not finish in time is cut off, stays begun and goes on at the next launch.
        Afterwards the loop has a fresh default executor: the library's is dead (engine-in-use 6).
        """
        if Engine._launched is self:
            await self._drain_library(seconds)
            Engine._launched = None
            await self._forget_own_queue()
        if self._adoption is not None:
            await self._adoption.release()
        await asyncio.to_thread(self._client.destroy)

    async def _forget_own_queue(self) -> None:
        """Leave no row of a queue that dies with us; where it stays, who takes over forgets it."""
        if self._executor_id in {one.name for one in self._heard}:
            with suppress(SQLAlchemyError):
                await self._client.delete_queue_async(self._executor_id)

    async def _drain_library(self, seconds: float) -> None:
        if self._adoption is not None:
            await self._adoption.stop()
        loop = asyncio.get_running_loop()
        patience = seconds - CLOSING if self._tasks else 0.0
        own = ThreadPoolExecutor(1, thread_name_prefix="engine-drain")
        try:
            if patience <= 0:
                await self._cut_off()
            limit = math.ceil(seconds) if patience > 0 else 0
            closed = loop.run_in_executor(
                own,
                partial(DBOS.destroy, destroy_registry=True, workflow_completion_timeout_sec=limit),
            )
            if patience > 0:
                await asyncio.wait(self._tasks, timeout=patience)
                await self._cut_off()
            await closed
        finally:
            own.shutdown(wait=False)
            loop.set_default_executor(ThreadPoolExecutor(thread_name_prefix="loop"))

    async def _cut_off(self) -> None:
        self._stopping = True
        if self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks, timeout=LOOK_PERIOD)


def _alone() -> AbstractAsyncContextManager[bool]:
    """On SQLite: whoever else there was is gone."""
    return nullcontext(enter_result=True)
