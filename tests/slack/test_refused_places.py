"""Channels that take nothing: nothing is lost, the admins hear of it once, and it arrives later."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.config import Settings
from bot.core.patience import SLOWLY, Failure
from bot.flows import deadlines, duedates, telling
from bot.sandbox.workspace import Message
from bot.slack.delivery import Failed, read_error
from store import outbox, refused_places
from store.database import Database
from store.records import Message as Wanted
from store.records import State
from tests.modes import Mode
from tests.slack.house import (
    CARD_CHANNEL,
    SlackHouse,
    courier_for,
    living_slack,
    settings,
)


@pytest.fixture
def mode() -> Mode:
    """What goes out takes the same way, whichever way clicks come in."""
    return "socket"


ELSEWHERE = "C0OPS"


def shut(house: SlackHouse, cause: str, channel: str = CARD_CHANNEL) -> None:
    place = house.ws.channel(channel)
    if cause == "is_archived":
        place.is_archived = True
    else:
        place.members.discard("U0BOT")


def mended(house: SlackHouse, channel: str = CARD_CHANNEL) -> None:
    place = house.ws.channel(channel)
    place.is_archived = False
    place.members.add("U0BOT")


async def told_max(house: SlackHouse, *words: str, many: int = 1) -> Message:
    """The newest of the admin's `many` messages about a channel, once it says all the words."""

    def there() -> Message | None:
        said = about(house)
        newest = said[-1] if len(said) == many else None
        return newest if newest and all(word in newest.text for word in words) else None

    found: Message = await house.ws.until(there)
    return found


def about(house: SlackHouse) -> list[Message]:
    return [one for one in house.person("max").dm if CARD_CHANNEL in one.text]


async def row(house: SlackHouse, message: str = "IU-1/card") -> Any:
    async with house.database.read() as conn:
        return await outbox.get(conn, message)


async def given_up(house: SlackHouse) -> dict[str, str]:
    async with house.database.read() as conn:
        return await outbox.given_up(conn)


@pytest.mark.parametrize(
    ("cause", "todo"), [("is_archived", "Unarchive"), ("not_in_channel", "/invite")]
)
async def test_a_card_that_a_channel_does_not_take_waits_and_the_admin_hears_of_it_once(
    any_slack_house: SlackHouse, cause: str, todo: str, lines: list[Any]
) -> None:
    house = any_slack_house
    shut(house, cause)
    await house.ask()
    await house.looked()
    told = await told_max(house, "approval card of IU-1", todo, "`approvals_channel`", "restart")
    second = await house.ask(name="Another")
    await house.looked(second.id)
    await told_max(house, "approval card of IU-1", "approval card of IU-2")
    mended(house)
    card = await house.card(1)
    await house.card(2)
    await told_max(house, "takes my messages again")
    assert about(house) == [told]
    assert await given_up(house) == {}
    loud = [one for one in lines if one["event"] == "channel.refused"]
    assert [(one["reason"], one["log_level"]) for one in loud] == [(cause, "error")]
    await house.person("ada").click(card, "approve")
    await house.ws.until(lambda: "@U0ADA" in card.readable())


async def test_it_is_told_again_only_after_it_had_worked(slack_house: SlackHouse) -> None:
    shut(slack_house, "is_archived")
    await slack_house.ask()
    await slack_house.looked()
    await told_max(slack_house, "approval card of IU-1")
    mended(slack_house)
    card = await slack_house.card()
    await told_max(slack_house, "takes my messages again")
    shut(slack_house, "is_archived")
    await slack_house.change(1, state=State.APPROVED, approved_at=slack_house.clock())
    await told_max(slack_house, "the card of IU-1", "Unarchive", many=2)
    mended(slack_house)
    await slack_house.ws.until(lambda: "being set up" in card.text)
    assert len(about(slack_house)) == 2
    assert "takes my messages again" in about(slack_house)[0].text


async def test_after_the_first_tries_it_is_tried_slowly_and_all_arrive_when_one_does(
    slack_house: SlackHouse,
) -> None:
    house = slack_house
    shut(house, "not_in_channel")
    await house.ask()
    await house.looked()
    await told_max(house, "IU-1")
    async with house.database.write() as conn:
        for _ in range(9):
            await outbox.failed(conn, "IU-1/card", house.clock())
    house.ctx.wake()

    async def slow() -> bool:
        found = await row(house)
        left = found.retry_at - house.clock() if found.retry_at else timedelta()
        return bool(left > SLOWLY * 0.01 * 0.8)  # the pace of this house

    await house.until(slow)
    mended(house)
    begun = asyncio.get_running_loop().time()
    await house.asked(name="Another")  # finds it mended
    await house.card(1)
    assert asyncio.get_running_loop().time() - begun < 8


