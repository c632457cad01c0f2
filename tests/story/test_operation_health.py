"""What a supervisor sees: alive, ready or why not, numbers; and never anything secret."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import App, CannotListen
from bot.config import load
from tests.story.house import Build, House


async def ask(house: House, path: str) -> tuple[int, str]:
    url = f"http://127.0.0.1:{house.app.health_port}{path}"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def readiness(house: House) -> tuple[int, dict[str, Any]]:
    status, text = await ask(house, "/readyz")
    for secret in (house.slack.bot_token, house.slack.app_token, "BEGIN", house.environ["PATH"]):
        assert secret not in text
    return status, json.loads(text)


async def until_ready(house: House) -> None:
    async def there() -> bool:
        return (await readiness(house))[0] == 200

    await house.until_async(there)


@pytest.fixture
async def starting(build: Build) -> AsyncIterator[House]:
    """A house whose bot is started by the test."""
    async with build(start=False) as house:
        yield house


async def test_a_bot_that_is_well_says_so_and_counts(house: House) -> None:
    assert await ask(house, "/healthz") == (200, '{"status": "alive"}')
    assert await readiness(house) == (200, {"status": "ready", "refused_orgs": {}})
    status, text = await ask(house, "/metrics")
    assert status == 200
    assert "process_resident_memory_bytes" in text


@pytest.mark.parametrize("mode", ["socket"], indirect=True)
async def test_without_slack_it_is_alive_and_not_ready_until_slack_is_back(house: House) -> None:
    """Over HTTP it is Slack that calls: the bot cannot lose it."""
    house.slack.faults.fail("apps.connections.open", times=1000)
    await house.slack.transport.drop()

    async def gone() -> bool:
        return (await readiness(house))[0] == 503

    await house.until_async(gone)
    assert (await readiness(house))[1]["waiting_for"] == {"slack": "not connected"}
    assert (await ask(house, "/healthz"))[0] == 200
    house.slack.faults.clear()
    await until_ready(house)


async def test_until_the_first_look_at_an_org_has_ended_that_org_is_named(starting: House) -> None:
    hold = starting.org.faults.hold(path="token")
    await starting.app.start()
    try:
        await hold.reached()
        await starting.until_async(starting.app.receiver.connected)
        await asyncio.sleep(0.2)
        status, said = await readiness(starting)
        assert status == 503
        assert "org uat" in said["waiting_for"]
        hold.release()
        await until_ready(starting)
    finally:
        await starting.app.stop()


async def test_an_org_whose_kind_lies_is_named_and_the_bot_is_ready(build: Build) -> None:
    tables = {"orgs.uat": {"kind": "production"}}
    async with build(tables=tables) as house:
        status, said = await readiness(house)
        assert status == 200
        assert list(said["refused_orgs"]) == ["uat"]
        assert "sandbox" in said["refused_orgs"]["uat"].lower()


async def test_a_port_that_is_taken_is_told_and_everything_is_stopped(
    tmp_path: Path, sqlite_url: str, house: House
) -> None:

    text = house.file.read_text("utf-8").replace(
        "[health]\nport = 0", f"[health]\nport = {house.app.health_port}"
    )
    other = house.file.with_name("other.toml")
    other.write_text(text, "utf-8")
    app = App(load(other, house.environ, running=True), house.environ)
    with pytest.raises(CannotListen, match=f"port {house.app.health_port}"):
        await app.start()
    assert (await ask(house, "/healthz"))[0] == 200
