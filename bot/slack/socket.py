"""Socket Mode: bounded, drained, and never tied to a dead address."""

from __future__ import annotations

import asyncio

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.middleware.authorization.async_single_team_authorization import (
    AsyncSingleTeamAuthorization,
)
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack import refusals

_log = structlog.get_logger(__name__)
_AT_ONCE = 64


class _Client(SocketModeClient):
    """The library's client, which would try one used-up address for ever (slack-platform 2.1)."""

    patience = 20.0
    """Seconds for one address."""

    async def connect(self) -> None:
        """Connect; after some seconds without success a fresh address is asked for."""
        try:
            async with asyncio.timeout(self.patience):
                await super().connect()  # type: ignore[no-untyped-call]
        except TimeoutError:
            self.wss_uri = None
            self.auto_reconnect_enabled = self.default_auto_reconnect_enabled
            raise


class Socket(AsyncSocketModeHandler):
    """Socket Mode that bounds what runs at once and can be drained.

    The library starts one unreferenced task per envelope, without a bound, and its close does not
    wait for them (slack-platform 2.1).
    """

    def __init__(self, app: AsyncApp, app_token: str, *, ping_interval: float = 10.0) -> None:
        self.app = app
        self.app_token = app_token
        client = _Client(
            app_token=app_token,
            logger=app.logger,
            web_client=app.client,
            proxy=app.client.proxy,
            ping_interval=ping_interval,
        )
        client.proxy = app.client.proxy  # without one it takes HTTPS_PROXY, whatever NO_PROXY says
        client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]
        self.client: SocketModeClient = client
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._in_hand: set[asyncio.Task[object]] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    async def connect_async(self) -> None:
        """Connect; raises what Slack answers when one of the two tokens is wrong.

        Bolt would ask who we are within the first envelope's 3 s, and the library's connect would
        try a wrong token for ever: both are asked here.
        """
        try:
            who = await self.app.client.auth_test()
            opened = await self.app.client.apps_connections_open(app_token=self.app_token)
        except SlackApiError as error:
            raise refusals.named(error) from None
        for middleware in self.app._async_middleware_list:  # noqa: SLF001 - no public way
            if isinstance(middleware, AsyncSingleTeamAuthorization):
                middleware.auth_test_result = who
        self.client.wss_uri = str(opened["url"])
        await self.client.connect()  # type: ignore[no-untyped-call]

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Handle one envelope, also during a drain: without an ack the person sees an error."""
        task = asyncio.current_task()
        if task is None:
            return
        self._in_hand.add(task)
        self._idle.clear()
        try:
            async with self._free:
                await super().handle(client, req)
        except Exception:  # noqa: BLE001 - one envelope must not end the others
            _log.exception("slack.envelope", type=req.type)
        finally:
            self._in_hand.discard(task)
            if not self._in_hand:
                self._idle.set()

    async def connected(self) -> bool:
        """Is there a living connection to Slack?"""
        return bool(await self.client.is_connected())

    async def drain(self, seconds: float) -> None:
        """Disconnect as soon as no envelope is in hand, at the latest after `seconds`."""
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            _log.warning("slack.drain", left=len(self._in_hand))
        await self.client.close()  # type: ignore[no-untyped-call]