async def test_when_no_admin_can_be_named_the_channel_for_problems_hears_of_it(
    sqlite_url: str, sqlite: Database, lines: list[Any]
) -> None:
    async with living_slack(sqlite_url, sqlite, config=with_ops(ELSEWHERE)) as house:
        house.ws.groups["S0ADMINS"].users.clear()
        shut(house, "is_archived")
        await house.ask()
        await house.looked()
        ops = house.ws.channel(ELSEWHERE).messages
        await house.ws.until(lambda: any("approval card of IU-1" in one.text for one in ops))
        shut(house, "not_in_channel", ELSEWHERE)
        async with house.database.write() as conn:
            await outbox.want(
                conn, "IU-1/extra", request=1, surface="card", target=ELSEWHERE, now=house.clock()
            )
        house.ctx.wake()
        await house.ws.until(lambda: len(loud(lines)) == 2)  # nobody is left: the log
        assert [one["told"] for one in loud(lines)] == [[ELSEWHERE], []]


def with_ops(channel: str) -> Settings:
    config = settings()
    return replace(config, slack=config.slack.model_copy(update={"ops_channel": channel}))


def loud(lines: list[Any]) -> list[Any]:
    return [one for one in lines if one["event"] == "channel.refused"]


async def test_after_a_start_with_another_channel_what_waits_goes_there(
    slack_house: SlackHouse,
) -> None:
    house = slack_house
    card = await house.asked()
    shut(house, "is_archived")
    async with house.database.write() as conn:
        await outbox.want(
            conn, "IU-1/reminder/1-1", request=1, surface="reminder", target=CARD_CHANNEL,
            now=house.clock(),
        )  # fmt: skip
    second = await house.ask(name="Another")
    await house.looked(second.id)
    told = await told_max(house, "a reminder of IU-1", "approval card of IU-2")
    await house.courier.stop(3)
    config = house.ctx.settings
    moved = config.slack.model_copy(update={"approvals_channel": ELSEWHERE})
    ctx = replace(house.ctx, settings=replace(config, slack=moved))
    await courier_for(house, ctx, house.client).start()
    await house.told()
    there = house.ws.channel(ELSEWHERE).messages
    assert sorted(one.text[:5] for one in there) == ["IU-1 ", "IU-2 "]
    again = next(one for one in there if one.text.startswith("IU-1 "))
    assert any("still waits" in one.text for one in again.replies)
    assert "no channel of mine any more" in told.text
    assert card.replies == []
    await house.person("ada").click(again, "approve")
    await house.ws.until(lambda: "@U0ADA" in again.readable())


async def test_a_start_with_the_same_channels_moves_nothing(slack_house: SlackHouse) -> None:
    shut(slack_house, "is_archived")
    await slack_house.ask()
    await slack_house.looked()
    await told_max(slack_house, "IU-1")
    await slack_house.courier.stop(3)
    await courier_for(slack_house, slack_house.ctx, slack_house.client).start()
    async with slack_house.database.read() as conn:
        assert set(await refused_places.current(conn)) == {CARD_CHANNEL}
    mended(slack_house)
    await slack_house.card()


@pytest.mark.parametrize("error", ["cannot_dm_bot", "user_disabled", "messages_tab_disabled"])
async def test_a_person_who_takes_no_direct_message_is_given_up_and_the_ops_channel_told(
    sqlite_url: str, sqlite: Database, lines: list[Any], error: str
) -> None:
    async with living_slack(sqlite_url, sqlite, config=with_ops(ELSEWHERE)) as house:
        house.ws.faults.refuse("chat.postMessage", error, channel="U0RAE", times=8)
        await house.ask()
        async with house.database.write() as conn:
            for _ in range(6):
                await outbox.failed(conn, "IU-1/dm/U0RAE", house.clock())
        assert await house.until(lambda: given_up(house)) == {"IU-1/dm/U0RAE": error}
        (last,) = [one for one in lines if one["event"] == "message.given_up"]
        assert (last["reason"], last["log_level"]) == (error, "error")
        await house.told()
        (told,) = house.ws.channel(ELSEWHERE).messages
        assert f"no direct message of mine for @U0RAE (`{error}`)" in told.readable()
        assert "They have not read how IU-1 Warehouse sync stands: being checked." in (
            told.readable()
        )
        request = await house.request()
        end = f"{request.label}/end/U0RAE/{request.state}-{request.version}"
        async with house.database.write() as conn:
            await telling.show_end(conn, request, house.clock())
            for _ in range(7):
                await outbox.failed(conn, end, house.clock())
        house.ctx.wake()
        await house.until(lambda: gave_up(house, end))
        await house.told()
        assert house.ws.channel(ELSEWHERE).messages == [told]


