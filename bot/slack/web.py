"""The Web API client: the library's own, with every call bounded, timed and counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack import refusals

Called = Callable[[str, str, float], None]
"""Told the method, the outcome (`ok`, `limited`, `refused`, `failed`, `no_answer`), the seconds."""

Route = Callable[[str], str | None]
"""The proxy for an address, or None."""

_TOO_MANY = 429
_TROUBLE = 500
LONGEST = 20.0
"""Seconds for any call. Who has less time says so; the library's limit of 30 s holds only for its
own session, and on ours a call would last as long as the transport lets it (300 s)."""


class CountedClient(AsyncWebClient):
    """A client that tells `called` of each call, also of one that nobody waits for any more."""

    called: Called
    route: Route

    async def api_call(self, api_method: str, **how: Any) -> AsyncSlackResponse:
        """Call a method; raises what the library raises, TimeoutError when no answer comes."""
        outcome, begun = "no_answer", time.monotonic()
        try:
            async with asyncio.timeout(LONGEST):
                answer = await super().api_call(api_method, **how)
            outcome = "ok"
        except SlackApiError as error:
            outcome = _outcome(error)
            raise
        finally:
            self.called(api_method, outcome, time.monotonic() - begun)
        return answer


def outcome_of(status: int) -> str:
    """The outcome of an answer that is an HTTP status and nothing else."""
    if status == _TOO_MANY:
        return "limited"
    if status >= _TROUBLE:
        return "failed"
    return "ok" if status == 200 else "refused"


def _outcome(error: SlackApiError) -> str:
    if refusals.limited(error):
        return "limited"
    return "refused" if refusals.code(error) else "failed"
