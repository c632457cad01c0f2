"""The baseline of the acks: a bare Bolt app whose listeners are empty, over either way."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import Message, SlackWorkspace
from tests.modes import Mode

Ack = Callable[[], Awaitable[None]]
_PATH = "/slack/events"
_BUTTON = {
    "type": "button",
    "action_id": "approve",
    "text": {"type": "plain_text", "text": "Approve"},
    "value": "1",
}
_FORM = {
    "type": "modal",
    "callback_id": "bare",
    "title": {"type": "plain_text", "text": "A form"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "Nothing to fill"}}],
}


@asynccontextmanager
async def bare_bolt(mode: Mode, *, before_response: bool) -> AsyncIterator[SlackWorkspace]:
    """An app that only acks; `/integration-user new` also opens a form, to have one to submit."""
    async with SlackWorkspace() as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        app = AsyncApp(
            client=client,
            signing_secret=slack.signing_secret,
            process_before_response=before_response,
        )

        async def nothing(ack: Ack) -> None:
            await ack()

        async def command(ack: Ack, body: dict[str, Any]) -> None:
            await ack()
            if body["text"] == "new":
                await client.views_open(trigger_id=body["trigger_id"], view=_FORM)

        app.command("/integration-user")(command)
        app.action(re.compile(".*"))(nothing)
        app.view("bare")(nothing)
        async with _served(app, slack, mode):
            yield slack


def card(slack: SlackWorkspace) -> Message:
    """A message with a button."""
    message = slack.post_as("U0BOT", "C0APPROVE", "a card")
    message.blocks = [{"type": "actions", "block_id": "b", "elements": [_BUTTON]}]
    return message


def _served(app: AsyncApp, slack: SlackWorkspace, mode: Mode) -> AbstractAsyncContextManager[None]:
    return _http(app, slack) if mode == "http" else _socket(app, slack)


@asynccontextmanager
async def _socket(app: AsyncApp, slack: SlackWorkspace) -> AsyncIterator[None]:
    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()
    await slack.connected()
    try:
        yield
    finally:
        await handler.close_async()


@asynccontextmanager
async def _http(app: AsyncApp, slack: SlackWorkspace) -> AsyncIterator[None]:
    """Bolt's own aiohttp application, with its check of the signature."""
    runner = web.AppRunner(app.web_app(_PATH), access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        slack.use_http(f"http://127.0.0.1:{runner.addresses[0][1]}{_PATH}")
        yield
    finally:
        await runner.cleanup()
