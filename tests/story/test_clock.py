"""The clock: reminders, expiry and the weekly digest, as people see them."""

from __future__ import annotations

from datetime import timedelta

from bot.flows import duedates
from store.records import State
from tests.story.house import House
from tests.story.looking import move_dates


async def test_approvers_are_reminded_in_the_cards_thread_until_somebody_decides(
    any_house: House,
) -> None:
    house = any_house
    await house.ask()
    card = await house.card()
    await duedates.tick(house.app.context)
    await house.told()
    assert card.replies == []
    await move_dates(house, timedelta(hours=4))
    await duedates.tick(house.app.context)
    await duedates.tick(house.app.context)
    await house.told()
    (line,) = (await house.card()).replies
    assert line.text.startswith("IU-1 Warehouse sync · UAT sandbox still waits for one approval.")
    assert "<!subteam^S0SALESFORCE> can decide" in line.text
    assert "It expires" in line.text
    await house.approve()
    await house.ends("live")
    await move_dates(house, timedelta(days=3))
    assert await duedates.tick(house.app.context) == []
    await house.told()
    assert len((await house.card(button=None)).replies) == 1
    assert house.slack.complaints == []


async def test_a_request_that_nobody_decides_expires_and_says_what_to_do(house: House) -> None:
    await house.ask()
    await house.card()
    await house.told()
    await move_dates(house, timedelta(days=3))
    await duedates.tick(house.app.context)
    request = await house.request()
    assert request.state is State.EXPIRED
    await house.told()
    card = await house.card(button=None)
    assert card.buttons == []
    assert "expired" in card.text
    (living,) = house.person("rae").dm
    assert "/integration-user new" in living.readable()
    assert any("expired" in reply.text for reply in living.replies)
    assert any("/integration-user new" in reply.text for reply in living.replies)
    assert house.slack.complaints == []
