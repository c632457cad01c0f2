"""A username that is taken, here or in another org: one button takes the next free one."""

from __future__ import annotations

import pytest

from bot.core.lifecycle import Refusal
from bot.core.policy import Actor
from bot.flows import renaming
from bot.sandbox.workspace import Message
from store.records import State
from tests.story.house import House
from tests.story.looking import READ_ACCOUNT, finding, problem

DOMAIN = "integrations.acme.example.uat"
NAME = "new_username"


async def refused_elsewhere(house: House) -> Message:
    """The user `sap@…` exists in another org: only its insert tells so."""
    await house.ask(READ_ACCOUNT, name="SAP", objects=["Account"])
    await house.approve()
    await finding(house, "username_taken")
    await house.told()
    return house.person("rae").dm[0]


async def test_a_name_taken_in_another_org_gives_way_to_a_free_one_that_is_approved_again(
    house: House,
) -> None:
    message = await refused_elsewhere(house)
    (made,) = house.org.rows("PermissionSet", Name="Integration_Sap_IU1")
    assert NAME in message.buttons
    await house.person("rae").click(message, NAME)
    card = await house.slack.until(
        lambda: next(
            (
                one
                for one in house.slack.channel("C0APPROVE").messages
                if "approve" in one.buttons and f"sap-2@{DOMAIN}" in one.readable()
            ),
            None,
        ),
        timeout=house.patience,
    )
    request = await house.request()
    assert request.state is State.REQUESTED
    assert request.votes == ()
    await house.person("ada").click(card, "approve")
    request = await house.ends("live", "blocked")
    assert (str(request.state), request.finding) == ("live", None)
    assert request.username == f"sap-2@{DOMAIN}"
    assert house.org.user(f"sap-2@{DOMAIN}")
    assert house.org.rows("PermissionSet", Name="Integration_Sap_IU1")[0]["Id"] == made["Id"]
    assert [one.name for one in request.permission_sets] == ["Integration_Sap_IU1"]
    await house.told()
    assert NAME not in message.buttons
    assert house.slack.complaints == []


async def test_a_typed_name_taken_in_the_org_gives_way_before_anybody_is_asked(
    house: House,
) -> None:
    taken = f"billing-sync@{DOMAIN}"
    await house.ask({**READ_ACCOUNT, "username": taken}, objects=["Account"])
    assert "Take another username" in await problem(house, "username_taken")
    await house.person("rae").click(house.person("rae").dm[0], NAME)
    card = await house.card()
    assert f"billing-sync-2@{DOMAIN}" in card.readable()
    assert (await house.request()).username == f"billing-sync-2@{DOMAIN}"


async def test_a_name_that_another_request_wants_is_not_taken(house: House) -> None:
    message = await refused_elsewhere(house)
    other = {**READ_ACCOUNT, "username": f"sap-2@{DOMAIN}"}
    await house.ask(other, name="Other", objects=["Account"])
    await house.person("rae").click(message, NAME)
    assert (await house.request()).username == f"sap-3@{DOMAIN}"


@pytest.mark.parametrize("who", [Actor(user="U0SAM"), Actor(user="U0ADA", is_approver=True)])
async def test_who_may_not_change_the_name_is_told_who_can(house: House, who: Actor) -> None:
    await refused_elsewhere(house)
    with pytest.raises(Refusal, match="The requester, the owner or an admin can"):
        await renaming.rename(house.app.context, 1, who)
    assert (await house.request()).state is State.BLOCKED


async def test_a_second_click_finds_that_the_name_is_not_in_question(house: House) -> None:
    message = await refused_elsewhere(house)
    old = message.buttons
    assert NAME in old
    await house.person("rae").click(message, NAME)
    await house.card()
    before = await house.request()
    with pytest.raises(Exception, match=NAME):
        await house.person("rae").click(message, NAME)
    assert (await house.request()).version == before.version


async def test_what_was_made_under_the_old_name_is_undone_by_a_withdrawal(house: House) -> None:
    message = await refused_elsewhere(house)
    await house.person("rae").click(message, NAME)
    await house.card()
    await house.person("rae").command("/integration-user withdraw IU-1")
    await house.ends("withdrawn")
    assert not house.org.rows("PermissionSet", Name="Integration_Sap_IU1")
