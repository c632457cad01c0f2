"""How the ten seconds of an end are shared: a click in hand, then the engine, then what is told."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog

from bot.pace import Pace
from bot.slack import people
from bot.slack.receiving import CLOSE_WITHIN
from store.database import Database
from tests.story.house import QUICK, Build, House, living_house

REAL = Pace()
TEN = 10.0


@pytest.mark.parametrize(
    ("slack_took", "engine_has"), [(0.0, 6.0), (1.0, 5.0), (2.5, 3.5), (4.0, 2.0), (30.0, 0.0)]
)
def test_what_slack_takes_the_engine_has_less(slack_took: float, engine_has: float) -> None:
    assert REAL.for_engine(slack_took) == engine_has


def test_an_end_with_everything_at_its_slowest_stays_within_ten_seconds() -> None:
    slack = REAL.drain_slack + CLOSE_WITHIN
    assert slack + REAL.for_engine(slack) + REAL.drain_courier < TEN - 1


async def test_a_click_that_slack_makes_slow_is_decided_and_answered_before_the_end(
    build: Build, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack waits three seconds for an answer and sends no click twice, so an end waits too."""
    monkeypatch.setattr(people, "_DEADLINE", 30.0)  # a busy machine must not change the answer
    async with build(pace=REAL, start=False) as house:
        await house.app.start()
        await house.ready()
        await house.ask()
        card = await house.card()
        house.slack.faults.slow("users.info", 1.9)
        click = asyncio.create_task(house.person("ada").click(card, "approve"))
        await house.slack.until(lambda: not house.slack.faults.waiting)
        with structlog.testing.capture_logs() as lines:
            await house.app.stop()
        assert (await click).error is None
        assert not [one for one in lines if one["event"] == "slack.drain" or "part" in one], lines
        house.app.database = Database.open(sqlite_url)
        assert len((await house.request()).votes) == 1
        await house.app.database.dispose()


async def readiness(house: House) -> tuple[int, Any]:
    url = f"http://127.0.0.1:{house.app.health_port}/readyz"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, json.loads(await answer.text())


async def test_over_http_an_end_is_told_at_once_and_what_still_arrives_is_answered(
    tmp_path: Path, sqlite_url: str
) -> None:
    """Who balances needs a moment to notice, also when nothing is in hand."""
    pace = Pace(poll=QUICK.poll, courier=QUICK.courier, away=QUICK.away, stay=2.5)
    async with living_house(tmp_path, sqlite_url, pace=pace, start=False, mode="http") as house:
        await house.app.start()
        await house.ready()
        stopping = asyncio.create_task(house.app.stop())
        await asyncio.sleep(0)
        status, said = await readiness(house)
        assert (status, said["waiting_for"]) == (503, {"slack": "not connected"})
        for name in ("rae", "ada"):
            answer = await house.person(name).command("/integration-user help")
            assert answer.error is None
        assert not stopping.done()
        await stopping
        assert (await house.person("rae").command("/integration-user help")).error
        with suppress(aiohttp.ClientError):
            pytest.fail(f"still listens: {await readiness(house)}")
