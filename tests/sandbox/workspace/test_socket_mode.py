"""Envelopes, acks, deadlines, disconnects, several connections (slack-platform 2, 2.1)."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.sandbox.workspace import Fact, SlackWorkspace
from tests.sandbox.workspace import shapes as s


class RawSocket:
    """A websocket client that acks only when told to."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(2):
            return await self.socket.receive_json()

    async def ack(self, envelope: dict[str, Any], **more: Any) -> None:
        await self.socket.send_json({"envelope_id": envelope["envelope_id"], **more})


Connect = Callable[[], Any]


@pytest.fixture
async def connect(ws: SlackWorkspace) -> AsyncIterator[Connect]:
    async with aiohttp.ClientSession() as session:

        @asynccontextmanager
        async def opened() -> AsyncIterator[RawSocket]:
            headers = {"Authorization": f"Bearer {ws.app_token}"}
            url = ws.api_url + "apps.connections.open"
            async with session.post(url, headers=headers) as answer:
                link = (await answer.json())["url"]
            async with session.ws_connect(link) as socket:
                yield RawSocket(socket)

        yield opened


def hurry(ws: SlackWorkspace, **more: Any) -> None:
    ws.switches = dataclasses.replace(ws.switches, ack_seconds=0.1, **more)


async def test_a_handshake_that_a_gateway_refuses_uses_up_no_ticket(ws: SlackWorkspace) -> None:
    ws.socket.turn_away()
    link = f"{ws.api_url.removesuffix('api/')}link/?ticket={ws.socket.ticket()}"
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(link)
        assert refused.value.status == 502
        async with session.ws_connect(link) as socket:
            assert (await RawSocket(socket).next())["type"] == "hello"
    assert len(ws.socket.issued) == 1


async def test_a_connection_is_greeted_with_hello(ws: SlackWorkspace, connect: Connect) -> None:
    async with connect() as first, connect() as second:
        hello = await first.next()
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        assert (await second.next())["num_connections"] == 2


async def test_a_link_works_once(ws: SlackWorkspace, connect: Connect) -> None:
    async with connect() as first:
        url = first.socket._response.url
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)
    assert ws.socket.refused == [Fact.LINK_ONCE]


async def test_an_envelope_wraps_the_payload_and_the_ack_brings_the_answer(
    ws: SlackWorkspace, connect: Connect
) -> None:
    async with connect() as bot:
        await bot.next()
        command = asyncio.create_task(ws.person("U0RAE").command("/integration-user help"))
        envelope = await bot.next()
        assert envelope["type"] == "slash_commands"
        assert envelope["accepts_response_payload"] is True
        assert envelope["payload"]["text"] == "help"
        await bot.ack(envelope, payload={"text": "Usage"})
        assert (await command).text == "Usage"
        await bot.ack(envelope)
        await ws.until(lambda: ws.complaints)
        assert [one.fact for one in ws.complaints] == [Fact.ACK_STRAY]


async def test_each_envelope_goes_to_one_connection_in_turn(
    ws: SlackWorkspace, connect: Connect
) -> None:
    async with connect() as one, connect() as two:
        await asyncio.gather(one.next(), two.next())
        for _ in range(4):
            command = asyncio.create_task(ws.person("U0RAE").command("/integration-user"))
            got = [asyncio.create_task(bot.next()) for bot in (one, two)]
            done, waiting = await asyncio.wait(got, return_when=asyncio.FIRST_COMPLETED)
            assert len(done) == 1
            bot = one if got[0] in done else two
            await bot.ack(done.pop().result())
            await command
            for task in waiting:
                task.cancel()
                await asyncio.wait([task])
        assert [c.received for c in ws.socket.connections] == [2, 2]


async def test_no_connection_is_seen_at_once(ws: SlackWorkspace) -> None:
    answer = await ws.person("U0RAE").command("/integration-user")
    assert answer.error == "dispatch_failed"


async def test_without_an_ack_in_time_the_person_sees_a_timeout(
    ws: SlackWorkspace, connect: Connect
) -> None:
    assert ws.switches.ack_seconds == 3.0
    hurry(ws)
    async with connect() as bot:
        await bot.next()
        answer = await ws.person("U0RAE").command("/integration-user")
        assert answer.error == "operation_timeout"
        assert [one.fact for one in ws.complaints] == [Fact.ACK_TIME]


@pytest.mark.parametrize(("obeyed", "seen"), [(False, []), (True, ["Better late"])])
async def test_a_late_ack_is_dropped_or_obeyed_as_the_switch_says(
    ws: SlackWorkspace, connect: Connect, *, obeyed: bool, seen: list[str]
) -> None:
    hurry(ws, late_ack_obeyed=obeyed)
    async with connect() as bot:
        await bot.next()
        assert (await ws.person("U0RAE").command("/integration-user")).error
        await bot.ack(await bot.next(), payload={"text": "Better late"})
        await bot.socket.ping()
        await asyncio.sleep(0.02)
        assert [m.text for m in ws.ephemerals("U0RAE")] == seen


