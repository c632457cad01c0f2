"""What do we know about runs: which wait, work, ended, and how?"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dbos import DBOSClient, PortableWorkflowError, WorkflowStatus

from bot.engine.jobs import JSON

__all__ = ["OPEN", "RunFailed", "RunState", "RunStatus", "Runs"]

DELETED_AT_ONCE = 500
LOOKED_AT = 200  # waiting or working runs, oldest first, in which the longest wait is sought


class RunStatus(StrEnum):
    """Where a run is on its way; the last three are ends."""

    DELAYED = "DELAYED"
    QUEUED = "ENQUEUED"
    RUNNING = "PENDING"
    DONE = "SUCCESS"
    FAILED = "ERROR"
    CANCELLED = "CANCELLED"
    GAVE_UP = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"  # its process died on it again and again

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to such a run."""
        return self not in {RunStatus.DELAYED, RunStatus.QUEUED, RunStatus.RUNNING}


OPEN = tuple(one for one in RunStatus if not one.ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """What is written down about one run. `error` is set when it failed."""

    id: str
    job: str
    queue: str | None
    status: RunStatus
    executor: str | None
    output: JSON
    error: str | None


class RunFailed(Exception):  # noqa: N818 - the event, as callers read it
    """A run that somebody waited for ended without a result."""

    def __init__(self, state: RunState) -> None:
        super().__init__(f"{state.id} ended as {state.status.name}: {state.error}")
        self.state = state


class Runs:
    """Reads and tidies the list of runs; works whether or not an engine is launched."""

    def __init__(self, client: DBOSClient) -> None:
        self._client = client

    async def listed(
        self,
        *,
        ids: Sequence[str] | None = None,
        prefix: str | Sequence[str] | None = None,
        statuses: Sequence[RunStatus] | None = None,
        executor: str | None = None,
        queue: str | None = None,
        limit: int | None = None,
    ) -> list[RunState]:
        """Runs that answer to every given condition, oldest first."""
        found = await self._client.list_workflows_async(
            workflow_ids=list(ids) if ids is not None else None,
            workflow_id_prefix=prefix if prefix is None or isinstance(prefix, str) else [*prefix],
            status=[one.value for one in statuses] if statuses is not None else None,
            executor_id=executor,
            queue_name=queue,
            limit=limit,
            load_input=False,
        )
        return [_state(one) for one in found]

    async def wait(self, run_id: str, *, patience: timedelta, look_every: float) -> JSON:
        """Give the result of a run as soon as it ended. Raises RunFailed or TimeoutError."""
        async with asyncio.timeout(patience.total_seconds()):
            while True:
                for state in await self.listed(ids=[run_id]):
                    if state.status is RunStatus.DONE:
                        return state.output
                    if state.status.ended:
                        raise RunFailed(state)
                await asyncio.sleep(look_every)

    async def longest_wait(self, heard: Sequence[str]) -> timedelta:
        """How long the oldest due run has been waiting while its queue did not move.

        Only in queues that are `heard`: what an org left behind that is configured no more waits
        for its return. One put back waits from then on, and one in a queue from when the last run
        was taken from it: to wait one's turn behind others is no lag.
        """
        if not heard:
            return timedelta(0)
        moved: dict[str | None, int] = {}
        for one in await self._found(RunStatus.RUNNING, queues=heard):
            moved[one.queue_name] = max(moved.get(one.queue_name, 0), one.dequeued_at or 0)
        found = await self._found(RunStatus.DELAYED, RunStatus.QUEUED, queues=heard)
        now = int(time.time() * 1000)
        waits = (now - max(_due_since(one), moved.get(one.queue_name, 0)) for one in found)
        return timedelta(milliseconds=max([0, *waits]))

    async def _found(
        self, *statuses: RunStatus, queues: Sequence[str] | None = None
    ) -> list[WorkflowStatus]:
        return await self._client.list_workflows_async(
            status=[one.value for one in statuses],
            queue_name=list(queues) if queues is not None else None,
            limit=LOOKED_AT,
            load_input=False,
            load_output=False,
        )

    async def holders(self) -> set[str]:
        """Ids of the executors that have begun runs and not ended them."""
        running = await self.listed(statuses=[RunStatus.RUNNING])
        return {one.executor for one in running if one.executor}

    async def begun_by(self, executor: str) -> dict[str, list[str]]:
        """One executor's begun runs, by queue."""
        queues: dict[str, list[str]] = defaultdict(list)
        for one in await self.listed(statuses=[RunStatus.RUNNING], executor=executor):
            queues[one.queue or ""].append(one.id)
        return queues

    async def open_in(self, beginning: str) -> set[str]:
        """The queues whose name begins so and in which runs are that have not ended."""
        found = await self._found(*OPEN)
        names = {one.queue_name for one in found if one.queue_name}
        return {name for name in names if name.startswith(beginning)}

    async def requeue(self, queue: str, ids: list[str]) -> None:
        """Put begun runs back into their queue, so that its concurrency still holds."""
        await self._client.resume_workflows_async(ids, queue_name=queue or None)

    async def delete_ended(self, before: datetime) -> int:
        """Forget the runs that ended before a moment; tells how many. The library never does."""
        deleted = 0
        while True:
            found = await self._client.list_workflows_async(
                status=[one.value for one in RunStatus if one.ended],
                completed_before=before.isoformat(),
                limit=DELETED_AT_ONCE,
                load_input=False,
                load_output=False,
            )
            if not found:
                return deleted
            await self._client.delete_workflows_async([one.workflow_id for one in found])
            deleted += len(found)


def _due_since(found: WorkflowStatus) -> int:
    """Milliseconds since 1970: when it was enqueued, put back, or its delay was over."""
    moments = [found.created_at, found.delay_until_epoch_ms]
    if found.status == RunStatus.QUEUED.value:
        moments.append(found.updated_at)
    return max(one or 0 for one in moments)


def _state(found: WorkflowStatus) -> RunState:
    status = RunStatus(found.status)
    return RunState(
        id=found.workflow_id,
        job=found.name,
        queue=found.queue_name,
        status=status,
        executor=found.executor_id,
        output=found.output,
        error=_error_text(found.error) if status.ended and status is not RunStatus.DONE else None,
    )


def _error_text(error: Exception | None) -> str:
    if isinstance(error, PortableWorkflowError):
        return f"{error.name}: {error.message}"
    return "no reason was written down" if error is None else f"{type(error).__name__}: {error}"
