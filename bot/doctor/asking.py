"""Slack, asked by the doctor: a few questions at once, and patiently when it wants silence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.slack import refusals

Question = Callable[[], Awaitable[Any]]

_AT_ONCE = 4
PATIENCE = 60.0
"""Seconds from Slack's first word of silence; what is not answered by then was not looked at."""


class Asking:
    """One way for all questions of one look, so that silence is kept by all of them."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._patience = patience
        self._gives_up: float | None = None
        self._quiet_until = 0.0

    async def __call__(self, question: Question) -> Any:
        """Slack's answer. Too many requests are waited out as Retry-After says (slack-platform 2).

        Raises what the client raises, 429 too when it would take longer than the patience.
        """
        while True:
            async with self._turn:
                await asyncio.sleep(max(0.0, self._quiet_until - _now()))
                try:
                    return await question()
                except SlackApiError as error:
                    if not self._waits(error):
                        raise

    def _waits(self, error: SlackApiError) -> bool:
        """Whether the question is asked again, after the silence that is noted here."""
        seconds = refusals.retry_after(error) if refusals.limited(error) else None
        if seconds is None:
            return False
        if self._gives_up is None:
            self._gives_up = _now() + self._patience
        if _now() + seconds > self._gives_up:
            return False
        self._quiet_until = max(self._quiet_until, _now() + seconds)
        return True


def _now() -> float:
    return asyncio.get_running_loop().time()