@pytest.mark.parametrize("again", [True, False])
async def test_an_envelope_on_a_broken_connection_goes_to_another_one_or_is_lost(
    ws: SlackWorkspace, connect: Connect, *, again: bool
) -> None:
    ws.switches = dataclasses.replace(ws.switches, redeliver_unacked=again, ack_seconds=0.3)
    async with connect() as first:
        await first.next()
        command = asyncio.create_task(ws.person("U0RAE").command("/integration-user"))
        lost = await first.next()
        async with connect() as second:
            await second.next()
            await first.socket.close()
            if again:
                envelope = await second.next()
                assert envelope == lost
                await second.ack(envelope, payload={"text": "ok"})
                assert (await command).text == "ok"
            else:
                assert (await command).error == "operation_timeout"


async def test_a_disconnected_connection_gets_no_more_envelopes_but_may_still_ack(
    ws: SlackWorkspace, connect: Connect
) -> None:
    async with connect() as old:
        await old.next()
        command = asyncio.create_task(ws.person("U0RAE").command("/integration-user"))
        envelope = await old.next()
        await ws.socket.disconnect(reason="refresh_requested")
        message = await old.next()
        assert (message["type"], message["reason"]) == ("disconnect", "refresh_requested")
        await old.ack(envelope, payload={"text": "still here"})
        assert (await command).text == "still here"
        assert (await ws.person("U0RAE").command("/integration-user")).error == "dispatch_failed"


async def test_the_eleventh_connection_is_one_too_many(
    ws: SlackWorkspace, connect: Connect
) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(10):
            await (await stack.enter_async_context(connect())).next()
        extra = await stack.enter_async_context(connect())
        message = await extra.next()
        assert (message["type"], message["reason"]) == ("disconnect", "too_many_websockets")
        assert ws.socket.refused == [Fact.CONNECTIONS]


async def test_bolt_reconnects_after_a_refresh_and_goes_on_answering(
    ws: SlackWorkspace, connected: AsyncApp
) -> None:
    @connected.command("/integration-user")
    async def on_command(ack: AsyncAck) -> None:
        await ack("here")

    before = ws.count("apps.connections.open")
    await ws.socket.disconnect()
    await ws.until(lambda: ws.count("apps.connections.open") > before)
    await ws.connected()
    assert (await ws.person("U0RAE").command("/integration-user")).text == "here"


@pytest.mark.parametrize("politely", [True, False])
async def test_bolt_reconnects_after_its_connections_went_away(
    ws: SlackWorkspace, connected: AsyncApp, *, politely: bool
) -> None:
    @connected.command("/integration-user")
    async def on_command(ack: AsyncAck) -> None:
        await ack("here")

    await (ws.socket.close() if politely else ws.socket.drop())
    await ws.connected()
    assert (await ws.person("U0RAE").command("/integration-user")).text == "here"


async def test_two_bolt_handlers_share_the_work(ws: SlackWorkspace, app: AsyncApp) -> None:
    @app.command("/integration-user")
    async def on_command(ack: AsyncAck) -> None:
        await ack("here")

    handlers = [AsyncSocketModeHandler(app, ws.app_token) for _ in range(2)]
    for handler in handlers:
        await handler.connect_async()
    await ws.connected(2)
    rae = ws.person("U0RAE")
    answers = await asyncio.gather(*(rae.command("/integration-user") for _ in range(20)))
    assert {answer.text for answer in answers} == {"here"}
    assert [c.received for c in ws.socket.connections] == [10, 10]
    for handler in handlers:
        await handler.close_async()


async def test_bolt_answers_a_search(ws: SlackWorkspace, connected: AsyncApp) -> None:
    @connected.options("pick")
    async def on_search(ack: AsyncAck, payload: dict) -> None:
        await ack(options=[s.option(payload["value"].upper())])

    element = {"type": "external_select", "action_id": "pick", "min_query_length": 0}
    await connected.client.views_open(
        trigger_id=ws.world.new_trigger("U0RAE"), view=s.modal(s.field("object", element))
    )
    modal = await ws.person("U0RAE").modal()
    assert await modal.search("object", "acc") == [s.option("ACC")]


async def test_a_listener_that_fails_before_its_ack_is_a_timeout_for_the_person(
    ws: SlackWorkspace, connected: AsyncApp
) -> None:
    hurry(ws)

    @connected.command("/integration-user")
    async def on_command() -> None:
        raise RuntimeError("broken on purpose")

    answer = await ws.person("U0RAE").command("/integration-user")
    assert answer.error == "operation_timeout"
