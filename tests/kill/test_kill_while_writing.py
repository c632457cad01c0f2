"""kill -9 of the real process around each write once: a restart ends as if nothing had been."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tests.kill.conftest import Fresh
from tests.kill.dying import End, Moment, die_at, end_of, starts_again
from tests.story.house import House
from tests.story.process import running, spawned, world

pytestmark = pytest.mark.slow
# One write each: set with app, objects with fields, user with licence, assignment.
SET, ACCESS, USER, ASSIGNMENT = (
    "PermissionSet",
    "ObjectPermissions",
    "User",
    "PermissionSetAssignment",
)


async def dies_twice_and_lives(fresh: Fresh, sobject: str, undisturbed: End) -> None:
    """Killed before a write; the next process is killed after it; the third one ends the work."""
    folder, url = fresh(sobject)
    async with world(folder, url) as house:
        async with running(house) as bot:
            await house.ask()
            await house.card()
            await die_at(house, bot, Moment(after=False, sobject=sobject), house.approve)
        assert answered(house, sobject) == [False]
        async with spawned(house) as second:
            await die_at(house, second, Moment(after=True, sobject=sobject), second.started)
        assert answered(house, sobject) == [False, True]
        async with starts_again(house):
            await house.ends("live")
            await house.told()
        assert answered(house, sobject) == [False, True]
        found = end_of(house)
        assert found.snapshot == undisturbed.snapshot, sobject
        assert found.changes == undisturbed.changes, sobject
        cards = house.slack.channel("C0APPROVE").messages
        assert [one.buttons for one in cards] == [[]]
        assert "live" in cards[0].text


def answered(house: House, sobject: str) -> list[bool]:
    """Of each request that writes such a row: was it carried out?"""
    tries = [one for one in house.org.requests if f"POST {sobject}" in one.writes]
    return [one.status is not None for one in tries]


async def each_dies(fresh: Fresh, undisturbed: End, writes: Sequence[str]) -> None:
    async with asyncio.TaskGroup() as group:
        for sobject in writes:
            group.create_task(dies_twice_and_lives(fresh, sobject, undisturbed))


async def test_on_sqlite_a_bot_killed_around_any_write_ends_as_an_undisturbed_one(
    fresh_sqlite: Fresh, undisturbed: End
) -> None:
    await each_dies(fresh_sqlite, undisturbed, [SET, ACCESS, USER, ASSIGNMENT])


@pytest.mark.postgres
async def test_on_postgres_a_bot_killed_around_a_write_ends_as_an_undisturbed_one(
    fresh_postgres: Fresh, undisturbed: End
) -> None:
    await each_dies(fresh_postgres, undisturbed, [SET, USER, ASSIGNMENT])
