"""How `run` starts, or says why it does not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cli.conftest import Type
from tests.story.house import House
from tests.story.process import Bot, running, spawned, world

pytestmark = pytest.mark.slow


@pytest.fixture
async def outside(tmp_path: Path, sqlite_url: str) -> AsyncIterator[House]:
    async with world(tmp_path, sqlite_url) as house:
        yield house


def words(bot: Bot) -> str:
    """What a person reads beside the log."""
    return "\n".join(line for line in bot.log if not line.startswith("{"))


async def test_without_tables_it_names_the_command_and_makes_none(
    outside: House, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.db"
    async with spawned(outside, DATABASE_URL=f"sqlite:///{empty}") as bot:
        assert await bot.gone() == 3
    assert "Run: integration-user-bot migrate" in words(bot)
    assert not empty.exists()


async def test_a_second_bot_on_the_same_file_is_refused_and_the_first_goes_on(
    outside: House,
) -> None:
    async with running(outside) as first:
        async with spawned(outside) as second:
            assert await second.gone() == 2
        assert "Another bot is running on" in words(second)
        assert (await first.readiness())[0] == 200


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
async def test_a_token_that_slack_refuses_ends_it_with_words(outside: House, name: str) -> None:
    wrong = ("xoxb-" if "BOT" in name else "xapp-") + "1-wrong"
    async with spawned(outside, **{name: wrong}) as bot:
        assert await bot.gone() == 2
    assert "Slack refuses the token" in words(bot)
    assert name in words(bot)
    assert wrong not in "\n".join(bot.log)
    assert "Traceback" not in words(bot)


async def test_a_database_that_cannot_be_reached_is_told(outside: House) -> None:
    url = "postgresql://rae:hunter2@127.0.0.1:1/bot"
    async with spawned(outside, DATABASE_URL=url) as bot:
        assert await bot.gone() == 1
    assert words(bot).startswith("The database cannot be used: ")
    assert "hunter2" not in "\n".join(bot.log)


@pytest.mark.parametrize("trouble", ["auth.test", "apps.connections.open"])
async def test_while_slack_is_away_it_stays_up_and_connects_when_slack_is_back(
    outside: House, trouble: str
) -> None:
    outside.slack.faults.fail(trouble, times=1000)
    async with spawned(outside) as bot:
        await bot.started()
        await bot.saying("slack.connect")
        assert (await bot.get("/healthz"))[0] == 200
        status, said = await bot.readiness()
        assert status == 503
        assert said["waiting_for"]["slack"] == "not connected"
        outside.slack.faults.clear()
        await bot.ready()


async def test_the_log_is_for_people_when_asked_and_names_the_request_otherwise(
    outside: House,
) -> None:
    bot = await Bot.spawn(outside.file, outside.environ, "--log-format", "console")
    try:
        await outside.slack.connected(timeout=outside.patience)
        assert bot.log
        assert not any(line.startswith("{") for line in bot.log)
    finally:
        await bot.kill()
    async with running(outside) as other:
        await outside.ask()
        await outside.card()
        begun = [one for one in other.said("run.begun") if one["run"] == "preflight-1-1"]
        assert [one["request_id"] for one in begun] == ["IU-1"]
        for line in other.log:
            json.loads(line)


async def test_requests_are_read_beside_a_running_bot(outside: House, typed: Type) -> None:
    async with running(outside):
        await outside.ask()
        await outside.card()
        url = outside.environ["DATABASE_URL"]
        listed = await asyncio.to_thread(typed, "requests", "--json", DATABASE_URL=url)
        assert [one["id"] for one in json.loads(listed.stdout)] == ["IU-1"]
        shown = await asyncio.to_thread(typed, "requests", "show", "IU-1", DATABASE_URL=url)
        assert shown.stdout.startswith("IU-1 Warehouse sync: requested in uat")
