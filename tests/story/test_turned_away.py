"""What HTTP mode does not take can be counted, and the log says what to mend."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, get_args, get_type_hints
from urllib.parse import urlencode

import aiohttp
import pytest
import structlog

from bot import metrics
from bot.sandbox.workspace import HttpTransport
from bot.slack import hearing, http, signing
from tests.modes import Mode
from tests.story.house import House
from tests.story.test_metrics import count

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HELP = urlencode({"command": "/integration-user", "text": "help", "user_id": "U0RAE"}).encode()
Status = Callable[..., Awaitable[int]]


@pytest.fixture
def mode() -> Mode:
    """Only requests can be turned away; an envelope comes on a connection that we opened."""
    return "http"


@pytest.fixture
def lines(house: House) -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as caught:
        yield caught


@pytest.fixture
def post(house: House) -> Status:
    """Send bytes as Slack does, by a clock that is so many seconds ahead of ours."""
    slack = house.slack.transport
    assert isinstance(slack, HttpTransport)

    async def posted(body: bytes = HELP, *, secret: str = "", ahead: float = 0) -> int:
        signer = HttpTransport(
            url=slack.url,
            signing_secret=secret or house.slack.signing_secret,
            now=lambda: time.time() + ahead,
        )
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                slack.url, data=io.BytesIO(body), headers=FORM | signer.signature(body)
            ) as answer,
        ):
            return answer.status

    return posted


async def counted(house: House) -> dict[str, float]:
    """How many were turned away, by reason."""
    name = "slack_turned_away_total"
    found = {why: await count(house, name, reason=why) for why in metrics.TURNED_AWAY}
    assert sum(found.values()) == await count(house, name)
    return {why: number for why, number in found.items() if number}


async def test_with_another_apps_secret_every_click_is_counted_and_told_in_the_log(
    house: House, post: Status, lines: list[Any]
) -> None:
    assert await counted(house) == {}
    assert [await post(secret="another app's") for _ in range(3)] == [401] * 3
    assert await counted(house) == {"wrong_signature": 3}
    said = [one for one in lines if one["event"] == "slack.unsigned"]
    assert {one["reason"] for one in said} == {"wrong_signature"}
    assert all(abs(one["age"]) < 300 for one in said)


@pytest.mark.parametrize("ahead", [7200, -7200])
async def test_with_a_clock_that_is_off_the_log_says_by_how_much(
    house: House, post: Status, lines: list[Any], ahead: int
) -> None:
    assert await post(ahead=ahead) == 401
    assert await counted(house) == {"wrong_time": 1}
    (line,) = [one for one in lines if one["event"] == "slack.unsigned"]
    assert line["reason"] == "wrong_time"
    assert abs(line["age"] + ahead) < 300


async def test_what_is_signed_and_not_understood_or_too_large_is_counted(
    house: House, post: Status
) -> None:
    async def without_an_end() -> Any:
        for _ in range(http.LARGEST // 65536 + 2):
            yield b"x" * 65536

    assert await post(b"nothing") == 400
    assert await post(b"x" * (http.LARGEST + 1)) == 413
    url = house.slack.transport.url  # type: ignore[attr-defined]  # it is HTTP
    async with aiohttp.ClientSession() as session:
        async with session.post(url, data=without_an_end()) as answer:
            assert answer.status == 413
        async with session.post(url, data=HELP, headers=FORM) as answer:
            assert answer.status == 401
    assert await counted(house) == {"malformed": 1, "too_large": 2, "no_signature": 1}


async def test_noise_is_counted_apart_from_what_slack_signed(house: House) -> None:
    url = house.slack.transport.url  # type: ignore[attr-defined]  # it is HTTP
    compressed = {**FORM, "Content-Encoding": "gzip"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=b"garbage", headers=compressed) as answer,
    ):
        assert answer.status == 415
    _, writer = await asyncio.open_connection("127.0.0.1", house.app.slack_port)
    writer.write(f"POST {http.PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc".encode())
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.close()

    async def both() -> bool:
        return await counted(house) == {"unsupported": 1, "broken_off": 1}

    await house.until_async(both)


async def test_what_comes_too_early_or_is_too_much_at_once_is_counted(
    house: House, post: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.app.receiver, "_introduced", False)
    assert await post() == 503
    monkeypatch.undo()
    monkeypatch.setattr(http, "_OPEN", 0)
    assert await post() == 503
    assert await counted(house) == {"not_ready": 1, "too_many": 1}


def test_every_reason_that_can_be_given_is_shown_as_0_from_the_start() -> None:
    of_401 = get_args(get_type_hints(signing.Flaw)["reason"])
    given = {*of_401, *http._REASONS.values(), "broken_off", "malformed", "too_many", "not_ready"}
    assert given == set(metrics.TURNED_AWAY)
    assert {*hearing._KINDS.values(), "command", "other"} == set(metrics.KINDS)
    page = metrics.Metrics().exposed(None, tick_age=0).decode()
    for why in metrics.TURNED_AWAY:
        assert f'slack_turned_away_total{{reason="{why}"}} 0.0' in page, why
    for kind in metrics.KINDS:
        assert f'acks_total{{kind="{kind}",outcome="failed"}} 0.0' in page, kind
