"""Envelopes are handled side by side, and no silence, stop or reconnection loses one."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, Self

import pytest
import trustme
from slack_sdk.errors import SlackApiError

from bot.slack import bolt
from bot.slack.receiving import InHand
from tests.modes import Mode
from tests.slack.house import SlackHouse


@pytest.fixture
def mode() -> Mode:
    """This is about the websocket; test_http is about the other way."""
    return "socket"


@asynccontextmanager
async def another(house: SlackHouse, **given: Any) -> AsyncIterator[bolt.Socket]:
    """A connection of another process, with little patience."""
    options = {"ping_interval": 0.2, "silence": 0.6, **given}
    socket = bolt.Socket(house.surface.app, house.ws.app_token, **options)
    try:
        yield socket
    finally:
        await socket.drain(1)


class Relay:
    """A way to the workspace's websockets that can go silent, hang, or be encrypted."""

    def __init__(self, house: SlackHouse, tls: ssl.SSLContext | None = None) -> None:
        self._house = house
        self._tls = tls
        self._pipes: list[asyncio.Task[None]] = []
        self._lets_through = asyncio.Event()
        self._lets_through.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        scheme = "http" if self._tls is None else "https"
        port = self._server.sockets[0].getsockname()[1]
        self._target = self._house.ws._base
        self.address = f"{scheme}://127.0.0.1:{port}"
        self._house.ws._base = self.address
        return self

    async def __aexit__(self, *_: object) -> None:
        self._house.ws._base = self._target
        self.silence()
        self._server.close()

    def silence(self) -> None:
        """Pass nothing on any more on the connections that are there; they stay open."""
        for pipe in self._pipes:
            pipe.cancel()

    def hang(self) -> None:
        """Keep every byte, also of new connections, until it heals: nobody notices an end."""
        self._lets_through.clear()

    def heal(self) -> None:
        """Let everything through again, and what was kept first."""
        self._lets_through.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self._target.removeprefix("http://").split(":")
        there, back = await asyncio.open_connection(host, int(port))
        ways = ((reader, back), (there, writer))
        pipes = [asyncio.create_task(_pipe(*ends, self._lets_through)) for ends in ways]
        self._pipes += pipes
        await asyncio.wait(pipes)
        if not any(pipe.cancelled() for pipe in pipes):
            for end in (writer, back):
                end.close()
            return
        with suppress(ConnectionError):
            await reader.read()
        for end in (writer, back):
            end.close()


async def _pipe(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lets_through: asyncio.Event
) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            await lets_through.wait()
            writer.write(data)
            await writer.drain()
    writer.close()


async def test_envelopes_are_handled_side_by_side(slack_house: SlackHouse) -> None:
    slack_house.ws.faults.slow("users.info", 0.8, times=10)
    begun = time.monotonic()
    names = ("rae", "ada", "ben", "olu", "bea", "sam", "max")
    await asyncio.gather(*(slack_house.say(name, "show 1") for name in names))
    assert time.monotonic() - begun < 5


async def test_no_more_than_a_bound_is_handled_at_once(slack_house: SlackHouse) -> None:
    slack_house.socket._in_hand = InHand(2)
    slack_house.ws.faults.slow("users.info", 0.2, times=6)
    begun = time.monotonic()
    shown = await asyncio.gather(*(slack_house.say("rae", "show 1") for _ in range(6)))
    assert time.monotonic() - begun >= 0.6
    assert all("no request IU-1" in one for one in shown)


async def test_draining_finishes_what_is_in_hand_and_takes_nothing_more(
    slack_house: SlackHouse,
) -> None:
    slack_house.ws.faults.slow("users.info", 0.5)
    asked = asyncio.create_task(slack_house.say("rae", "show 1"))
    await slack_house.ws.until(lambda: slack_house.ws.faults.waiting == [])
    begun = time.monotonic()
    await slack_house.socket.drain(5)
    assert 0.2 < time.monotonic() - begun < 4.5
    assert "no request IU-1" in await asked
    assert await slack_house.say("rae", "help") == "dispatch_failed"


