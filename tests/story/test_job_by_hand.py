"""`job NAME`: alone, beside a running bot, again, and only in words."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from click.testing import CliRunner

from bot.cli import cli
from bot.sandbox.orgs import DROP_BEFORE
from bot.sandbox.orgs.faults import MAINTENANCE
from bot.sandbox.workspace import Message
from tests.story.house import Build, House
from tests.story.looking import move_dates
from tests.story.process import ROOT, running


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    said: str
    log: str


MARKETING = "marketing-etl@integrations.acme.example"


async def begun(house: House, *words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "--config",
        str(house.file),
        *words,
        cwd=ROOT,
        env={**os.environ, **house.environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def command(house: House, *words: str) -> Ended:
    process = await begun(house, *words)
    try:
        said, log = await asyncio.wait_for(process.communicate(), 100)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    return Ended(process.returncode or 0, said.decode(), log.decode())


@pytest.fixture
async def asleep(any_build: Build) -> AsyncIterator[House]:
    """A world whose bot is not running."""
    async with any_build(start=False) as house:
        yield house


def digests(house: House, org: str = "") -> list[Message]:
    return [
        one
        for one in house.slack.channel("C0LICENSES").messages
        if one.text.startswith(f"Integration licences of {org}")
    ]


async def test_a_digest_by_hand_is_posted_once_a_slot_and_again_on_demand(asleep: House) -> None:
    first = await command(asleep, "job", "digest")
    assert first.code == 0, first.log
    assert "digest of UAT sandbox" in first.said
    assert "1 message posted" in first.said
    assert {one.text.split(",")[0] for one in digests(asleep)} == {
        "Integration licences of UAT sandbox",
        f"Integration licences of {asleep.salesforce.production.label}",
    }
    second = await command(asleep, "job", "digest")
    assert second.code == 0, second.log
    assert "--again" in second.said
    assert len(digests(asleep)) == 2
    third = await command(asleep, "job", "digest", "--again")
    assert third.code == 0, third.log
    assert len(digests(asleep)) == 4
    assert asleep.slack.complaints == []


async def test_what_a_killed_job_began_a_bot_ends_and_posts_once(asleep: House) -> None:
    hold = asleep.org.faults.hold(after=True)
    job = await begun(asleep, "job", "digest")
    await hold.reached(asleep.patience)
    job.kill()
    await job.communicate()
    hold.release()
    assert digests(asleep, "UAT sandbox") == []
    async with running(asleep) as bot:
        await asleep.slack.until(lambda: len(digests(asleep)) == 2, timeout=asleep.patience)
        (taken,) = bot.said("job.taken_over")
        assert any(run.startswith("digest-uat-") for run in taken["runs"])
        await bot.idle()
        assert (await bot.readiness())[0] == 200
    assert len(digests(asleep)) == 2


async def test_beside_a_running_bot_the_job_asks_and_waits(house: House) -> None:
    await house.slack.until(lambda: len(digests(house)) == 2, timeout=house.patience)
    done = await command(house, "job", "digest")
    assert done.code == 0, done.log
    assert "asked for before" in done.said
    assert len(digests(house)) == 2
    again = await command(house, "job", "digest", "--again")
    assert again.code == 0, again.log
    assert len(digests(house)) == 4
    for name in ("reminders", "expire", "catalogue", "stale"):
        ended = await command(house, "job", name)
        assert ended.code == 0, ended.log
    house.org.faults.add(DROP_BEFORE, times=1_000)
    away = await command(house, "job", "catalogue", "--again")
    assert away.code == 1, away.said
    assert "UAT sandbox cannot be reached" in away.said
    assert "done" in away.said, "the other org is read all the same"


def alerts(house: House) -> list[Message]:
    return [
        one
        for one in house.slack.channel("C0LICENSES").messages
        if "integration users" in one.readable() and "need" in one.readable()
    ]


async def test_a_look_by_hand_at_an_org_that_is_away_fails_and_the_next_one_looks(
    asleep: House,
) -> None:
    """No bot is running, so nobody else would look again."""
    away = asleep.org.faults.add(MAINTENANCE, path="/composite", times=1_000)
    failed = await command(asleep, "job", "stale")
    assert failed.code == 1, failed.said
    assert "UAT sandbox does not answer" in failed.said
    assert "Nothing was posted. A running bot looks again by itself" in failed.said
    assert "run `job stale` again" in failed.said
    told = len(alerts(asleep))
    away.times = 0
    done = await command(asleep, "job", "stale")
    assert done.code == 0, done.said
    assert "1 message posted" in done.said
    assert len(alerts(asleep)) == told + 1
    once = await command(asleep, "job", "stale")
    assert once.code == 0, once.said
    assert "asked for before" in once.said
    assert len(alerts(asleep)) == told + 1
    assert asleep.slack.complaints == []


async def test_a_dry_run_of_a_look_at_an_org_that_is_away_fails(build: Build) -> None:
    async with build(start=False) as house:
        house.org.faults.add(MAINTENANCE, path="/composite", times=1_000)
        foretold = await command(house, "job", "stale", "--dry-run")
        assert foretold.code == 1, foretold.said
        assert "UAT sandbox does not answer" in foretold.said
        assert MARKETING in foretold.said, "the other org is looked at all the same"


async def test_beside_a_running_bot_an_org_that_is_away_is_looked_at_by_that_bot(
    build: Build,
) -> None:
    async with build(start=False) as house, running(house) as bot:
        await bot.idle()
        house.org.faults.add(MAINTENANCE, path="/composite", times=1_000)
        done = await command(house, "job", "stale", "--again")
        assert done.code == 0, done.said
        assert "it is looked at again by itself" in done.said


async def test_a_catalogue_that_could_not_be_read_is_read_by_the_next_job(asleep: House) -> None:
    away = asleep.org.faults.add(DROP_BEFORE, times=1_000)
    failed = await command(asleep, "job", "catalogue")
    assert failed.code == 1, failed.said
    assert "UAT sandbox cannot be reached" in failed.said
    away.times = 0
    done = await command(asleep, "job", "catalogue")
    assert done.code == 0, done.said


@pytest.mark.parametrize(
    "any_build", [("postgres_url", "http")], ids=["a process of its own"], indirect=True
)
@pytest.mark.postgres
async def test_reminders_by_hand_know_who_can_decide(any_house: House) -> None:
    house = any_house
    await house.ask()
    card = await house.card()
    await house.told()
    house.slack.groups["S0SALESFORCE"].users.clear()
    await move_dates(house, timedelta(hours=4))
    foretold = await command(house, "job", "reminders", "--dry-run")
    assert "nobody can decide" in foretold.said
    ended = await command(house, "job", "reminders")
    assert ended.code == 0, ended
    await house.told()
    assert "nobody can decide" in card.replies[-1].text


async def test_a_dry_run_shows_what_would_be_posted_and_posts_nothing(asleep: House) -> None:
    shown = await command(asleep, "job", "digest", "--dry-run")
    assert shown.code == 0, shown.log
    assert shown.said.count("To C0LICENSES:") == 2
    assert "Salesforce Integration licence" in shown.said
    assert "not been counted" not in shown.said
    assert digests(asleep) == []
    nothing = await command(asleep, "job", "expire", "--dry-run")
    assert "would post nothing now" in nothing.said
    real = await command(asleep, "job", "digest")
    assert real.code == 0, real.log
    assert "--again" not in real.said


async def test_what_slack_does_not_take_is_said_with_exit_code_1(house: House) -> None:
    house.slack.channels["C0LICENSES"].is_archived = True
    ended = await command(house, "job", "digest", "--again")
    assert ended.code == 1
    assert "is_archived" in ended.said
    assert "unarchive the channel" in ended.said


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("collect", "collect is not built yet"),
        ("canary", "canary is not built yet"),
        ("digets", "Did you mean digest?"),
    ],
)
def test_a_job_that_is_not_there_is_refused_by_name(name: str, words: str) -> None:
    ended = CliRunner().invoke(cli, ["job", name])
    assert ended.exit_code == 2
    assert words in ended.stderr
