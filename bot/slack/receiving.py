"""What both ways of hearing from Slack share: a bound, a drain, and knowing who we are.

Socket Mode (socket.py) and HTTP (http.py) differ only in how a payload arrives; from there on both
go the same way through Bolt.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from slack_bolt.async_app import AsyncApp
from slack_bolt.middleware.authorization.async_single_team_authorization import (
    AsyncSingleTeamAuthorization,
)
from slack_sdk.errors import SlackApiError

from bot.slack import refusals

AT_ONCE = 64
"""Payloads that are answered at the same time; more wait for their turn."""

CLOSE_WITHIN = 0.8
"""Seconds to close what is open, after a drain; then it is cut."""


class Receiver(Protocol):
    """One way of hearing from Slack."""

    tokens: str
    """The variables that it depends on, as a sentence names them."""

    async def listen(self) -> int:
        """Take what is needed of this machine; answers a port, or 0. Raises OSError."""
        ...

    async def connect_async(self) -> None:
        """Become reachable for Slack; raises what Slack answers when a token is wrong."""
        ...

    async def connected(self) -> bool:
        """Would a click reach us now?"""
        ...

    async def drain(self, seconds: float) -> None:
        """Answer what still arrives until nothing is in hand, at most `seconds`; then close.

        Closing takes `CLOSE_WITHIN` at most.
        """
        ...


class InHand:
    """What is being answered now: bounded, and waited for before an end."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._idle = asyncio.Event()
        self._idle.set()
        self.count = 0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold one payload; waits while too many are held already."""
        self.count += 1
        self._idle.clear()
        try:
            async with self._free:
                yield
        finally:
            self.count -= 1
            if not self.count:
                self._idle.set()

    async def idle(self, seconds: float) -> bool:
        """Wait until nothing is in hand; False when something still is after `seconds`."""
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            return False
        return True


async def introduce(app: AsyncApp) -> None:
    """Ask Slack who we are, once: Bolt would ask within the first payload's 3 s.

    Raises SlackApiError when the bot token is refused, ConnectionError when Slack does not answer.
    """
    try:
        who = await app.client.auth_test()
    except SlackApiError as error:
        raise refusals.named(error) from None
    for middleware in app._async_middleware_list:  # noqa: SLF001 - no public way
        if isinstance(middleware, AsyncSingleTeamAuthorization):
            middleware.auth_test_result = who