async def test_draining_waits_no_longer_than_it_may(slack_house: SlackHouse) -> None:
    slack_house.ws.faults.slow("users.info", 9)
    asked = asyncio.create_task(slack_house.person("rae").command("/integration-user show 1"))
    await slack_house.ws.until(lambda: slack_house.ws.faults.waiting == [])
    begun = time.monotonic()
    await slack_house.socket.drain(0.3)
    assert time.monotonic() - begun < 6
    asked.cancel()


async def test_an_end_waits_for_no_goodbye_of_a_slack_that_hangs(slack_house: SlackHouse) -> None:
    async with Relay(slack_house) as relay, another(slack_house, silence=60) as socket:
        await socket.connect_async()
        await slack_house.until(socket.connected)
        relay.hang()
        begun = time.monotonic()
        await socket.drain(0.1)
        assert time.monotonic() - begun < 6, "the library waits ten seconds"
        assert socket.client.aiohttp_client_session.closed
        relay.heal()


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_polite_disconnect_is_followed_by_a_new_connection(
    slack_house: SlackHouse, reason: str
) -> None:
    await slack_house.ws.socket.disconnect(reason=reason)
    await slack_house.ws.connected(1)
    assert "/integration-user new" in await slack_house.say("rae", "help")
    assert await slack_house.socket.connected()


async def test_a_disconnect_does_not_close_the_connection_that_was_made_meanwhile(
    slack_house: SlackHouse,
) -> None:
    """Slack asks the bot to go and closes at once, while a click is still in hand."""

    async def in_hand() -> None:
        async with slack_house.socket._in_hand.one():
            await asyncio.sleep(1.5)

    click = asyncio.create_task(in_hand())
    opened = slack_house.ws.count("apps.connections.open")
    await slack_house.ws.socket.disconnect(reason="warning")
    await slack_house.ws.socket.drop()
    await slack_house.ws.until(lambda: slack_house.ws.count("apps.connections.open") > opened)
    await slack_house.until(slack_house.socket.connected)
    kept = slack_house.socket.client.current_session
    await click
    await asyncio.sleep(1)
    assert slack_house.socket.client.current_session is kept
    assert slack_house.ws.count("apps.connections.open") == opened + 1
    assert "/integration-user new" in await slack_house.say("rae", "help")


async def test_a_lost_connection_is_made_again(slack_house: SlackHouse) -> None:
    await slack_house.ws.socket.drop()
    await slack_house.ws.connected(1, timeout=10)
    assert "/integration-user new" in await slack_house.say("rae", "help")


async def test_the_first_envelope_needs_no_question_who_we_are(slack_house: SlackHouse) -> None:
    before = slack_house.ws.count("auth.test")
    slack_house.ws.faults.fail("auth.test", times=5)
    assert "/integration-user new" in await slack_house.say("rae", "help")
    assert slack_house.ws.count("auth.test") == before
    slack_house.ws.faults.clear()


async def test_a_wrong_app_token_is_said_at_once(slack_house: SlackHouse) -> None:
    wrong = bolt.Socket(slack_house.surface.app, "xapp-wrong")
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await wrong.connect_async()
    await wrong.drain(0)


async def test_a_gateway_that_answers_for_slack_is_an_outage_and_no_refusal(
    slack_house: SlackHouse,
) -> None:
    other = bolt.Socket(slack_house.surface.app, slack_house.ws.app_token)
    for method in ("auth.test", "apps.connections.open"):
        slack_house.ws.faults.fail(method)
        with pytest.raises(ConnectionError, match="HTTP 503"):
            await other.connect_async()
    await other.drain(0)


async def test_an_address_that_is_used_up_is_left_for_a_fresh_one(slack_house: SlackHouse) -> None:
    other = bolt.Socket(slack_house.surface.app, slack_house.ws.app_token, ping_interval=0.1)
    other.client.patience = 0.3
    other.client.wss_uri = slack_house.ws.api_url.replace("http", "ws").replace("api/", "link/")
    with pytest.raises(TimeoutError):
        await other.client.connect()
    await other.client.connect_to_new_endpoint()
    await slack_house.ws.connected(2)
    await other.drain(0)


