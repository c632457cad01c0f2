"""Every run of a job: named in the log, timed, and counted by how it ended."""

from __future__ import annotations

import asyncio
import time

import structlog

from bot import logs
from bot.engine import JSON, Job, Jobs, Run
from bot.metrics import Metrics

_log = structlog.get_logger(__name__)


class WatchedJobs(Jobs):
    """Jobs whose every line in the log names the request and the run, and whose ends count."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics

    def register(self, name: str, job: Job) -> None:
        """Add a job, wrapped."""

        async def watched(run: Run, *args: JSON) -> JSON:
            number = args[0] if args and isinstance(args[0], int) else None
            outcome, begun = "failed", time.monotonic()
            try:
                with logs.about(number, run=run.id):
                    _log.info("run.begun")
                    result = await job(run, *args)
                    _log.info("run.ended")
                outcome = "ok"
            except asyncio.CancelledError:
                outcome = "cut_off"
                raise
            finally:
                self._metrics.worked(name, outcome, time.monotonic() - begun)
            return result

        self._metrics.knows_job(name)
        super().register(name, watched)
