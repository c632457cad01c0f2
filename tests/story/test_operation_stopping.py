"""SIGTERM and SIGINT: what is in hand ends, nothing is lost, nobody waits long."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.orgs.faults import Delay
from bot.slack.http import STAY
from tests.modes import Mode
from tests.story.house import House
from tests.story.process import Bot, running, spawned, world

pytestmark = pytest.mark.slow
LIMIT = 10.0


@pytest.fixture
async def outside(tmp_path: Path, sqlite_url: str, mode: Mode) -> AsyncIterator[House]:
    async with world(tmp_path, sqlite_url, mode=mode) as house:
        yield house


async def stopped(bot: Bot, number: signal.Signals = signal.SIGTERM) -> float:
    """Seconds from the signal to the end; the end is a good one."""
    began = time.monotonic()
    assert await bot.terminate(number) == 0, bot.log
    assert "Traceback" not in "\n".join(bot.log)
    return time.monotonic() - began


def moment(line: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(line["timestamp"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_an_idle_bot_ends_at_once(outside: House, number: signal.Signals) -> None:
    """Over HTTP it listens for a second more: see test_stopping_in_time."""
    async with running(outside) as bot:
        await bot.idle()
        assert await stopped(bot, number) < LIMIT
    (begun,), (ended,) = bot.said("bot.stopping"), bot.said("bot.stopped")
    stays = STAY if outside.mode == "http" else 0.0
    assert moment(ended) - moment(begun) < timedelta(seconds=2 + stays)


async def test_work_in_hand_is_finished_and_told_before_the_end(outside: House) -> None:
    async with running(outside) as bot:
        await outside.ask()
        await outside.card()
        hold = outside.org.faults.hold(method="POST", sobject="User")
        await outside.approve()
        await hold.reached(outside.patience)
        ending = asyncio.create_task(stopped(bot))
        await bot.saying("bot.stopping")
        hold.release()
        assert await ending < LIMIT
    assert (await outside.request()).state == "provisioned"
    async with spawned(outside):
        await outside.ends("live")
        await outside.told()
    assert "live" in outside.slack.channel("C0APPROVE").messages[0].text


async def test_an_org_that_hangs_does_not_hold_the_end_and_the_work_goes_on(outside: House) -> None:
    async with running(outside) as bot:
        await outside.ask()
        await outside.card()
        fault = outside.org.faults.add(Delay(60), method="POST", sobject="User")
        await outside.approve()
        while not fault.hits:  # noqa: ASYNC110 - a plain counter
            await asyncio.sleep(0.02)
        assert await stopped(bot) < LIMIT
    async with spawned(outside):
        request = await outside.ends("live", "blocked")
        assert request.state == "live", request.finding
        await outside.told()


async def test_a_second_signal_does_not_break_the_end(outside: House) -> None:
    async with running(outside) as bot:
        await outside.ask()
        await outside.card()
        hold = outside.org.faults.hold(method="POST", sobject="User")
        await outside.approve()
        await hold.reached(outside.patience)
        ending = asyncio.create_task(stopped(bot))
        await bot.saying("bot.stopping")
        while not ending.done():
            for number in (signal.SIGTERM, signal.SIGINT):
                bot.send(number)
            await asyncio.sleep(0.02)
        assert ending.result() < LIMIT


async def test_who_asks_while_the_bot_ends_is_answered(house: House) -> None:
    """An envelope left without an answer would show the person an error of Slack's."""
    house.slack.faults.slow("views.open", 1.0)
    first = asyncio.create_task(house.person("rae").command("/integration-user new"))
    await house.slack.until(lambda: not house.slack.faults.waiting)
    ending = asyncio.create_task(house.app.receiver.drain(5.0))
    await asyncio.sleep(0.1)
    assert not first.done()
    late = await house.person("ada").command("/integration-user help")
    assert late.error is None
    assert (await first).error is None
    await ending
    assert not await house.app.receiver.connected()
    assert house.slack.complaints == []
