"""Two bots on one Postgres: either answers, and one ends what the other had in hand."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.kill.dying import End, end_of
from tests.postgres import Postgres
from tests.story.house import ACCESS, House
from tests.story.process import Bot, running, world

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
LIMIT = 15.0


def in_whose_hands(bots: tuple[Bot, Bot], run: str) -> Bot:
    (owner,) = [bot for bot in bots if any(one["run"] == run for one in bot.said("run.begun"))]
    return owner


async def test_when_one_of_two_dies_in_a_run_the_other_ends_it_within_15_seconds(
    tmp_path: Path, postgres_url: str, undisturbed: End
) -> None:
    async with (
        world(tmp_path, postgres_url) as house,
        running(house) as first,
        running(house) as second,
    ):
        await house.slack.connected(2, timeout=house.patience)
        await house.ask()
        await house.card()
        hold = house.org.faults.hold(after=True, method="POST", sobject="User")
        await house.approve()
        await hold.reached(house.patience)
        victim = in_whose_hands((first, second), "provision-1-1")
        heir = second if victim is first else first
        await victim.kill()
        began = time.monotonic()
        hold.release()
        await house.ends("provisioned", "live")
        assert time.monotonic() - began < LIMIT
        await house.ends("live")
        await house.told()
        assert end_of(house) == undisturbed
        assert len(house.slack.channel("C0APPROVE").messages) == 1
        assert [one["run"] for one in heir.said("run.begun")].count("provision-1-1") == 1
        (adopted,) = heir.said("run.adopted")
        assert (adopted["request_id"], adopted["run"]) == ("IU-1", "provision-1-1")
        answers = [await house.person("rae").command("/integration-user list") for _ in range(2)]
        assert all("IU-1" in answer.readable() for answer in answers)


async def test_both_of_two_bots_are_asked_and_answer_and_do_each_run_once(
    tmp_path: Path, postgres_url: str
) -> None:
    async with (
        world(tmp_path, postgres_url) as house,
        running(house) as first,
        running(house) as second,
    ):
        await house.slack.connected(2, timeout=house.patience)
        await house.ask()
        await house.approve()
        await house.ends("live")
        await house.told()
        begun = Counter(one["run"] for bot in (first, second) for one in bot.said("run.begun"))
        assert {"preflight-1-1", "provision-1-1", "smoke-1-1"} <= begun.keys()
        assert sum(run.startswith(("digest-", "stale-")) for run in begun) == 4
        assert set(begun.values()) == {1}
        received = [one.received for one in house.slack.socket.connections]
        assert len(received) == 2
        assert all(received)
        assert house.slack.complaints == []


async def test_over_http_any_of_two_bots_answers_any_click(
    tmp_path: Path, postgres_url: str
) -> None:
    """As behind a balancer: the form is opened at one bot, sent to the other, and so on."""
    async with (
        world(tmp_path, postgres_url, mode="http") as house,
        running(house) as first,
        running(house) as second,
    ):

        def next_one(bot: Bot) -> None:
            port = bot.said("slack.listening")[0]["port"]
            house.reached_at(port)

        next_one(first)
        form = await house.open_form()
        next_one(second)
        outcome = await form.submit()
        assert not outcome.errors
        step2 = await house.person("rae").modal("request_access")
        for block, value in ACCESS.items():
            await step2.fill(block, value)
        next_one(first)
        assert not (await step2.submit()).errors
        card = await house.card()
        seen = card.snapshot()
        next_one(second)
        await house.person("ada").click(card, "approve")
        next_one(first)
        await house.person("ada").click(seen, "approve")  # what a client shows that is behind
        await house.ends("live")
        await house.told()
        assert len((await house.request()).votes) == 1
        begun = Counter(one["run"] for bot in (first, second) for one in bot.said("run.begun"))
        assert set(begun.values()) == {1}
        assert len(house.slack.channel("C0APPROVE").messages) == 1
        assert house.slack.complaints == []


async def test_a_database_that_is_away_is_named_until_it_is_back(
    tmp_path: Path, postgres: Postgres, postgres_url: str
) -> None:
    name = postgres_url.rsplit("/", 1)[1].split("?", maxsplit=1)[0]
    async with world(tmp_path, postgres_url) as house, running(house) as bot:
        postgres.execute(
            f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        )
        _, said = await until(bot, 503)
        assert "database" in said["waiting_for"]
        assert postgres_url not in str(said)
        assert (await bot.get("/healthz"))[0] == 200
        postgres.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
        await until(bot, 200)
        await works(house)


async def until(bot: Bot, status: int) -> tuple[int, dict[str, dict[str, str]]]:
    async with asyncio.timeout(30):
        while (answer := await bot.readiness())[0] != status:  # noqa: ASYNC110 - as a supervisor
            await asyncio.sleep(0.1)
    return answer


async def works(house: House) -> None:
    await house.ask()
    await house.approve()
    await house.ends("live")
