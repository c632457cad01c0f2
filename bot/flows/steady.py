"""How a job's step outlives a database that is away for a while, and a row that somebody changed.

Everything a step does bears being repeated, so both are simply tried again; a bug is not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from bot.engine import Run
from store.ledger import Conflict

Answer = TypeVar("Answer")
_TRIES = 10
_WAIT = timedelta(seconds=0.5)
"""The waits double: a database may be away for over two minutes, a fail-over takes about one."""


async def step(
    run: Run, name: str, action: Callable[..., Awaitable[Answer]], /, *args: object
) -> Answer:
    """Do one step of a job; raises `StepFailed` for what trying again cannot mend."""
    return await run.step(name, action, *args, tries=_TRIES, wait=_WAIT, should_retry=_passes)


def _passes(error: Exception) -> bool:
    return isinstance(error, (DBAPIError, OSError, Conflict))
