"""What the clock does by itself: nobody in these stories ticks, asks for a slot or reads an org."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.app import App
from bot.flows import slots
from store import catalogue, reports
from store.records import State
from tests.story.house import QUICK, Build, House
from tests.story.test_clock import move_dates
from tests.story.test_slots import digests

OFTEN = {"schedule": {"tick": "1s"}}
SELDOM = {"schedule": {"tick": "7d", "catalogue": "7d"}}
"""So that one trigger alone can have done what a story sees."""


@dataclass
class Later:
    """A clock that can be put forward; Slack's, Salesforce's and the scheduler's stay."""

    by: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.by


def triggers(house: House) -> dict[tuple[str, ...], Any]:
    """What the bot's scheduler fires, by the method and its arguments."""
    jobs = house.app._scheduler._scheduler.get_jobs()
    return {(job.func.__name__, *job.args): job for job in jobs}


def fires(house: House, *which: str) -> None:
    """The moment for which the scheduler waits has come."""
    triggers(house)[which].modify(next_run_time=datetime.now(UTC))


@pytest.fixture
async def put_forward(build: Build) -> AsyncIterator[tuple[House, Later]]:
    """A bot that has caught up, and whose clock can be put forward."""
    later = Later()
    async with build(start=False, tables=SELDOM) as house:
        house.app = App(house.app.settings, house.environ, pace=QUICK, clock=later)
        await house.app.start()
        try:
            await house.ready()
            await house.told()
            yield house, later
        finally:
            await house.app.stop()


async def test_a_reminder_comes_by_itself(build: Build) -> None:
    async with build(tables=OFTEN) as house:
        await house.ask()
        card = await house.card()
        await house.told()
        await move_dates(house, timedelta(hours=4))
        await house.slack.until(lambda: card.replies, timeout=house.patience)
        (line,) = card.replies
        assert "still waits for one approval" in line.text


async def test_a_request_that_nobody_decides_expires_by_itself(build: Build) -> None:
    async with build(tables=OFTEN) as house:
        await house.ask()
        await house.card()
        await house.told()
        await move_dates(house, timedelta(days=3))
        assert (await house.ends("expired")).state is State.EXPIRED


async def test_the_digest_comes_by_itself(put_forward: tuple[House, Later]) -> None:
    house, later = put_forward
    assert len(digests(house)) == 2
    later.by = timedelta(weeks=1)
    fires(house, "_slot", "digest")
    await house.slack.until(lambda: len(digests(house)) == 4, timeout=house.patience)


async def test_the_look_for_stale_users_comes_by_itself(
    put_forward: tuple[House, Later],
) -> None:
    house, later = put_forward
    later.by = timedelta(days=1)
    tomorrow = slots.slot(house.app.context, "stale")

    async def kept() -> list[object]:
        async with house.app.database.read() as conn:
            found = [
                await reports.get(conn, job="stale", org=org, slot=tomorrow)
                for org in ("uat", "prod")
            ]
        return [one for one in found if one is not None]

    assert await kept() == []
    fires(house, "_slot", "stale")

    async def both() -> bool:
        return len(await kept()) == 2

    await house.until_async(both)


async def test_each_org_is_read_again_by_itself(build: Build) -> None:
    async with build(tables={"schedule": {"tick": "7d", "catalogue": "1s"}}) as house:

        async def read_at() -> dict[str, datetime | None]:
            async with house.app.database.read() as conn:
                return {
                    org: facts.ended_at if (facts := await catalogue.org(conn, org)) else None
                    for org in ("uat", "prod")
                }

        first = await read_at()

        async def again() -> bool:
            now = await read_at()
            return all(now[org] != first[org] for org in first)

        await house.until_async(again)


async def test_what_ended_long_ago_is_forgotten_by_itself(
    put_forward: tuple[House, Later],
) -> None:
    house, later = put_forward
    engine = house.app.context.engine
    run = slots.run_id("digest", "uat", slots.slot(house.app.context, "digest"))
    assert await engine.result(run) is not None
    later.by = timedelta(days=31)
    fires(house, "_tidy")

    async def gone() -> bool:
        return await engine.result(run) is None

    await house.until_async(gone)


async def test_the_clock_waits_for_every_job_of_every_org_and_for_the_moment_it_is_due(
    house: House,
) -> None:
    waiting = triggers(house)
    assert set(waiting) == {
        *(("_catalogue", org) for org in ("uat", "prod")),
        *(("_slot", job) for job in slots.AT_TIMES),
        ("tick",),
        ("_tidy",),
    }
    now = datetime.now(UTC)
    for job in slots.AT_TIMES:
        due = waiting["_slot", job].next_run_time
        assert due == slots.times(house.app.context, job).following(now)
    schedule = house.app.settings.schedule
    assert waiting[("tick",)].trigger.interval == schedule.tick
    for org in ("uat", "prod"):
        assert waiting["_catalogue", org].trigger.interval == schedule.catalogue
