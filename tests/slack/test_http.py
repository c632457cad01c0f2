"""HTTP mode: only Slack is heard, nothing is done twice, and an end loses nobody."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import logging
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.sandbox.workspace import HttpTransport, payloads
from bot.sandbox.workspace.delivery import encode
from bot.slack import bolt, http
from bot.slack.receiving import InHand
from tests.modes import Mode
from tests.slack.house import SlackHouse


@pytest.fixture
def mode() -> Mode:
    """This is about requests that Slack sends; test_socket is about the other way."""
    return "http"


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
HELP = {"command": "/integration-user", "text": "help", "user_id": "U0RAE", "team_id": "T0ACME"}

MALFORMED = [
    b"",
    b"nothing",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"{}",
    b'{"type": "block_actions"}',
    b'{"type": "block_actions", "user": "U0RAE"}',
    b'{"type": "view_submission", "user": {"id": "U0RAE"}}',
    b'{"type": "view_submission", "user": {"id": "U0RAE"}, "view": []}',
    b'{"type": "event_callback"}',
    b'{"type": "url_verification"}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"payload=",
    b"payload=%7B",
    b"payload=[]",
    b"command=%2Fintegration-user",
    b"command=&user_id=U0RAE",
    b'{"team": 1, "enterprise": 5, "authorizations": 3}',
]
"""Bodies that Slack signs and never sends."""


@dataclass
class Wire:
    """Bytes on their way to the bot, as anybody on the network could send them."""

    house: SlackHouse
    session: aiohttp.ClientSession

    @property
    def transport(self) -> HttpTransport:
        assert isinstance(self.house.ws.transport, HttpTransport)
        return self.house.ws.transport

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.transport.url.split("/")[2].partition(":")
        return host, int(port)

    async def post(
        self, body: Any, headers: Mapping[str, str] | None = None, *, signed: bool = True
    ) -> tuple[int, str]:
        """Post bytes, signed by Slack unless said otherwise; status and text of the answer."""
        all_headers = dict(FORM if headers is None else headers)
        if signed:
            all_headers |= self.transport.signature(body)
        async with self.session.post(self.transport.url, data=body, headers=all_headers) as answer:
            return answer.status, await answer.text()

    @property
    def receiver(self) -> bolt.Http:
        assert isinstance(self.house.receiver, bolt.Http)
        return self.house.receiver

    async def until_reading(self, bodies: int = 1) -> None:
        """Wait until the bot reads as many bodies."""
        async with asyncio.timeout(20):
            while self.receiver._open != bodies:  # noqa: ASYNC110 - a plain number
                await asyncio.sleep(0.01)

    async def connection_after(self, body: bytes) -> str | None:
        """What the answer to a signed body says about the connection it came on."""
        headers = {**FORM, **self.transport.signature(body)}
        async with self.session.post(self.transport.url, data=body, headers=headers) as answer:
            assert answer.status == 200
            return answer.headers.get("Connection")

    async def raw(self, text: bytes) -> bytes:
        """Send bytes that are no HTTP, or not yet all of it; what comes back until the end."""
        reader, writer = await asyncio.open_connection(*self.address)
        writer.write(text)
        await writer.drain()
        answer = await reader.read(4096)
        writer.close()
        await writer.wait_closed()
        return answer


@pytest.fixture
async def wire(slack_house: SlackHouse) -> Any:
    async with aiohttp.ClientSession() as session:
        yield Wire(slack_house, session)


def tracebacks(lines: list[Any], caplog: pytest.LogCaptureFixture) -> list[Any]:
    """What was logged as an error, by us or by a library."""
    ours = [line for line in lines if line["log_level"] in {"error", "critical"}]
    return [*ours, *(one for one in caplog.records if one.levelno >= logging.ERROR)]


def event(number: str = "Ev01", user: str = "U0RAE") -> bytes:
    inner = {"type": "app_home_opened", "user": user, "tab": "home", "channel": "D0"}
    outer = {"type": "event_callback", "event_id": number, "team_id": "T0ACME", "event": inner}
    return json.dumps(outer).encode()


async def test_what_slack_signed_is_answered(wire: Wire) -> None:
    status, text = await wire.post(urlencode(HELP).encode())
    assert status == 200
    assert "/integration-user new" in text


@pytest.mark.parametrize("seconds", [-301, 301, -86400])
async def test_what_is_older_or_newer_than_five_minutes_is_refused(
    wire: Wire, seconds: int
) -> None:
    other = HttpTransport(
        url=wire.transport.url,
        signing_secret=wire.house.ws.signing_secret,
        now=lambda: time.time() + seconds,
    )
    body = urlencode(HELP).encode()
    status, _ = await wire.post(body, {**FORM, **other.signature(body)}, signed=False)
    assert status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "now", "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "9" * 400, "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "9" * 5000, "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "{now}", "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "{now}", "X-Slack-Signature": "v0=\u00e9"},
        {"X-Slack-Request-Timestamp": "{now}", "X-Slack-Signature": ""},
    ],
)
async def test_what_slack_did_not_sign_is_refused_without_a_word_of_why(
    wire: Wire,
    lines: list[Any],
    caplog: pytest.LogCaptureFixture,
    headers: dict[str, str],
) -> None:
    filled = {name: text.replace("{now}", str(int(time.time()))) for name, text in headers.items()}
    for body in (urlencode(HELP).encode(), b"\xff\xfe", b"", b"ssl_check=1"):
        status, text = await wire.post(body, {**FORM, **filled}, signed=False)
        assert (status, json.loads(text)) == (401, {"error": "invalid request"})
    assert tracebacks(lines, caplog) == []


async def test_a_signature_holds_for_its_own_body_only(wire: Wire) -> None:
    signature = wire.transport.signature(urlencode(HELP).encode())
    body = urlencode({**HELP, "user_id": "U0MAX"}).encode()
    assert (await wire.post(body, {**FORM, **signature}, signed=False))[0] == 401


@pytest.mark.parametrize("form", ["whole", "chunked"])
async def test_a_body_larger_than_a_megabyte_is_refused(wire: Wire, form: str) -> None:
    body = b"text=" + b"a" * http.LARGEST

    async def chunks() -> Any:
        for begin in range(0, len(body), 65536):
            yield body[begin : begin + 65536]

    sent = io.BytesIO(body) if form == "whole" else chunks()
    headers = {**FORM, **wire.transport.signature(body)}
    assert (await wire.post(sent, headers, signed=False))[0] == 413
    assert (await wire.post(urlencode(HELP).encode()))[0] == 200


@pytest.mark.parametrize("headers", [FORM, JSON], ids=["form", "json"])
async def test_a_malformed_body_is_refused_without_a_traceback(
    wire: Wire,
    lines: list[Any],
    caplog: pytest.LogCaptureFixture,
    headers: dict[str, str],
) -> None:
    for body in MALFORMED:
        status, text = await wire.post(body, headers)
        assert (status, json.loads(text)) == (400, {"error": "malformed"}), body[:80]
    assert tracebacks(lines, caplog) == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_refused(wire: Wire, method: str) -> None:
    async with wire.session.request(method, wire.transport.url) as answer:
        assert answer.status == 405


@pytest.mark.parametrize("path", ["/", "/slack", "/slack/events/", "/healthz", "/slack/install"])
async def test_other_paths_are_not_there(wire: Wire, path: str) -> None:
    host, port = wire.address
    async with wire.session.post(f"http://{host}:{port}{path}") as answer:
        assert answer.status == 404


HEAD = b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\n"
NO_HTTP = {
    "tls": b"\x16\x03\x01 this is no HTTP\r\n\r\n",
    "no method": b"\r\n\r\nhello\r\n\r\n",
    "bad length": HEAD + b"Content-Length: many\r\n\r\n{}",
    "bad header": HEAD + b"No colon\r\n\r\n",
    "bad chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nfoo\r\n",
    "second chunk bad": HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\nfoo\r\n",
}


@pytest.mark.parametrize("name", NO_HTTP)
async def test_bytes_that_are_no_http_are_refused_without_a_traceback(
    wire: Wire, lines: list[Any], caplog: pytest.LogCaptureFixture, name: str
) -> None:
    assert b" 400 " in await wire.raw(NO_HTTP[name])
    assert tracebacks(lines, caplog) == []
    assert "/integration-user new" in await wire.house.say("rae", "help")


async def test_a_chunk_that_breaks_off_later_is_refused_without_a_traceback(
    wire: Wire,
    lines: list[Any],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "_READ_WITHIN", 0.3)
    reader, writer = await asyncio.open_connection(*wire.address)
    writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
    await wire.until_reading()
    writer.write(b"zz\r\nfoo\r\n")
    assert b" 408 " in await reader.read(4096)  # the server tells nobody who is reading
    writer.close()
    await asyncio.sleep(0.1)
    assert tracebacks(lines, caplog) == []


async def test_who_hangs_up_in_the_middle_of_a_body_leaves_no_traceback(
    wire: Wire, lines: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection(*wire.address)
    writer.write(HEAD + b"Content-Length: 100\r\n\r\nabc")
    await wire.until_reading()
    writer.close()
    await wire.until_reading(0)
    assert tracebacks(lines, caplog) == []
    assert "slack.broken_off" in {line["event"] for line in lines}


@pytest.mark.parametrize("signed", [True, False])
async def test_a_compressed_body_is_refused_before_it_is_read(
    wire: Wire,
    lines: list[Any],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    *,
    signed: bool,
) -> None:
    """A megabyte can hold a thousand, and inflating them would let nobody else have a turn."""
    inflating: list[Any] = []
    bomb = gzip.compress(b"\0" * 20_000_000)
    with monkeypatch.context() as patched:
        patched.setattr(zlib, "decompressobj", lambda **how: inflating.append(how))
        encodings = ("gzip", "deflate", "br", "zstd", "identity")
        for body, encoding in [(bomb, "gzip"), *((b"garbage", one) for one in encodings)]:
            headers = {**FORM, "Content-Encoding": encoding}
            status, text = await wire.post(body, headers, signed=signed)
            assert (status, json.loads(text)) == (415, {"error": "compressed"})
    assert inflating == []
    assert tracebacks(lines, caplog) == []
    assert "/integration-user new" in await wire.house.say("rae", "help")


async def test_who_sends_too_slowly_is_not_waited_for(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_READ_WITHIN", 0.1)
    head = b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: 100\r\n\r\nhalf of it"
    assert b" 408 " in await wire.raw(head)


async def test_slack_may_check_the_address(wire: Wire) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"}).encode()
    status, text = await wire.post(body, JSON)
    assert status == 200
    assert "3eZbrw1a" in text
    assert (await wire.post(body, JSON, signed=False))[0] == 401


class Ear:
    """A listener of an event, which the product has none of yet."""

    def __init__(self, house: SlackHouse) -> None:
        self.heard: list[str] = []
        self.hold = asyncio.Event()
        self.hold.set()
        self.failures = 0
        house.surface.app.event("app_home_opened")(self.on_event)

    async def on_event(self, body: dict[str, Any]) -> None:
        self.heard.append(body["event_id"])
        await self.hold.wait()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the database is away")


def retry(number: int) -> dict[str, str]:
    return {**JSON, "X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"}


async def test_an_event_that_slack_sends_again_is_heard_once(wire: Wire) -> None:
    ear = Ear(wire.house)
    assert (await wire.post(event("Ev01"), JSON))[0] == 200
    for number in (1, 2, 3):
        assert (await wire.post(event("Ev01"), retry(number)))[0] == 200
    assert (await wire.post(event("Ev02"), JSON))[0] == 200
    assert ear.heard == ["Ev01", "Ev02"]


async def test_an_event_sent_again_while_the_first_is_at_work_waits_for_it(wire: Wire) -> None:
    ear = Ear(wire.house)
    ear.hold.clear()
    both = [asyncio.create_task(wire.post(event(), headers)) for headers in (JSON, retry(1))]
    while not ear.heard:  # noqa: ASYNC110 - a plain list
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert not any(one.done() for one in both)
    ear.hold.set()
    assert [(await one)[0] for one in both] == [200, 200]
    assert ear.heard == ["Ev01"]


async def test_what_failed_is_done_when_it_comes_again() -> None:
    once, answers = http.Once(2), iter([500, 200, 200])

    async def work() -> Any:
        return bolt.BoltResponse(status=next(answers), body="")

    for expected in (500, 200, 200):
        assert (await once.do("Ev01", work)).status == expected
    assert next(answers) == 200  # the third was the second's answer


async def test_what_is_remembered_has_an_end() -> None:
    once = http.Once(3)

    async def work() -> Any:
        return bolt.BoltResponse(status=200, body="")

    for number in range(20):
        await once.do(str(number), work)
    assert list(once._answers) == ["17", "18", "19"]


async def test_a_click_sent_again_by_a_proxy_decides_once_and_says_nothing_twice(
    wire: Wire,
) -> None:
    card = await wire.house.asked()
    url = wire.house.ws._urls.new(
        user="U0ADA", channel=wire.house.ws.channels["C0APPROVE"], message=card, ephemeral=False
    )
    block, element = next(
        (block, one)
        for block in card.blocks
        for one in block.get("elements", [])
        if one.get("action_id") == "approve"
    )
    world = wire.house.ws.world
    click = payloads.message_action(
        world,
        user="U0ADA",
        message=card,
        action=payloads.action_of(world, block=block, element=element, entry=None),
        url=url,
        ephemeral=False,
    )
    body, kind = encode("interactive", click)
    headers = {"Content-Type": kind, **wire.transport.signature(body)}
    answers = [await wire.post(body, headers, signed=False) for _ in range(3)]
    assert {status for status, _ in answers} == {200}
    assert len((await wire.house.request()).votes) == 1
    assert wire.house.person("ada").ephemerals() == []


async def test_who_hangs_up_does_not_stop_a_decision(wire: Wire) -> None:
    card = await wire.house.asked()
    wire.house.ws.faults.slow("users.info", 0.5)
    wire.transport._ack_seconds = 0.2
    answer = await wire.house.person("ada").click(card, "approve")
    assert answer.error == "operation_timeout"

    async def decided() -> bool:
        return len((await wire.house.request()).votes) == 1

    await wire.house.until(decided)


async def test_bolts_own_headers_are_not_obeyed(wire: Wire) -> None:
    """They would run a listener's second half alone, or another function than was registered."""
    headers = {**FORM, "X-Slack-Bolt-Lazy-Only": "1", "X-Slack-Bolt-Lazy-Function-Name": "work"}
    status, text = await wire.post(urlencode(HELP).encode(), headers)
    assert status == 200
    assert "/integration-user new" in text