async def gave_up(house: SlackHouse, message: str) -> bool:
    return message in await given_up(house)


async def test_while_slack_does_not_say_who_the_admins_are_the_next_refusal_tells_them(
    slack_house: SlackHouse, lines: list[Any]
) -> None:
    shut(slack_house, "is_archived")
    await slack_house.ask()
    slack_house.ws.faults.fail("usergroups.users.list", times=2)
    await slack_house.looked()
    await told_max(slack_house, "approval card of IU-1")
    assert slack_house.ws.faults.waiting == []
    assert [one["told"] for one in loud(lines)] == [["U0MAX"]]


async def test_a_thread_that_is_locked_says_nothing_about_its_channel(
    slack_house: SlackHouse,
) -> None:
    await slack_house.asked()
    error = "restricted_action_thread_locked"
    slack_house.ws.faults.refuse("chat.postMessage", error, channel=CARD_CHANNEL, times=1)
    async with slack_house.database.write() as conn:
        await outbox.want(
            conn, "IU-1/reminder/1-1", request=1, surface="reminder", target=CARD_CHANNEL,
            now=slack_house.clock(),
        )  # fmt: skip
    slack_house.ctx.wake()
    await slack_house.told()
    assert about(slack_house) == []


async def test_a_reminder_stands_where_its_card_stands(slack_house: SlackHouse) -> None:
    house = slack_house
    card = await house.asked()
    await house.told()
    config = house.ctx.settings
    moved = config.slack.model_copy(update={"approvals_channel": ELSEWHERE})
    ctx = replace(house.ctx, settings=replace(config, slack=moved))
    async with house.database.write() as conn:
        await deadlines.from_card(ctx, conn, await house.request(), house.clock())
    house.clock.ahead = min(config.approval.remind_after) + timedelta(minutes=1)
    (reminder,) = await duedates.tick(ctx)
    assert (await row(house, reminder)).target == CARD_CHANNEL
    await house.told()
    assert any("still waits" in one.text for one in card.replies)


@pytest.mark.parametrize(
    ("code", "target", "failure"),
    [
        ("not_in_channel", "C1", Failure.PLACE),
        ("is_archived", "G1", Failure.PLACE),
        ("channel_not_found", "C1", Failure.PLACE),
        ("restricted_action", "C1", Failure.PLACE),
        ("restricted_action_read_only_channel", "C1", Failure.PLACE),
        ("restricted_action_thread_locked", "C1", Failure.REFUSED),
        ("msg_blocks_too_long", "C1", Failure.REFUSED),
        ("channel_not_found", "U1", Failure.REFUSED),
        ("cannot_dm_bot", "U1", Failure.REFUSED),
        ("user_disabled", "W1", Failure.REFUSED),
        ("token_revoked", "C1", Failure.PASSING),
        ("missing_scope", "C1", Failure.PASSING),
        ("no_permission", "C1", Failure.PASSING),
        ("not_allowed_token_type", "U1", Failure.PASSING),
        ("internal_error", "C1", Failure.PASSING),
        ("", "C1", Failure.PASSING),
    ],
)
def test_what_slack_says_means_a_place_a_message_or_trouble_that_passes(
    code: str, target: str, failure: Failure
) -> None:
    answer = SimpleNamespace(data={"ok": False, "error": code}, status_code=200)
    message = Wanted(id="IU-1/card", request=1, surface="card", target=target, wanted=1, shown=0)
    outcome = read_error(SlackApiError("no", answer), message)
    assert isinstance(outcome, Failed)
    assert outcome.failure is failure
