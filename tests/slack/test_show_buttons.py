"""What `show` lets its reader press, and what a press there answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.core.diagnosis import NOT_PROVEN
from bot.sandbox.workspace import Message
from store.database import Database
from store.records import Finding, State
from tests.slack.house import SlackHouse, living_slack, settings

PROBLEM = Finding(code="x", cause="Because.", remedy="Do it.", who="an admin")
NO_PROOF = Finding(code=NOT_PROVEN, cause="No key.", remedy="Log in.", who="owner")


async def approved(house: SlackHouse, **columns: Any) -> None:
    await house.asked()
    await house.person("ada").click(await house.card(), "approve")
    await house.change(1, **columns)


async def show(house: SlackHouse, name: str) -> Message:
    """What only this person sees, with its buttons."""
    person = house.person(name)
    before = len(person.ephemerals())
    answer = await person.command("/integration-user show 1")
    assert answer.error is None
    shown: list[Message] = await house.ws.until(lambda: person.ephemerals()[before:])
    return shown[0]


async def test_backup_owner_and_admins_confirm_in_the_answer_to_show(
    slack_house: SlackHouse,
) -> None:
    house = slack_house
    await approved(house, state=State.PROVISIONED, finding=NO_PROOF)
    requesters = await house.dm("rae", "@U0OLU, @U0BEA or an admin can confirm", button="withdraw")
    assert requesters.buttons == ["withdraw"]
    offered = {name: (await show(house, name)).buttons for name in ("rae", "ada", "sam", "max")}
    assert offered == {
        "rae": ["withdraw"],
        "ada": [],
        "sam": [],
        "max": ["confirm_live", "withdraw"],
    }
    answer = await show(house, "bea")
    assert answer.buttons == ["confirm_live"]
    old = answer.snapshot()
    await house.person("bea").click(answer, "confirm_live")
    await house.whisper("bea", "IU-1 is live now")
    assert answer.buttons == []
    assert (await house.request()).state is State.LIVE
    await house.dm("olu", "a person tested the login")
    await house.person("bea").click(old, "confirm_live")  # what it offered then
    await house.whisper("bea", "does not wait for a confirmation")


async def test_approvers_retry_in_the_answer_to_show(slack_house: SlackHouse) -> None:
    house = slack_house
    await approved(house, state=State.BLOCKED, finding=PROBLEM)
    answer = await show(house, "ada")
    assert answer.buttons == ["retry"]
    await house.person("ada").click(answer, "retry")
    await house.whisper("ada", "IU-1 goes on now")
    assert await house.enqueued("provision-1-2")


async def test_a_right_that_was_lost_since_is_missed_at_the_press(slack_house: SlackHouse) -> None:
    house = slack_house
    await house.ask()
    await house.looked(1, PROBLEM)
    answer = await show(house, "max")
    assert answer.buttons == ["recheck", "withdraw"]
    house.ws.groups["S0ADMINS"].users.clear()
    await house.person("max").click(answer, "recheck")
    await house.whisper("max", "You cannot check again IU-1")
    assert not await house.enqueued("preflight-1-2")


@pytest.mark.parametrize("name", ["rae", "max"])
async def test_withdrawing_in_the_answer_to_show_says_so_in_words(
    slack_house: SlackHouse, name: str
) -> None:
    await slack_house.ask()
    await slack_house.person(name).click(await show(slack_house, name), "withdraw")
    await slack_house.whisper(name, "IU-1 is withdrawn")
    await slack_house.dm("rae", "taken back")


async def test_a_requester_who_is_an_admin_by_name_finds_the_button_in_the_message(
    sqlite_url: str, sqlite: Database
) -> None:
    """Of a group the message does not know who is in it: there, `show` has the button."""
    config = settings()
    slack = config.slack.model_copy(update={"admins": ("S0ADMINS", "U0RAE")})
    named = replace(config, slack=slack)
    async with living_slack(sqlite_url, sqlite, config=named) as house:
        await approved(house, state=State.PROVISIONED, finding=NO_PROOF)
        message = await house.dm("rae", "Please test it", button="confirm_live")
        assert message.buttons == ["confirm_live", "withdraw"]
