"""What nobody mends ends by itself and frees its seat; a form that is too old says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.by_hand import preview
from bot.core.lifecycle import Refusal
from bot.core.policy import Actor
from bot.flows import deadlines, duedates, form_drafts, intake
from bot.slack import ids
from store import outbox, usage
from store.records import Draft, Finding, State
from tests.modes import Mode
from tests.slack.house import SlackHouse


@pytest.fixture
def mode() -> Mode:
    """What goes out takes the same way, whichever way clicks come in."""
    return "socket"


NO_SEAT = Finding(code="no_seat", cause="No seat is free.", remedy="Free one.", who="an admin")
LONG, SHORT = timedelta(days=3, minutes=1), timedelta(days=2, hours=23)


async def free(house: SlackHouse) -> int:
    async with house.database.read() as conn:
        seats, _ = await intake.seats_of(conn, "uat")
    return seats.free


async def test_a_problem_that_nobody_mends_ends_the_request_and_frees_its_seat(
    slack_house: SlackHouse,
) -> None:
    house = slack_house
    before = await free(house)
    await house.ask()
    await house.looked(1, NO_SEAT)
    await house.dm("rae", "It expires", "if nobody mends it")
    await house.told()
    house.clock.ahead = SHORT
    assert await duedates.tick(house.ctx) == []
    assert await free(house) == before - 1
    house.clock.ahead = LONG
    foretold = await preview.said(house.ctx, "expire")
    wanted = await duedates.tick(house.ctx)
    assert (await house.request()).state is State.EXPIRED
    assert await free(house) == before
    await house.told()
    assert wanted[0] == "IU-1/dm/U0RAE"  # there is no card to wait for
    message = await house.dm("rae", "nobody mended in time what the check found")
    assert message.buttons == []
    (reply,) = message.replies
    assert "nobody mended in time" in reply.text
    assert foretold == f"To U0RAE:\n{reply.text}"
    assert "/integration-user new" in reply.text


async def test_checking_again_gives_no_new_time(slack_house: SlackHouse) -> None:
    house = slack_house
    await house.ask()
    await house.looked(1, NO_SEAT)
    await house.person("rae").click(await house.dm("rae", button="recheck"), "recheck")
    await house.told()
    async with house.database.read() as conn:
        (date,) = await usage.dates_of(conn, 1)
    assert date.at == (await house.request()).created_at + timedelta(days=3)


async def test_what_was_sent_before_requests_expired_without_a_card_counts_from_now(
    slack_house: SlackHouse,
) -> None:
    house = slack_house
    await house.ask()
    await house.looked(1, NO_SEAT)
    await house.told()
    async with house.database.write() as conn:
        await usage.drop_dates(conn, 1)
    house.clock.ahead = LONG
    await duedates.tick(house.ctx)
    assert (await house.request()).state is State.REQUESTED
    async with house.database.read() as conn:
        (date,) = await usage.dates_of(conn, 1)
    assert date.at > house.clock() + SHORT


async def test_nothing_expires_whose_message_slack_has_not_taken_yet(
    slack_house: SlackHouse,
) -> None:
    house = slack_house
    await house.ask()
    await house.looked(1, NO_SEAT)
    await house.told()
    await house.courier.stop(1)
    async with house.database.write() as conn:
        await outbox.forget(conn, "IU-1/dm/U0RAE")
    house.clock.ahead = LONG
    assert await preview.said(house.ctx, "expire") == "expire would post nothing now."
    assert await duedates.tick(house.ctx) == []
    assert (await house.request()).state is State.REQUESTED
    async with house.database.read() as conn:
        (date,) = await usage.dates_of(conn, 1)
    assert date.at > house.clock() + SHORT


async def test_a_form_sent_long_ago_names_the_request_that_it_made(
    slack_house: SlackHouse,
) -> None:
    form = await slack_house.step_2()
    draft = ids.FormState.read(form.view.body["private_metadata"]).draft
    assert (await form.submit()).closed
    later = slack_house.clock() + timedelta(days=2)
    async with slack_house.database.read() as conn:
        with pytest.raises(Refusal, match="sent already: it is IU-1") as told:
            await form_drafts.kept(conn, draft, later)
    assert "show IU-1" in told.value.sentence


async def test_a_form_of_somebody_else_and_one_for_an_org_that_went_are_told_apart(
    slack_house: SlackHouse,
) -> None:
    asked = (await slack_house.ask()).asked
    draft = Draft(id="d", owner="U0RAE", asked=asked, created_at=slack_house.clock())
    form_drafts.may_send(slack_house.ctx, draft, Actor(user="U0RAE"))
    with pytest.raises(Refusal, match="Somebody else began this form"):
        form_drafts.may_send(slack_house.ctx, draft, Actor(user="U0SAM"))
    gone = replace(draft, asked=replace(asked, org="old"))
    with pytest.raises(Refusal, match="`old` was taken out"):
        form_drafts.may_send(slack_house.ctx, gone, Actor(user="U0RAE"))


async def test_a_reminder_is_foretold_for_the_channel_where_its_card_stands(
    slack_house: SlackHouse,
) -> None:
    house = slack_house
    await house.asked()
    await house.told()
    request = await house.request()
    async with house.database.write() as conn:
        await deadlines.from_card(house.ctx, conn, request, house.clock())
        await outbox.shown(conn, "IU-1/card", version=1, channel="C0OLD", ts="1.1")
    house.clock.ahead = SHORT
    assert (await preview.said(house.ctx, "reminders")).startswith("To C0OLD, in the card's thread")
