"""Every run of a job: named in the log, timed, and counted by how it ended."""

from __future__ import annotations

import asyncio
import re
import time

import structlog

from bot import logs
from bot.engine import JSON, Job, Jobs, Run
from bot.metrics import Metrics

_log = structlog.get_logger(__name__)
_OF_REQUEST = re.compile(r"(?:preflight|provision|smoke|undo)-(\d+)-\d+")
"""The ids that bot/flows/jobs.py gives; runs of the clock are of no request."""


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
                    result = await _told(job, run, *args)
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

    def adopted(self, run_id: str) -> None:
        """Say so under the request that the run is about."""
        with logs.about(request_of(run_id)):
            _log.warning("run.adopted", run=run_id, text="its replica is gone; it goes on here")


def request_of(run_id: str) -> int | None:
    """The number of the request that a run is about; None for those of the clock."""
    found = _OF_REQUEST.fullmatch(run_id)
    return int(found[1]) if found else None


async def _told(job: Job, run: Run, *args: JSON) -> JSON:
    """Run a job; what it fails of is logged here, where request and run are still known."""
    try:
        return await job(run, *args)
    except Exception:
        _log.exception("run.failed")
        raise