async def test_requests_are_answered_side_by_side(slack_house: SlackHouse) -> None:
    slack_house.ws.faults.slow("users.info", 0.8, times=10)
    begun = time.monotonic()
    names = ("rae", "ada", "ben", "olu", "bea", "sam", "max")
    await asyncio.gather(*(slack_house.say(name, "show 1") for name in names))
    assert time.monotonic() - begun < 5


async def test_no_more_than_a_bound_is_answered_at_once(slack_house: SlackHouse) -> None:
    receiver = slack_house.receiver
    assert isinstance(receiver, bolt.Http)
    receiver._in_hand = InHand(2)
    slack_house.ws.faults.slow("users.info", 0.2, times=6)
    begun = time.monotonic()
    shown = await asyncio.gather(*(slack_house.say("rae", "show 1") for _ in range(6)))
    assert time.monotonic() - begun >= 0.6
    assert all("no request IU-1" in one for one in shown)


async def test_a_flood_is_turned_away_and_the_bot_goes_on(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_OPEN", 3)
    wire.house.ws.faults.slow("users.info", 0.3, times=3)
    bodies = [
        urlencode({**HELP, "text": "show 1", "trigger_id": str(n)}).encode() for n in range(8)
    ]
    statuses = [status for status, _ in await asyncio.gather(*(wire.post(b) for b in bodies))]
    assert statuses.count(200) == 3
    assert statuses.count(503) == 5
    assert (await wire.post(urlencode(HELP).encode()))[0] == 200


async def test_an_end_answers_what_is_in_hand_and_what_still_arrives(wire: Wire) -> None:
    house = wire.house
    house.ws.faults.slow("users.info", 0.5)
    first = asyncio.create_task(house.say("rae", "show 1"))
    await house.ws.until(lambda: house.ws.faults.waiting == [])
    ending = asyncio.create_task(house.receiver.drain(5))
    await asyncio.sleep(0.05)
    assert not await house.receiver.connected()
    assert "/integration-user new" in await house.say("ada", "help")
    await ending
    assert "no request IU-1" in await first
    assert await house.say("rae", "help") == "dispatch_failed"


async def test_an_end_listens_for_a_while_also_when_nothing_is_in_hand(wire: Wire) -> None:
    """Slack sends no click twice, and whoever balances needs a moment to send it elsewhere."""
    wire.receiver._stay = 2.0
    assert (await wire.connection_after(urlencode(HELP).encode())) != "close"
    begun = time.monotonic()
    ending = asyncio.create_task(wire.receiver.drain(5))
    await asyncio.sleep(0)
    assert not await wire.receiver.connected()
    body = urlencode({**HELP, "trigger_id": "2"}).encode()
    assert (await wire.connection_after(body)) == "close"
    await ending
    assert time.monotonic() - begun >= 1.9
    assert await wire.house.say("rae", "help") == "dispatch_failed"


async def test_who_was_never_reachable_for_slack_stays_for_nobody(slack_house: SlackHouse) -> None:
    ws = slack_house.ws
    other = bolt.Http(slack_house.surface.app, ws.signing_secret, host="127.0.0.1", port=0, stay=60)
    await other.listen()
    async with asyncio.timeout(20):
        await other.drain(60)


async def test_an_end_waits_no_longer_than_it_may(wire: Wire) -> None:
    wire.house.ws.faults.slow("users.info", 9)
    asked = asyncio.create_task(wire.house.person("rae").command("/integration-user show 1"))
    await wire.house.ws.until(lambda: wire.house.ws.faults.waiting == [])
    begun = time.monotonic()
    await wire.house.receiver.drain(0.2)
    assert time.monotonic() - begun < 6
    asked.cancel()


async def test_until_slack_says_who_we_are_nothing_is_answered(slack_house: SlackHouse) -> None:
    ws = slack_house.ws
    other = bolt.Http(slack_house.surface.app, ws.signing_secret, host="127.0.0.1", port=0)
    port = await other.listen()
    ws.use_http(f"http://127.0.0.1:{port}/slack/events")
    assert not await other.connected()
    assert await slack_house.say("rae", "help") == "dispatch_failed"
    ws.faults.fail("auth.test")
    with pytest.raises(ConnectionError, match="HTTP 503"):
        await other.connect_async()
    assert not await other.connected()
    await other.connect_async()
    assert await other.connected()
    assert "/integration-user new" in await slack_house.say("rae", "help")
    await other.drain(1)


async def test_nothing_secret_is_answered_or_logged(
    wire: Wire, lines: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ws = wire.house.ws
    told = [
        await wire.post(urlencode({**HELP, "text": "new"}).encode()),
        await wire.post(b"[]"),
        await wire.post(urlencode(HELP).encode(), signed=False),
    ]
    everything = f"{told}\n{lines}\n{caplog.text}"
    assert ws.signing_secret not in everything
    assert ws.bot_token not in "\n".join(f"{told}{lines}".splitlines())
