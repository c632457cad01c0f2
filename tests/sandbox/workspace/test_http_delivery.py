"""The same people by signed HTTP requests, to the unmodified Bolt app (slack-platform 2)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import HttpTransport, SlackWorkspace
from tests.sandbox.workspace import shapes as s


@pytest.fixture
async def by_http(ws: SlackWorkspace, client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    app = AsyncApp(client=client, signing_secret=ws.signing_secret, process_before_response=True)

    async def events(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    site = web.Application()
    site.router.add_post("/slack/events", events)
    runner = web.AppRunner(site, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ws.use_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    yield app
    await runner.cleanup()


async def test_a_whole_form_travels_by_http(ws: SlackWorkspace, by_http: AsyncApp) -> None:
    @by_http.command("/integration-user")
    async def on_command(ack: AsyncAck, body: dict, client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=s.modal())
        await ack("Opening & ready")

    @by_http.view("form")
    async def on_submit(ack: AsyncAck) -> None:
        await ack(response_action="errors", errors={"name": "Taken"})

    rae = ws.person("U0RAE")
    assert (await rae.command("/integration-user new")).text == "Opening & ready"
    modal = await rae.modal()
    await modal.fill("name", "ü & <x>")
    assert (await modal.submit()).errors == {"name": "Taken"}


async def test_an_event_is_acknowledged(ws: SlackWorkspace, by_http: AsyncApp) -> None:
    seen = asyncio.Event()

    @by_http.event("app_home_opened")
    async def on_home() -> None:
        seen.set()

    assert (await ws.person("U0RAE").open_home()).error is None
    assert seen.is_set()


async def test_an_unhandled_request_is_seen_as_dispatch_failed(
    ws: SlackWorkspace, by_http: AsyncApp
) -> None:
    assert (await ws.person("U0RAE").command("/integration-user")).error == "dispatch_failed"


async def test_a_wrong_secret_is_refused(ws: SlackWorkspace, by_http: AsyncApp) -> None:
    @by_http.command("/integration-user")
    async def on_command(ack: AsyncAck) -> None:
        await ack("in")

    right = ws.transport
    assert isinstance(right, HttpTransport)
    wrong = HttpTransport(url=right.url, signing_secret="wrong", now=ws.world.now)
    ws.transport = wrong
    assert (await ws.person("U0RAE").command("/integration-user")).error == "dispatch_failed"
    old = HttpTransport(
        url=right.url, signing_secret=ws.signing_secret, now=lambda: ws.world.now() - 301
    )
    ws.transport = old
    assert (await ws.person("U0RAE").command("/integration-user")).error == "dispatch_failed"
    ws.transport = right
    assert (await ws.person("U0RAE").command("/integration-user")).text == "in"
    await wrong.close()
    await old.close()


async def test_silence_is_a_timeout_and_nobody_there_a_failure(
    ws: SlackWorkspace, by_http: AsyncApp
) -> None:
    @by_http.command("/integration-user")
    async def on_command(ack: AsyncAck) -> None:
        await asyncio.sleep(0.3)
        await ack()

    there = ws.transport
    assert isinstance(there, HttpTransport)
    hasty = HttpTransport(
        url=there.url, signing_secret=ws.signing_secret, now=ws.world.now, ack_seconds=0.05
    )
    ws.transport = hasty
    assert (await ws.person("U0RAE").command("/integration-user")).error == "operation_timeout"
    await hasty.close()
    ws.use_http("http://127.0.0.1:9/slack/events")
    assert (await ws.person("U0RAE").command("/integration-user")).error == "dispatch_failed"
    await there.close()
