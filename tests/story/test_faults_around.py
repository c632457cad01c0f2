"""Clocks that differ, an archived channel, a database that is away, bots that start at once."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.kill.dying import end_of
from tests.postgres import Postgres
from tests.story.house import House
from tests.story.looking import READ_ACCOUNT, finding
from tests.story.process import Bot, running, world
from tests.story.test_metrics import count


def org_clock(house: House, ahead: timedelta) -> None:
    """The org's clock differs from now on, and the bot has to log in anew."""
    house.org.world.clock = lambda: datetime.now(UTC) + ahead
    house.org.expire_sessions()


async def test_a_clock_that_is_behind_is_named_and_right_again_the_work_goes_on(
    house: House,
) -> None:
    await house.ask(READ_ACCOUNT, objects=["Account"])
    await house.card()
    org_clock(house, timedelta(minutes=10))
    await house.approve()
    found = (await finding(house, "clock_skew")).finding
    assert found
    assert "NTP" in found.remedy
    assert found.who == "bot operator"
    await house.told()
    org_clock(house, timedelta(0))
    await house.person("rae").click(house.person("rae").dm[0], "retry")
    await house.ends("live")


async def test_a_clock_that_is_a_minute_behind_stops_nothing(house: House) -> None:
    org_clock(house, timedelta(seconds=60))
    await house.ask(READ_ACCOUNT, objects=["Account"])
    await house.approve()
    await house.ends("live")


async def test_a_card_for_an_archived_channel_arrives_once_it_is_back_and_can_be_approved(
    house: House,
) -> None:
    channel, admin = house.slack.channels["C0APPROVE"], house.person("max")
    channel.is_archived = True
    await house.ask(READ_ACCOUNT, objects=["Account"])
    (told,) = await house.slack.until(lambda: admin.dm, timeout=house.patience)
    for words in ("<#C0APPROVE>", "archived", "approval card of IU-1", "Unarchive the channel"):
        assert words in told.text, words
    assert await house.app.not_ready() == {}
    assert await count(house, "channels_refused") == 1
    channel.is_archived = False
    await house.approve()
    await house.ends("live")
    await house.told()
    assert admin.dm == [told]
    assert "takes my messages again" in told.text
    assert await count(house, "channels_refused") == 0


async def until_ready(bot: Bot) -> None:
    async with asyncio.timeout(60):
        while (await bot.readiness())[0] != 200:  # noqa: ASYNC110 - asked as a supervisor does
            await asyncio.sleep(0.1)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.timeout(300)
async def test_while_the_database_is_away_people_get_words_and_steps_go_on_afterwards(
    tmp_path: Path, postgres: Postgres, postgres_url: str
) -> None:
    name = postgres_url.rsplit("/", 1)[1].split("?", maxsplit=1)[0]
    async with world(tmp_path, postgres_url) as house, running(house) as bot:
        await house.ask(READ_ACCOUNT, objects=["Account"])
        await house.card()
        hold = house.org.faults.hold(after=True, method="POST", sobject="User")
        await house.approve()
        await hold.reached(house.patience)
        postgres.execute(
            f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        )
        hold.release()
        answer = await house.person("rae").command("/integration-user list")
        assert "Please try again" in answer.readable()
        await asyncio.sleep(61)  # as long as a fail-over takes
        postgres.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
        await until_ready(bot)
        house.patience = 60
        request = await house.ends("live", "blocked")
        assert (str(request.state), request.finding) == ("live", None)
        assert len(house.org.rows("User", Username=request.username)) == 1
        answer = await house.person("rae").command("/integration-user list")
        assert "IU-1" in answer.readable()
        assert house.slack.complaints == []


@pytest.mark.slow
@pytest.mark.postgres
async def test_two_bots_that_start_in_the_same_moment_make_one_of_everything(
    tmp_path: Path, postgres_url: str
) -> None:
    async with world(tmp_path, postgres_url) as house, AsyncExitStack() as stack:
        first, second = await asyncio.gather(
            stack.enter_async_context(running(house)), stack.enter_async_context(running(house))
        )
        await asyncio.gather(until_ready(first), until_ready(second))
        for slot in ("digest-uat-", "digest-prod-", "stale-uat-"):
            begun = [
                one["run"]
                for bot in (first, second)
                for one in bot.said("run.begun")
                if one["run"].startswith(slot)
            ]
            assert len(begun) == len(set(begun))
        await house.ask(READ_ACCOUNT, objects=["Account"])
        await house.approve()
        await house.ends("live")
        await house.told()
        assert len(house.slack.channel("C0APPROVE").messages) == 1
        assert end_of(house)
        assert house.slack.complaints == []
