"""Slots of the clock: once however many bots, the newest missed one caught up, compared by week."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import App
from bot.engine import RunFailed
from bot.flows import digest, lost_slots, slots
from bot.flows.context import Context
from bot.sandbox.workspace import Message
from bot.schedule import AtTimes
from store import usage
from store.database import Database
from store.records import Seats
from tests.story.house import QUICK, Build, House, living_house
from tests.story.process import running


def digests(house: House, org: str = "") -> list[Message]:
    begin = f"Integration licences of {org}"
    channel = house.slack.channel("C0LICENSES")
    return [one for one in channel.messages if one.text.startswith(begin)]


async def both(house: House) -> None:
    await house.slack.until(lambda: len(digests(house)) >= 2, timeout=house.patience)


async def test_the_digest_tells_seats_requests_and_cost_of_each_org(any_house: House) -> None:
    house = any_house
    await both(house)
    await house.ask()
    await house.approve()
    await house.ends("live")
    await house.ask(name="Second sync")
    await house.card(2)
    await house.refresh()
    await again(house)
    text = digests(house, "UAT sandbox")[-1].readable()
    facts = (await house.app.context.gateways["uat"].snapshot()).facts
    used, total = facts.license_used, facts.license_total
    assert f"Integration licence | {used} of {total} | 1 | {total - used - 1}" in text
    assert "1 requested, 1 live" in text
    assert "IU-2 Second sync" in text.split("Under way")[1]
    assert "IU-1 Warehouse sync" in text.split("Live, new or tested again")[1]
    assert "10 USD a month for a seat" in text
    assert house.slack.complaints == []


async def again(house: House, name: str = "") -> None:
    """Another digest of the same week, as `job digest --again` asks for it."""
    before = len(digests(house, "UAT sandbox"))
    ctx = house.app.context
    slot = f"{slots.slot(ctx, 'digest')}-again-{name or before}"
    async with house.app.database.write() as conn:
        await slots.enqueue(ctx, conn, "digest", "uat", slot)
    await house.slack.until(
        lambda: len(digests(house, "UAT sandbox")) > before, timeout=house.patience
    )


async def test_changes_are_those_since_the_week_before_also_when_asked_again(house: House) -> None:
    await both(house)
    ctx = house.app.context
    async with house.app.database.write() as conn:
        now = await usage.count_of(conn, "uat", slots.slot(ctx, "digest"))
        assert now is not None
        fewer = Seats(total=now.licenses.total, used=now.licenses.used - 1)
        week_ago = now.at - timedelta(days=7)
        before = replace(now, slot="2020-W01", at=week_ago, counted_at=week_ago, licenses=fewer)
        await usage.keep_count(conn, before)
    await again(house, "first")
    await again(house, "second")
    for message in digests(house, "UAT sandbox")[1:]:
        assert "used (+1)" in message.text
        assert "Changes are those since" in message.readable()


async def test_what_was_done_is_not_caught_up_at_the_next_start(any_build: Build) -> None:
    async with any_build() as house:
        await both(house)
        await house.told()
    async with any_build() as house:
        await house.told()
        await asyncio.sleep(0.5)
        assert digests(house) == []


async def test_the_newest_missed_slot_is_caught_up_and_no_older_one(
    build: Build,
) -> None:
    async with build() as house:
        await both(house)
        await house.told()
    later = timedelta(weeks=3)
    async with build(start=False) as house:
        house.app = App(
            house.app.settings, house.environ, pace=QUICK, clock=lambda: datetime.now(UTC) + later
        )
        await house.app.start()
        try:
            await both(house)
            await house.told()
        finally:
            await house.app.stop()
        week = int(slots.slot(house.app.context, "digest").partition("-W")[2])
        assert len(digests(house)) == 2
        assert all(f"week {week} of" in one.text for one in digests(house))


@pytest.mark.postgres
async def test_two_bots_on_one_postgres_post_each_slot_once(
    tmp_path: Path, postgres_url: str
) -> None:
    async with living_house(tmp_path, postgres_url, start=False) as house:
        async with running(house), running(house):
            await both(house)
            await asyncio.sleep(3)
        assert len(digests(house)) == 2


async def test_a_digest_that_fails_is_made_once_more_and_told_where_that_fails_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await both(house)
    healthy = digest.count

    async def broken(ctx: Context, org: str, slot: str) -> None:
        if org == "uat" or "again" not in slot:
            raise RuntimeError("the bot has a bug")
        await healthy(ctx, org, slot)

    monkeypatch.setattr(digest, "count", broken)
    now = house.app.context
    next_week = replace(now, clock=lambda: now.clock() + timedelta(weeks=1))
    week = slots.slot(next_week, "digest")
    for name in (week, f"{week}-again-1"):
        await lost_slots.mend(next_week)
        with pytest.raises(RunFailed):
            await now.engine.wait(slots.run_id("digest", "uat", name), timedelta(seconds=10))

    async def mended() -> bool:
        await lost_slots.mend(next_week)
        return len(digests(house)) == 3

    await house.until_async(mended)
    await lost_slots.mend(next_week)
    await house.told()
    number = int(week.partition("-W")[2])
    assert digests(house)[-1].text.count(f"week {number} of") == 1
    (told,) = [
        one.readable()
        for one in house.slack.channel("C0OPS").messages
        if one.text.startswith("The digest of UAT sandbox for week")
    ]
    assert "failed twice" in told
    assert "integration-user-bot job digest --again" in told
    assert house.slack.complaints == []


async def test_without_a_channel_nothing_is_posted_and_the_seats_are_counted(
    build: Build,
) -> None:
    async with build(start=False) as house:
        text = house.file.read_text("utf-8").replace('digest_channel = "C0LICENSES"\n', "")
        house.file.write_text(text, "utf-8")
        async with running(house) as bot:
            await house.until_async(lambda: counted(house))
            told = [line for line in bot.log if "clock.no_digest_channel" in line]
        assert len(told) == 1
        assert digests(house) == []


async def counted(house: House) -> bool:
    database = Database.open(house.environ["DATABASE_URL"])
    try:
        async with database.read() as conn:
            found = await usage.count_before(conn, "uat", datetime.now(UTC))
            return found is not None and found.counted_at is not None
    finally:
        await database.dispose()


async def test_the_clock_fires_when_the_next_slot_is_due(house: House) -> None:
    ctx = house.app.context
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    assert AtTimes(ctx, "digest").get_next_fire_time(None, now) == datetime(
        2026, 11, 30, 8, tzinfo=UTC
    )
    assert AtTimes(ctx, "stale").get_next_fire_time(None, now) == datetime(
        2026, 11, 26, 6, 30, tzinfo=UTC
    )