async def test_an_envelope_that_comes_twice_decides_once(slack_house: SlackHouse) -> None:
    card = await slack_house.asked()
    slack_house.ws.faults.slow("users.info", 0.4)
    click = asyncio.create_task(slack_house.person("ada").click(card.snapshot(), "approve"))
    await slack_house.ws.until(lambda: slack_house.ws.faults.waiting == [])
    await slack_house.ws.socket.drop()  # before the ack: Slack sends the envelope again
    assert (await click).error is None
    assert len((await slack_house.request()).votes) == 1
    assert not await slack_house.enqueued("provision-1-2")
    slack_house.ws.complaints.clear()  # the first ack came over a connection that is gone


async def test_a_connection_on_which_slack_says_no_hello_is_none_and_is_left(
    slack_house: SlackHouse, lines: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with another(slack_house) as socket:
        with monkeypatch.context() as patched:
            patched.setattr(slack_house.ws.socket, "_hello", lambda _number: {"type": "noise"})
            await socket.connect_async()
            await slack_house.ws.connected(2)
            await asyncio.sleep(0.2)
            assert not await socket.connected()
        await slack_house.until(socket.connected)
    assert "slack.silent" in {line["event"] for line in lines}


async def test_a_connection_that_went_silent_is_none_and_is_replaced(
    slack_house: SlackHouse,
) -> None:
    async with Relay(slack_house) as relay, another(slack_house) as socket:
        await socket.connect_async()
        await slack_house.until(socket.connected)
        first = socket.client.current_session
        relay.silence()

        async def lost() -> bool:
            return not await socket.connected()

        await slack_house.until(lost)
        await slack_house.until(socket.connected)
        assert socket.client.current_session is not first


async def test_a_connection_that_nobody_watches_any_more_is_made_again(
    slack_house: SlackHouse,
) -> None:
    """The library reconnects from a task of its own; when that has died, nothing would."""
    async with another(slack_house) as socket:
        await socket.connect_async()
        await slack_house.until(socket.connected)
        for task in (socket.client.current_session_monitor, socket.client.message_receiver):
            assert task is not None
            task.cancel()
        await asyncio.sleep(0)
        await slack_house.ws.socket.drop()
        assert not await socket.connected()
        await slack_house.until(socket.connected, seconds=10)
        await slack_house.ws.connected(1)


async def test_after_an_outage_in_silence_one_connection_is_left_and_every_click_is_answered(
    slack_house: SlackHouse,
) -> None:
    """Slack sends each envelope on one connection: on one that nobody reads it would be lost."""
    ws = slack_house.ws
    async with Relay(slack_house) as relay, another(slack_house) as socket:
        slack_house.client.base_url = f"{relay.address}/api/"
        await socket.connect_async()
        await slack_house.until(socket.connected)
        await slack_house.socket.drain(1)
        socket.client.patience = 0.5
        relay.hang()

        async def hanging() -> bool:
            return socket.client.connect_operation_lock.locked()

        for _ in range(2):
            await slack_house.until(hanging)
            await asyncio.sleep(0.6)
        relay.heal()
        await slack_house.until(socket.connected)
        await ws.until(lambda: len(ws.socket.connections) == 1)
        shown = await asyncio.gather(*(slack_house.say("rae", "help") for _ in range(10)))
        assert all("/integration-user new" in one for one in shown)
        assert len(ws.socket.connections) == 1


@pytest.mark.slow
async def test_two_that_want_a_new_connection_in_an_outage_make_one(
    slack_house: SlackHouse,
) -> None:
    """The library waits 5 s for its lock and then goes on without it."""
    async with Relay(slack_house) as relay, another(slack_house, silence=60) as socket:
        slack_house.client.base_url = f"{relay.address}/api/"
        await socket.connect_async()
        await slack_house.until(socket.connected)
        made = slack_house.ws.count("apps.connections.open")
        relay.hang()
        connect = socket.client.connect_to_new_endpoint
        both = [asyncio.create_task(connect(force=True)) for _ in range(2)]
        await asyncio.sleep(5.5)
        relay.heal()
        await asyncio.gather(*both)
        await slack_house.until(socket.connected)
        await slack_house.ws.connected(2)
        assert len(slack_house.ws.socket.connections) == 2, "one of each process"
        assert slack_house.ws.count("apps.connections.open") - made == 1


async def test_an_address_that_slack_does_not_give_is_not_waited_for_without_end(
    slack_house: SlackHouse,
) -> None:
    async with another(slack_house) as socket:
        slack_house.ws.faults.slow("apps.connections.open", 60)
        socket.client.patience = 0.2
        with pytest.raises(TimeoutError):
            await socket.client.connect_to_new_endpoint(force=True)
        socket.client.patience = 20
        await socket.client.connect_to_new_endpoint(force=True)
        await slack_house.until(socket.connected)


async def test_while_slack_is_away_the_watchdog_tries_on(
    slack_house: SlackHouse, lines: list[Any]
) -> None:
    async with another(slack_house) as socket:
        await socket.connect_async()
        await slack_house.until(socket.connected)
        slack_house.ws.faults.fail("apps.connections.open", times=6)
        await slack_house.ws.socket.drop()
        await slack_house.until(socket.connected, seconds=15)
    assert not [line for line in lines if line["log_level"] == "error"]


async def test_an_envelope_in_hand_is_acked_before_a_polite_disconnect_is_followed(
    slack_house: SlackHouse,
) -> None:
    slack_house.ws.switches = replace(slack_house.ws.switches, redeliver_unacked=False)
    slack_house.ws.faults.slow("users.info", 0.5)
    asked = asyncio.create_task(slack_house.say("rae", "show 1"))
    await slack_house.ws.until(lambda: slack_house.ws.faults.waiting == [])
    await slack_house.ws.socket.disconnect(reason="refresh_requested")
    assert "no request IU-1" in await asked
    await slack_house.until(slack_house.socket.connected)


async def test_several_processes_share_the_work_and_one_may_leave_without_a_loss(
    slack_house: SlackHouse,
) -> None:
    ws = slack_house.ws
    ws.switches = replace(ws.switches, redeliver_unacked=False)
    async with another(slack_house) as leaving:
        await leaving.connect_async()
        await ws.connected(2)
        shown = await asyncio.gather(*(slack_house.say("rae", "help") for _ in range(10)))
        assert all("/integration-user new" in one for one in shown)
        assert [one.received for one in ws.socket.connections] == [5, 5]
        ws.faults.slow("users.info", 0.5, times=4)
        slow = [asyncio.create_task(slack_house.say("rae", "show 1")) for _ in range(4)]
        await ws.until(lambda: ws.faults.waiting == [])
        ending = asyncio.create_task(leaving.drain(5))
        shown = await asyncio.gather(*(slack_house.say("ada", "help") for _ in range(10)))
        assert all("/integration-user new" in one for one in shown)
        assert all("no request IU-1" in one for one in await asyncio.gather(*slow))
        await ending
        assert "/integration-user new" in await slack_house.say("ada", "help")
        assert len(ws.socket.connections) == 1


async def test_the_proxy_is_asked_for_by_the_address_that_is_connected_to(
    slack_house: SlackHouse,
) -> None:
    """The websocket's host is not the Web API's: NO_PROXY may name one of them only."""
    asked: list[str] = []

    def route(url: str) -> str:
        asked.append(url)
        return "http://127.0.0.1:9"

    async with another(slack_house, route=route) as socket:
        socket.client.patience = 0.3
        with pytest.raises(TimeoutError):
            await socket.connect_async()
    assert [url.partition("?")[0].rpartition(":")[0] for url in asked] == ["ws://127.0.0.1"]


@pytest.mark.parametrize("trusted", [True, False])
async def test_the_websocket_trusts_the_certificates_that_the_bot_was_given(
    slack_house: SlackHouse, *, trusted: bool
) -> None:
    authority, client = trustme.CA(), ssl.create_default_context()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    if trusted:
        authority.configure_trust(client)
    slack_house.client.ssl = client
    async with Relay(slack_house, server), another(slack_house) as socket:
        socket.client.patience = 0.5
        if trusted:
            await socket.connect_async()
            await slack_house.until(socket.connected)
        else:
            with pytest.raises(TimeoutError):
                await socket.connect_async()
            assert not await socket.connected()
