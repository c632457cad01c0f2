"""Who finishes the runs of a replica that died? Postgres only; on SQLite there is one process.

1. Every replica holds a session advisory lock on its executor id for as long as it lives; the
   server drops the lock when the connection ends: at once for a process that died, after 9 s
   for a machine that is gone (`LOST` in store/database.py).
2. Every period each replica looks for runs in the hands of others and tries the lock of each:
   getting it means that the other is dead, so its runs go back to their queues.
3. The first look comes after one period, and so does the first after a lost connection: after a
   restart of the database the living must be given time to lock again (engine, Pitfalls 10).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from store.database import ALIVE, async_url, let_go_when_lost

__all__ = ["Adoption"]

HEARTBEAT = 1.0
LOCK = text("SELECT pg_advisory_lock(hashtextextended(:name, 0))")
TRY_LOCK = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))")
UNLOCK = text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))")

log = logging.getLogger(__name__)


class Adoption:
    """Our own lock, and the look around for runs whose replica has lost its own."""

    def __init__(
        self,
        url: str,
        *,
        executor_id: str,
        period: float,
        holders: Callable[[], Awaitable[set[str]]],
        begun_by: Callable[[str], Awaitable[Mapping[str, list[str]]]],
        requeue: Callable[[str, list[str]], Awaitable[None]],
        adopted: Callable[[str], None],
    ) -> None:
        self._engine = create_async_engine(
            async_url(url),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={**ALIVE, "application_name": "integration-user-bot lock"},
        )
        let_go_when_lost(self._engine)
        self._executor_id = executor_id
        self._period = period
        self._holders = holders  # ids of the executors that have begun runs and not ended them
        self._begun_by = begun_by  # one executor's begun runs: queue -> ids
        self._requeue = requeue
        self._adopted = adopted  # told of each run
        self._connection: AsyncConnection | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def locked(self) -> bool:
        """Whether we hold our own lock, as far as the last heartbeat could tell."""
        return self._connection is not None

    async def lock(self) -> None:
        """Take the lock of our own id; must come before the first run is taken up."""
        connection = await self._engine.connect()
        await connection.execute(LOCK, {"name": _lock_name(self._executor_id)})
        self._connection = connection

    def start(self) -> None:
        """Begin to look around, one period from now."""
        self._task = asyncio.create_task(self._keep_looking(), name="adoption")

    async def stop(self) -> None:
        """Look no more; the lock stays until `release`."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def release(self) -> None:
        """Give the lock back, so that others may adopt what we leave."""
        await self._drop()
        await self._engine.dispose()

    @asynccontextmanager
    async def gone(self, executor: str) -> AsyncIterator[bool]:
        """Whether a process is gone; until the block ends nobody else touches what it left."""
        name = {"name": _lock_name(executor)}
        async with self._engine.connect() as connection:
            free = bool((await connection.execute(TRY_LOCK, name)).scalar_one())
            try:
                yield free
            finally:
                if free:
                    await connection.execute(UNLOCK, name)

    async def _keep_looking(self) -> None:
        loop = asyncio.get_running_loop()
        next_look = loop.time() + self._period
        while True:
            await asyncio.sleep(min(HEARTBEAT, self._period))
            if not await self._still_locked():
                next_look = loop.time() + self._period
            elif loop.time() >= next_look:
                await self._look()
                next_look = loop.time() + self._period

    async def _still_locked(self) -> bool:
        """Prove the lock's connection; False, and a new lock if possible, when it was lost."""
        try:
            if self._connection is not None:
                await self._connection.execute(text("SELECT 1"))
                return True
            await self.lock()
        except (SQLAlchemyError, OSError):
            log.warning("lost the connection that keeps our runs ours; trying to lock again")
            await self._drop()
        return False

    async def _look(self) -> None:
        try:
            for executor in sorted(await self._holders() - {self._executor_id}):
                await self._adopt(executor)
        except Exception:
            log.exception("could not look for the runs of dead replicas; the next look follows")

    async def _adopt(self, executor: str) -> None:
        connection = self._connection
        if connection is None:
            return
        name = {"name": _lock_name(executor)}
        if not (await connection.execute(TRY_LOCK, name)).scalar_one():
            return
        try:  # what it holds is asked again: another replica may have adopted it a moment ago
            for queue, ids in (await self._begun_by(executor)).items():
                await self._requeue(queue, ids)
                for run_id in ids:
                    self._adopted(run_id)
        finally:
            await connection.execute(UNLOCK, name)

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError, OSError):
                await connection.invalidate()
            with suppress(SQLAlchemyError, OSError):
                await connection.close()


def _lock_name(executor_id: str) -> str:
    return f"integration-user-bot executor {executor_id}"
