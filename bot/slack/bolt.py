"""The Bolt app and its Socket Mode: bounded, drained, on one shared HTTP session."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.flows.context import Context
from bot.slack.actions import Actions
from bot.slack.answering import Afterwards
from bot.slack.commands import Commands
from bot.slack.modals import Modals
from bot.slack.options import Options
from bot.slack.people import People

_log = structlog.get_logger(__name__)
_AT_ONCE = 64


def web_client(
    *,
    token: str,
    base_url: str,
    session: aiohttp.ClientSession,
    tls: ssl.SSLContext,
    proxy: str | None,
) -> AsyncWebClient:
    """A Web API client on the shared session; the engine and the courier retry, not the transport.

    Its default retry handler repeats on connection errors, which can post a message twice
    (slack-platform 2.2).
    """
    return AsyncWebClient(
        token=token,
        base_url=base_url,
        session=session,
        ssl=tls,
        proxy=proxy,
        trust_env_in_session=False,
        retry_handlers=[],
    )


@dataclass(frozen=True, slots=True)
class Surface:
    """The app with its listeners, and what they do after their acks."""

    app: AsyncApp
    afterwards: Afterwards


def build(ctx: Context, client: AsyncWebClient, people: People, signing_secret: str) -> Surface:
    """Build the app: every listener answers before its ack is sent."""
    app = AsyncApp(
        client=client,
        token=client.token,
        signing_secret=signing_secret,
        process_before_response=True,
        ignoring_self_events_enabled=True,
    )
    afterwards = Afterwards()
    modals = Modals(ctx, people, afterwards)
    for part in (
        modals,
        Options(ctx),
        Commands(ctx, people, modals),
        Actions(ctx, people, afterwards),
    ):
        part.register(app)
    return Surface(app=app, afterwards=afterwards)


class Socket(AsyncSocketModeHandler):
    """Socket Mode that bounds what runs at once and can be drained.

    The library starts one unreferenced task per envelope, without a bound, and its close does not
    wait for them (slack-platform 2.1).
    """

    def __init__(self, app: AsyncApp, app_token: str) -> None:
        super().__init__(app, app_token)
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = False

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Handle one envelope; while closing none is taken, so that Slack gives it elsewhere."""
        if self._closing:
            return
        self._running += 1
        self._idle.clear()
        try:
            async with self._free:
                await super().handle(client, req)
        except Exception:  # noqa: BLE001 - one envelope must not end the others
            _log.exception("slack.envelope", type=req.type)
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def connected(self) -> bool:
        """Is there a living connection to Slack?"""
        client: AsyncBaseSocketModeClient = self.client
        return bool(await client.is_connected())

    async def drain(self, seconds: float) -> None:
        """Take no more envelopes, finish those in hand for at most `seconds`, then disconnect."""
        self._closing = True
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            _log.warning("slack.drain", left=self._running)
        await self.close_async()  # type: ignore[no-untyped-call]
