"""A reminder finds out what nobody tells the bot: the card was deleted, or the approvers left."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.by_hand import preview
from bot.flows import deadlines, duedates
from bot.sandbox.workspace import Message
from store import outbox
from store.database import Database
from store.records import State
from tests.slack.house import CARD_CHANNEL, SlackHouse, living_slack, settings

OPS = "C0OPS"


async def waiting(house: SlackHouse) -> Message:
    """A card that waits since now."""
    card = await house.asked()
    async with house.database.write() as conn:
        await deadlines.from_card(house.ctx, conn, await house.request(), house.clock())
    await house.told()
    return card


async def reminded(house: SlackHouse, number: int = 1) -> list[str]:
    """The moment of a reminder has come; the ids of what the tick wants posted."""
    after = sorted(house.ctx.settings.approval.remind_after)[number - 1]
    house.clock.ahead = after + timedelta(minutes=1)
    wanted = await duedates.tick(house.ctx)
    await house.told()
    return wanted


def everybody_left(house: SlackHouse) -> None:
    house.ws.groups["S0SALESFORCE"].users.clear()


@pytest.mark.parametrize("refused", [False, True], ids=["taken", "thread_not_found"])
async def test_a_deleted_card_is_posted_anew_when_the_approvers_are_reminded(
    slack_house: SlackHouse,
    refused: bool,  # noqa: FBT001 - a position of a switch
) -> None:
    house = slack_house
    house.ws.switches = replace(house.ws.switches, deleted_parent_refused=refused)
    old = await waiting(house)
    old.deleted = True
    await reminded(house)
    fresh = await house.card()
    assert fresh is not old
    (line,) = fresh.replies
    assert "still waits for one approval" in line.text
    assert old.replies == []
    await house.person("ada").click(fresh, "approve")
    assert (await house.request()).state is State.APPROVED


async def test_a_line_whose_message_is_gone_waits_until_that_is_posted_anew(
    slack_house: SlackHouse,
) -> None:
    house = slack_house
    card = await waiting(house)
    house.ws.faults.refuse("chat.postMessage", "thread_not_found", channel="U0RAE", times=1)
    (first,) = house.person("rae").dm
    await house.person("ada").click(card, "reject")
    form = await house.person("ada").modal("reject_request")
    await form.fill("reason", "Not this year.")
    await form.submit()
    await house.told()
    assert first.replies == []
    (line,) = house.person("rae").dm[1].replies
    assert "was rejected" in line.text
    async with house.database.read() as conn:
        assert await outbox.given_up(conn) == {}


async def test_when_the_approvers_left_a_reminder_names_who_can_help(
    slack_house: SlackHouse,
) -> None:
    house = slack_house
    card = await waiting(house)
    everybody_left(house)
    await reminded(house)
    (line,) = card.replies
    assert "nobody can decide" in line.text
    assert "no approver can decide about it" in line.text
    assert "<!subteam^S0ADMINS>" in line.text
    assert "<!subteam^S0SALESFORCE>" not in line.text
    told = await house.dm("rae", "no approver can decide about it")
    assert "you do not have to do anything" not in told.readable()
    journal = await house.journal()
    assert journal[-1].event == "undecidable"

    house.ws.groups["S0SALESFORCE"].users.append("U0BEN")
    house.clock.ahead += timedelta(minutes=10)  # people are asked for again after a while
    await reminded(house, 2)
    assert "still waits for one approval" in card.replies[-1].text
    await house.dm("rae", "The approvers are asked")
    await house.person("ben").click(card, "approve")
    assert (await house.request()).state is State.APPROVED


async def test_who_looks_after_the_bot_hears_elsewhere_that_nobody_can_decide(
    sqlite_url: str, sqlite: Database, mode: Any
) -> None:
    config = settings()
    config = replace(config, slack=config.slack.model_copy(update={"ops_channel": OPS}))
    async with living_slack(sqlite_url, sqlite, config=config, mode=mode) as house:
        card = await waiting(house)
        everybody_left(house)
        house.clock.ahead = min(config.approval.remind_after) + timedelta(minutes=1)
        foretold = await preview.said(house.ctx, "reminders")
        wanted = await reminded(house)
        assert wanted == ["IU-1/reminder/1-1", "IU-1/undecidable"]
        (word,) = house.ws.channel(OPS).messages
        assert "waits, and nobody can decide" in word.text
        assert "`[approval] approvers`" in word.readable()
        assert "nobody can decide" in str(foretold)
        await house.person("rae").command("/integration-user withdraw IU-1")
        await house.ws.until(lambda: word.text.endswith(": withdrawn."))
        assert card.buttons == []
        assert house.ws.complaints == []


async def test_while_slack_does_not_say_who_may_decide_nobody_is_accused(
    slack_house: SlackHouse,
) -> None:
    house = slack_house
    card = await waiting(house)
    house.clock.ahead = timedelta(minutes=10)
    house.ws.faults.fail("usergroups.users.list", times=20)
    await reminded(house)
    (line,) = card.replies
    assert "still waits for one approval" in line.text
    assert card.channel == CARD_CHANNEL


async def test_while_slack_does_not_say_who_may_decide_what_was_found_before_stands(
    slack_house: SlackHouse,
) -> None:
    house = slack_house
    card = await waiting(house)
    everybody_left(house)
    await reminded(house)
    house.clock.ahead += timedelta(minutes=10)
    house.ws.faults.fail("usergroups.users.list", times=20)
    await reminded(house, 2)
    assert "nobody can decide" in card.replies[-1].text
    await house.dm("rae", "no approver can decide about it")
