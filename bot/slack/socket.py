"""Socket Mode: bounded, drained, watched, and never tied to a dead address."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack import hearing, refusals
from bot.slack.receiving import AT_ONCE, CLOSE_WITHIN, InHand, introduce
from bot.slack.web import Route

_log = structlog.get_logger(__name__)
_LEAVE_WITHIN = 2.0
_TOO_MANY = 429


class _Client(SocketModeClient):
    """The library's client, which would try one used-up address for ever (slack-platform 2.1)."""

    patience = 20.0
    """Seconds to be given an address, and again seconds to connect to it."""

    route: Route
    in_hand: InHand

    async def issue_new_wss_url(self) -> str:
        """A fresh address; NO_PROXY may name its host, which is not the Web API's.

        The library's own stumbles over an answer that is not Slack's, such as a gateway's 503, and
        waits without an end for one that does not come. Raises TimeoutError then.
        """
        try:
            async with asyncio.timeout(self.patience):
                answer = await self.web_client.apps_connections_open(app_token=self.app_token)
        except SlackApiError as error:
            raise refusals.named(error) from None
        url = str(answer["url"])
        self.proxy = self.route(url)
        return url

    async def connect_to_new_endpoint(
        self,
        force: bool = False,  # noqa: FBT001, FBT002 - as in the library
    ) -> None:
        """Make a fresh connection, one at a time; without `force` only where none is alive.

        The library goes on without its lock after 5 s, so that two that had hung together both
        connect: Slack then sends half of all envelopes on a websocket that nobody reads or closes.
        Here everybody waits, and who finds that another made a connection meanwhile takes that.
        """
        before = self.current_session
        async with self.connect_operation_lock:
            made = self.current_session is not before or not force
            if made and await self.is_connected():
                return
            self.wss_uri = await self.issue_new_wss_url()
            await self.connect()

    async def connect(self) -> None:
        """Connect; after some seconds without success a fresh address is asked for."""
        try:
            async with asyncio.timeout(self.patience):
                await super().connect()  # type: ignore[no-untyped-call]  # no types there
            self.last_ping_pong_time = None  # the one of the connection before says nothing now
        except TimeoutError:
            self.wss_uri = None
            self.auto_reconnect_enabled = self.default_auto_reconnect_enabled
            raise

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        """Hear a message; a request to go is followed when what came on this connection is acked.

        The library closes the old connection before it opens a new one, and an ack is taken only
        on the connection that its envelope came on.
        """
        if message.get("type") == "disconnect":
            _log.info("slack.disconnect", reason=str(message.get("reason"))[:40])
            left = self.current_session
            await self.in_hand.idle(_LEAVE_WITHIN)
            if self.current_session is not left and await self.is_connected():
                return  # Slack did not wait: there is a new connection already
        await super().run_message_listeners(message, raw_message)


class Socket(AsyncSocketModeHandler):
    """Socket Mode that bounds what runs at once, watches its connection and can be drained.

    The library starts one unreferenced task per envelope, without a bound, and its close does not
    wait for them (slack-platform 2.1). It takes a websocket for a connection even when Slack never
    said hello on it, and trusts a task that nobody watches to make a new one: here `silence`
    seconds without a living connection are answered with a fresh one.
    """

    tokens = "SLACK_BOT_TOKEN and SLACK_APP_TOKEN"

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        *,
        route: Route | None = None,
        ping_interval: float = 10.0,
        silence: float = 30.0,
        at_once: int = AT_ONCE,
    ) -> None:
        self.app = app
        self.app_token = app_token
        self._silence = silence
        self._in_hand = InHand(at_once)
        self._greeted: object = None
        self._watching: asyncio.Task[None] | None = None
        client = _Client(
            app_token=app_token,
            logger=app.logger,
            web_client=app.client,
            proxy=app.client.proxy,
            ping_interval=ping_interval,
        )
        client.proxy = app.client.proxy  # without one it takes HTTPS_PROXY, whatever NO_PROXY says
        client.route = route or (lambda _url: app.client.proxy)
        client.in_hand = self._in_hand
        client.message_listeners.append(self._on_message)
        listeners = client.socket_mode_request_listeners
        listeners.append(self.handle)  # type: ignore[arg-type]  # called with this client only
        self.client: _Client = client

    async def listen(self) -> int:
        """Take nothing: the bot opens the connection."""
        return 0

    async def connect_async(self) -> None:
        """Connect; raises what Slack answers when one of the two tokens is wrong.

        The library's connect would try a wrong token for ever, so it is asked here first.
        """
        await introduce(self.app)
        await self.client.connect_to_new_endpoint(force=True)
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(), name="slack watchdog")

    async def handle(
        self,
        client: SocketModeClient,  # type: ignore[override]  # as in the library
        req: SocketModeRequest,
    ) -> None:
        """Handle one envelope, also during a drain: without an ack the person sees an error."""
        hearing.came()
        try:
            async with self._in_hand.one():
                await super().handle(client, req)
        except Exception:  # noqa: BLE001 - one envelope must not end the others
            _log.exception("slack.envelope", type=req.type)

    async def connected(self) -> bool:
        """Is there a living connection, on which Slack has said hello and somebody listens?"""
        session, listening = self.client.current_session, self.client.message_receiver
        if session is None or self._greeted is not session or listening is None or listening.done():
            return False
        return bool(await self.client.is_connected())

    async def drain(self, seconds: float) -> None:
        """Disconnect as soon as no envelope is in hand, at the latest after `seconds`."""
        if not await self._in_hand.idle(seconds):
            _log.warning("slack.drain", left=self._in_hand.count)
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
        await self._close()

    async def _close(self) -> None:
        """Close; a websocket on which Slack says no goodbye is cut, and the rest ends at once."""
        try:
            async with asyncio.timeout(CLOSE_WITHIN):
                await self.client.close()  # type: ignore[no-untyped-call]  # no types there
        except TimeoutError:
            await self.client.close()  # type: ignore[no-untyped-call]  # nor here

    async def _on_message(self, _client: object, message: dict[str, Any], _raw: object) -> None:
        if message.get("type") == "hello":
            self._greeted = self.client.current_session

    async def _watch(self) -> None:
        """Make a fresh connection whenever there was no living one for too long."""
        alive = time.monotonic()
        while True:
            await asyncio.sleep(self._silence / 4)
            if await self.connected():
                alive = time.monotonic()
            elif time.monotonic() - alive >= self._silence:
                _log.warning("slack.silent", seconds=round(time.monotonic() - alive, 1))
                await self._reconnect()
                alive = time.monotonic()

    async def _reconnect(self) -> None:
        try:
            await self.client.connect_to_new_endpoint(force=True)
        except Exception as error:  # noqa: BLE001 - Slack may be away: tried again
            _log.warning("slack.reconnect", error=type(error).__name__)
