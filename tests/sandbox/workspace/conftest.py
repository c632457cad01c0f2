"""A workspace, and a Bolt app of the smallest kind connected to it by Socket Mode."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import Reply, SlackWorkspace


@pytest.fixture(autouse=True)
def no_slack_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_SIGNING_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def ws() -> AsyncIterator[SlackWorkspace]:
    async with SlackWorkspace() as workspace:
        yield workspace


@pytest.fixture
async def client(ws: SlackWorkspace) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(
            token=ws.bot_token, base_url=ws.api_url, session=session, retry_handlers=[]
        )


@pytest.fixture
def app(ws: SlackWorkspace, client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=client, process_before_response=True)


@pytest.fixture
async def connected(ws: SlackWorkspace, app: AsyncApp) -> AsyncIterator[AsyncApp]:
    handler = AsyncSocketModeHandler(app, ws.app_token, ping_interval=1)
    await handler.connect_async()
    await ws.connected()
    yield app
    await handler.close_async()


class ScriptedBot:
    """A bot that answers deliveries as a test says, without any Slack library."""

    def __init__(self) -> None:
        self.got: list[dict] = []
        self.answers: list[dict] = []
        self.default: dict = {}

    async def deliver(self, _kind: str, payload: dict, *, late: object = None) -> Reply:  # noqa: ARG002 - the seam
        self.got.append(payload)
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if self.answers else self.default
        return Reply(payload=answer)


@pytest.fixture
def bot(ws: SlackWorkspace) -> ScriptedBot:
    scripted = ScriptedBot()
    ws.transport = scripted
    return scripted
