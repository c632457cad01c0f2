"""Approvers decide once, about exactly what the card showed, and everybody hears how."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from store.database import Database
from store.records import State
from tests.modes import Mode
from tests.slack.house import SlackHouse, fill_catalogue, living_slack, settings


async def reject(house: SlackHouse, name: str, reason: str, card: object = None) -> object:
    person = house.person(name)
    await person.click(card or await house.card(), "reject")
    form = await person.modal("reject_request")
    await form.fill("reason", reason)
    return await form.submit()


async def test_approve_decides_and_enqueues_the_work_once(slack_house: SlackHouse) -> None:
    card = await slack_house.asked()
    assert card.buttons == ["approve", "reject", "details"]
    await slack_house.person("ada").click(card, "approve")
    await slack_house.ws.until(lambda: card.buttons == [])
    assert "@U0ADA" in card.readable()
    request = await slack_house.request()
    assert request.state is State.APPROVED
    assert request.approved_at is not None
    assert await slack_house.enqueued("provision-1-1")
    await slack_house.dm("rae", "approved")
    assert (await slack_house.dm("olu", "approved")).buttons == ["withdraw"]
    assert slack_house.person("ada").ephemerals() == []


async def test_reject_asks_why_and_the_requester_reads_it(slack_house: SlackHouse) -> None:
    await slack_house.asked()
    outcome = await reject(slack_house, "ben", "Too many <objects> & fields")
    assert outcome.closed
    request = await slack_house.request()
    assert request.state is State.REJECTED
    message = await slack_house.dm("rae", "rejected", "Too many <objects> & fields")
    assert message.buttons == []
    (line,) = await slack_house.ws.until(lambda: message.replies)
    assert "was rejected" in line.readable()
    assert (slack_house.find()).buttons == []


async def test_a_reason_of_blanks_is_no_reason(slack_house: SlackHouse) -> None:
    await slack_house.asked()
    for reason in ("   ", "\u200b\u3164\u2800"):
        outcome = await reject(slack_house, "ada", reason)
        assert list(outcome.errors) == ["reason"]
        assert "say why" in outcome.errors["reason"]
        await slack_house.person("ada").modal("reject_request")
    assert (await slack_house.request()).state is State.REQUESTED


async def test_details_shows_every_field_by_its_name(slack_house: SlackHouse) -> None:
    card = await slack_house.asked()
    await slack_house.person("ada").click(card, "details")
    view = await slack_house.person("ada").modal("request_view")
    assert "Industry" in view.readable()


async def test_a_stranger_is_refused_where_only_they_see_it(slack_house: SlackHouse) -> None:
    card = await slack_house.asked()
    for button in ("approve", "reject", "details"):
        await slack_house.person("sam").click(card, button)
    await slack_house.whisper("sam", "You cannot approve IU-1", "approver can")
    await slack_house.whisper("sam", "You cannot reject IU-1")
    await slack_house.whisper("sam", "can see the rest")
    assert not slack_house.person("sam").has_modal
    assert (await slack_house.request()).state is State.REQUESTED
    assert card.buttons == ["approve", "reject", "details"]


@pytest.mark.parametrize(
    ("name", "party"), [("rae", "requester"), ("olu", "owner"), ("bea", "backup owner")]
)
async def test_nobody_decides_about_what_is_theirs(
    slack_house: SlackHouse, name: str, party: str
) -> None:
    slack_house.ws.groups["S0SALESFORCE"].users.append(f"U0{name.upper()}")
    card = await slack_house.asked()
    await slack_house.person(name).click(card, "approve")
    await slack_house.whisper(name, f"You are the {party} of IU-1")
    await slack_house.person(name).click(card, "reject")
    assert not slack_house.person(name).has_modal
    assert (await slack_house.request()).votes == ()


async def test_a_double_click_counts_once(any_slack_house: SlackHouse) -> None:
    house = any_slack_house
    card = (await house.asked()).snapshot()
    await asyncio.gather(*(house.person("ada").click(card, "approve") for _ in range(3)))
    assert len((await house.request()).votes) == 1
    await house.whisper("ada", "You have already approved IU-1")
    assert [one.event for one in await house.journal()].count("approved") == 1


async def test_of_two_approvers_at_once_one_decides_and_the_other_hears_who(
    any_slack_house: SlackHouse,
) -> None:
    house = any_slack_house
    card = (await house.asked()).snapshot()
    await asyncio.gather(*(house.person(name).click(card, "approve") for name in ("ada", "ben")))
    (vote,) = (await house.request()).votes
    loser = "ben" if vote.who == "U0ADA" else "ada"
    await house.whisper(loser, f"<@{vote.who}> was first and approved IU-1")
    assert await house.enqueued("provision-1-1")
    assert not await house.enqueued("provision-1-2")


async def test_approve_and_reject_at_once_end_in_exactly_one_of_them(
    any_slack_house: SlackHouse,
) -> None:
    house = any_slack_house
    card = (await house.asked()).snapshot()
    await house.person("ben").click(card, "reject")
    form = await house.person("ben").modal("reject_request")
    await form.fill("reason", "No")
    _, outcome = await asyncio.gather(house.person("ada").click(card, "approve"), form.submit())
    request = await house.request()
    assert len(request.votes) == 1
    if request.state is State.REJECTED:
        await house.whisper("ada", "<@U0BEN> was first and rejected IU-1")
    else:
        assert outcome.next is not None
        assert "@U0ADA was first and approved IU-1" in outcome.next.readable()


async def test_a_reason_that_comes_too_late_is_answered_with_who_was_first(
    slack_house: SlackHouse,
) -> None:
    card = await slack_house.asked()
    await slack_house.person("ben").click(card, "reject")
    form = await slack_house.person("ben").modal("reject_request")
    await form.fill("reason", "No")
    await slack_house.person("ada").click(card, "approve")
    outcome = await form.submit()
    assert outcome.next is not None
    assert "@U0ADA was first and approved IU-1" in outcome.next.readable()
    assert (await slack_house.request()).state is State.APPROVED


async def test_a_stale_card_decides_nothing(slack_house: SlackHouse) -> None:
    stale = (await slack_house.asked()).snapshot()
    await slack_house.looked(1, name="_changed")
    for button in ("approve", "reject"):
        await slack_house.person("ada").click(stale, button)
    await slack_house.whisper("ada", "This card of IU-1 is out of date")
    assert not slack_house.person("ada").has_modal
    assert (await slack_house.request()).votes == ()
    await slack_house.told()
    await slack_house.person("ada").click(await slack_house.card(), "approve")
    assert (await slack_house.request()).state is State.APPROVED


async def test_a_request_that_is_checked_again_cannot_be_approved_meanwhile(
    slack_house: SlackHouse,
) -> None:
    card = (await slack_house.asked()).snapshot()
    await slack_house.change(1, preflight=None)
    await slack_house.person("ada").click(card, "approve")
    await slack_house.whisper("ada", "out of date")
    assert (await slack_house.request()).votes == ()


@pytest.fixture
async def house_of_two(
    database_url: str, database: Database, mode: Mode
) -> AsyncIterator[SlackHouse]:
    await fill_catalogue(database)
    config = settings(required=2)
    async with living_slack(database_url, database, config=config, mode=mode) as house:
        yield house


async def test_two_approvals_are_two_people(house_of_two: SlackHouse) -> None:
    house = house_of_two
    card = await house.asked()
    await house.person("ada").click(card, "approve")
    await house.ws.until(lambda: "1 of 2" in card.readable())
    assert (await house.request()).state is State.REQUESTED
    await house.person("ada").click(card, "approve")
    await house.whisper("ada", "already approved IU-1")
    assert (await house.request()).state is State.REQUESTED
    await house.person("ben").click(card, "approve")
    assert (await house.request()).state is State.APPROVED
    assert await house.enqueued("provision-1-1")


async def test_two_approvals_at_once_both_count(house_of_two: SlackHouse) -> None:
    house = house_of_two
    card = (await house.asked()).snapshot()
    await asyncio.gather(*(house.person(name).click(card, "approve") for name in ("ada", "ben")))
    request = await house.request()
    assert {vote.who for vote in request.votes} == {"U0ADA", "U0BEN"}
    assert request.state is State.APPROVED
    assert [one.event for one in await house.journal()].count("approved") == 1


async def test_one_of_two_can_still_reject(house_of_two: SlackHouse) -> None:
    house = house_of_two
    card = await house.asked()
    await house.person("ada").click(card, "approve")
    await reject(house, "ben", "No", card)
    assert (await house.request()).state is State.REJECTED


async def test_somebody_taken_out_of_the_group_cannot_approve_any_more(
    slack_house: SlackHouse,
) -> None:
    card = await slack_house.asked()
    await slack_house.say("ada", "show 1")  # she is known as an approver
    slack_house.ws.groups["S0SALESFORCE"].users.remove("U0ADA")
    await slack_house.person("ada").click(card, "approve")
    await slack_house.whisper("ada", "You cannot approve IU-1")


@pytest.mark.parametrize("mark", ["deleted", "is_restricted"])
async def test_an_approver_who_left_or_became_a_guest_cannot_approve(
    slack_house: SlackHouse, mark: str
) -> None:
    card = await slack_house.asked()
    ada = slack_house.person("ada")
    ada.user = replace(ada.user)  # Slack's clients may be a moment behind
    setattr(slack_house.ws.people["U0ADA"], mark, True)
    await ada.click(card, "approve")
    await slack_house.ws.until(lambda: "You cannot approve IU-1" in str(ada.ephemerals()) or ada.dm)
    assert (await slack_house.request()).votes == ()


async def test_while_slack_names_no_group_what_it_said_lately_counts(
    slack_house: SlackHouse,
) -> None:
    card = await slack_house.asked()
    await slack_house.say("ada", "show 1")
    slack_house.ws.faults.fail("usergroups.users.list", times=9)
    slack_house.clock.ahead = timedelta(minutes=4, seconds=50)
    await slack_house.person("ada").click(card, "approve")
    assert (await slack_house.request()).state is State.APPROVED


async def test_what_slack_said_longer_ago_counts_no_more(slack_house: SlackHouse) -> None:
    card = await slack_house.asked()
    await slack_house.say("ada", "show 1")
    slack_house.ws.faults.fail("usergroups.users.list", times=9)
    slack_house.clock.ahead = timedelta(minutes=5, seconds=10)
    await slack_house.person("ada").click(card, "approve")
    await slack_house.whisper("ada", "Slack does not say right now", "try again")
    assert (await slack_house.request()).votes == ()


async def test_a_silent_slack_is_waited_for_no_longer_than_an_ack_may_take(
    slack_house: SlackHouse,
) -> None:
    card = await slack_house.asked()
    for method in ("users.info", "usergroups.users.list"):
        slack_house.ws.faults.slow(method, 5, times=3)
    slack_house.ws.faults.slow("views.open", 5)
    slack_house.in_time()
    answer = await slack_house.person("ben").click(card, "reject")
    assert answer.error is None
    await slack_house.whisper("ben", "try again")


async def test_a_group_that_is_gone_gives_nobody_a_right_and_locks_nobody_out(
    slack_house: SlackHouse,
) -> None:
    card = await slack_house.asked()
    del slack_house.ws.groups["S0SALESFORCE"]
    await slack_house.person("ada").click(card, "approve")
    await slack_house.whisper("ada", "You cannot approve IU-1")
    assert "is withdrawn" in await slack_house.say("rae", "withdraw 1")
