"""The Bolt app: every listener answers before its ack is sent, and nothing ends without one."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse

from bot.config import Settings
from bot.flows.context import Context
from bot.slack.actions import Actions
from bot.slack.answering import Afterwards, sorry
from bot.slack.commands import Commands
from bot.slack.hearing import Acked, HearingApp
from bot.slack.http import STAY, Http
from bot.slack.modals import Modals
from bot.slack.options import Options
from bot.slack.payloads import door_of, place_of
from bot.slack.people import People
from bot.slack.receiving import Receiver
from bot.slack.socket import Socket
from bot.slack.voice import Voice
from bot.slack.web import Called, CountedClient, Route

__all__ = ["Http", "Receiver", "Socket", "Surface", "build", "receiver", "secret_of", "web_client"]

_log = structlog.get_logger(__name__)
_OAUTH = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")


def web_client(
    *,
    token: str,
    base_url: str,
    session: aiohttp.ClientSession,
    tls: ssl.SSLContext,
    route: Route,
    called: Called | None = None,
) -> CountedClient:
    """A Web API client on the shared session; the engine and the courier retry, not the transport.

    Its default retry handler repeats on connection errors, which can post a message twice
    (slack-platform 2.2). Without a proxy it would take HTTPS_PROXY by itself, whatever NO_PROXY
    says, so the proxy is set once more. `route` answers the proxy for an address: that of
    `base_url`, and of every response_url, which has another host.
    """
    proxy = route(base_url)
    client = CountedClient(
        token=token,
        base_url=base_url,
        session=session,
        ssl=tls,
        proxy=proxy,
        trust_env_in_session=False,
        retry_handlers=[],
    )
    client.proxy = proxy
    client.called = called or (lambda *_: None)
    client.route = route
    return client


@dataclass(frozen=True, slots=True)
class Surface:
    """The app with its listeners, and what they do after their acks."""

    app: AsyncApp
    afterwards: Afterwards


def receiver(
    surface: Surface,
    settings: Settings,
    route: Route,
    *,
    turned_away: Callable[[str], None] | None = None,
    stay: float = STAY,
) -> Receiver:
    """The way that `[slack] mode` names; `route` answers the proxy for an address.

    `turned_away` is told why HTTP mode did not take a request, in a word; `stay` is for how
    long an end over HTTP still listens.
    """
    app, slack = surface.app, settings.slack
    if slack.mode == "http":
        place: dict[str, Any] = {"host": slack.host, "port": slack.port}
        return Http(app, secret_of(settings), **place, turned_away=turned_away, stay=stay)
    token = settings.environment.slack_app_token
    return Socket(app, token.get_secret_value() if token else "", route=route)


def secret_of(settings: Settings) -> str:
    """What Slack signs its requests with; empty when none is set, as Socket Mode has no need."""
    secret = settings.environment.slack_signing_secret
    return secret.get_secret_value() if secret else ""


def build(
    ctx: Context,
    client: CountedClient,
    people: People,
    signing_secret: str,
    *,
    acked: Acked | None = None,
) -> Surface:
    """Build the app: every listener answers before its ack is sent; `acked` is told of each."""
    with _without_oauth():
        app = HearingApp(
            client=client,
            signing_secret=signing_secret,
            process_before_response=True,
            raise_error_for_unhandled_request=True,
        )
    app.acked = acked or (lambda *_: None)
    afterwards = Afterwards()
    voice = Voice(client, afterwards)
    modals = Modals(ctx, people, voice, afterwards)
    for part in (
        modals,
        Options(ctx),
        Commands(ctx, people, modals),
        Actions(ctx, people, voice, afterwards),
    ):
        part.register(app)
    app.error(LastResort(voice, afterwards).answer)
    return Surface(app=app, afterwards=afterwards)


@contextmanager
def _without_oauth() -> Iterator[None]:
    """Hide what makes Bolt leave its token for an OAuth flow: another app's id and secret.

    Bolt reads them from the environment by itself (slack-platform 3.2).
    """
    hidden = {name: os.environ.pop(name) for name in _OAUTH if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)


class LastResort:
    """Acks what no listener took or a listener dropped: without an ack Slack says "timed out"."""

    def __init__(self, voice: Voice, afterwards: Afterwards) -> None:
        self._voice = voice
        self._afterwards = afterwards

    async def answer(self, error: Exception, body: Mapping[str, Any]) -> BoltResponse:
        """Say in words what went wrong, as far as the payload has a place for them."""
        text = self._words(error, body)
        answer: dict[str, Any] = {}
        if "command" in body:
            answer = {"response_type": "ephemeral", "text": text}
        elif body.get("type") == "block_suggestion":
            answer = {"options": []}
        elif body.get("type") == "view_submission":
            inputs = [one for one in body["view"]["blocks"] if one["type"] == "input"]
            errors = {one["block_id"]: text for one in inputs[:1]}
            answer = {"response_action": "errors", "errors": errors} if errors else {}
        elif body.get("type") in {"block_actions", "shortcut"}:
            user, place = str(body["user"]["id"]), place_of(body)
            self._afterwards.do(self._voice.whisper(place, user, text, url=door_of(body)))
        return BoltResponse(
            status=200,
            body=json.dumps(answer) if answer else "",
            headers={"Content-Type": "application/json"},
        )

    def _words(self, error: Exception, body: Mapping[str, Any]) -> str:
        if not isinstance(error, BoltUnhandledRequestError):
            return sorry(error, "last resort")
        _log.warning("slack.unhandled", type=str(body.get("type") or body.get("command"))[:40])
        return "I do not know this button or window any more: it is from an older version of me."
