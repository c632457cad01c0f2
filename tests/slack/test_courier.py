"""What arrives in Slack, whatever Slack and the network do meanwhile."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from bot.core.diagnosis import NOT_PROVEN
from bot.flows import telling
from bot.sandbox.workspace.server import BOT_SCOPES
from store import outbox
from store.database import Database
from store.records import Finding, State
from tests.modes import Mode
from tests.slack.house import CARD_CHANNEL, SlackHouse, courier_for, living_slack


@pytest.fixture
def mode() -> Mode:
    """What goes out takes the same way, whichever way clicks come in."""
    return "socket"


FINDING = Finding(code="x", cause="The cause.", remedy="The remedy.", who="an admin")


def cards(house: SlackHouse, number: int = 1) -> list[Any]:
    return [
        one
        for one in house.ws.channel(CARD_CHANNEL).messages
        if one.text.startswith(f"IU-{number} ")
    ]


async def row(house: SlackHouse, message: str = "IU-1/card") -> Any:
    async with house.database.read() as conn:
        return await outbox.get(conn, message)


async def test_a_request_has_one_living_card_that_is_edited(slack_house: SlackHouse) -> None:
    card = await slack_house.asked()
    await slack_house.person("ada").click(card, "approve")
    await slack_house.change(1, state=State.PROVISIONED)
    await slack_house.change(1, state=State.LIVE)
    await slack_house.ws.until(lambda: "live" in card.text)
    await slack_house.told()
    assert cards(slack_house) == [card]
    assert card.updates >= 1
    assert not card.edited
    assert len(slack_house.person("rae").dm) == 1
    assert len(slack_house.person("olu").dm) == 1


async def test_a_burst_of_changes_is_one_edit_to_the_newest_state(slack_house: SlackHouse) -> None:
    card = await slack_house.asked()
    await slack_house.told()
    before = slack_house.ws.count("chat.update", channel=CARD_CHANNEL)
    slack_house.ws.faults.slow("chat.update", 0.3, channel=CARD_CHANNEL)
    await slack_house.change(1, state=State.APPROVED, approved_at=slack_house.clock())
    await slack_house.ws.until(lambda: slack_house.ws.faults.waiting == [])
    for _ in range(9):
        await slack_house.change(1, state=State.PROVISIONED)
    await slack_house.change(1, state=State.LIVE)
    await slack_house.ws.until(lambda: "live" in card.text)
    await slack_house.told()
    assert slack_house.ws.count("chat.update", channel=CARD_CHANNEL) - before <= 6


async def test_too_many_requests_is_obeyed_and_nobody_else_waits(slack_house: SlackHouse) -> None:
    slack_house.ws.faults.rate_limit("chat.postMessage", seconds=3, channel=CARD_CHANNEL)
    begun = time.monotonic()
    await slack_house.ask()
    await slack_house.looked()
    await slack_house.dm("rae", "waiting for approval")
    assert cards(slack_house) == []
    await slack_house.card()
    assert time.monotonic() - begun >= 2.9
    assert slack_house.ws.count("chat.postMessage", channel=CARD_CHANNEL) == 2
    assert len(cards(slack_house)) == 1


async def test_a_channel_that_does_not_answer_holds_up_nobody(slack_house: SlackHouse) -> None:
    slack_house.ws.faults.slow("chat.postMessage", 3, channel=CARD_CHANNEL)
    await slack_house.ask()
    await slack_house.looked()
    await slack_house.dm("rae", "waiting for approval")
    await slack_house.ask(name="Another")
    await slack_house.dm("rae", "being checked", number=2)
    assert cards(slack_house) == []
    await slack_house.card()


@pytest.mark.parametrize("status", [500, 503])
async def test_a_failing_slack_is_tried_again(slack_house: SlackHouse, status: int) -> None:
    slack_house.ws.faults.fail("chat.postMessage", status=status, channel=CARD_CHANNEL, times=3)
    await slack_house.asked()
    assert len(cards(slack_house)) == 1


async def test_a_connection_that_breaks_before_the_post_is_tried_again(
    slack_house: SlackHouse,
) -> None:
    slack_house.ws.faults.drop(
        "chat.postMessage", after_effect=False, channel=CARD_CHANNEL, times=2
    )
    await slack_house.asked()
    assert len(cards(slack_house)) == 1


async def test_an_outage_however_long_gives_nothing_up(slack_house: SlackHouse) -> None:
    slack_house.ws.faults.fail("chat.postMessage", channel=CARD_CHANNEL, times=9)
    await slack_house.ask()
    async with slack_house.database.write() as conn:
        for _ in range(20):  # it was tried for hours
            await outbox.failed(conn, "IU-1/dm/U0RAE", slack_house.clock(), passing=True)
    await slack_house.looked()
    await slack_house.ws.until(lambda: slack_house.find(1), timeout=20)
    async with slack_house.database.read() as conn:
        assert await outbox.given_up(conn) == {}


async def test_a_reply_lost_after_the_post_leaves_at_most_one_extra_card(
    slack_house: SlackHouse,
) -> None:
    slack_house.ws.faults.drop("chat.postMessage", after_effect=True, channel=CARD_CHANNEL)
    await slack_house.ask()
    await slack_house.looked()
    await slack_house.ws.until(lambda: len(cards(slack_house)) == 2)
    await slack_house.told()
    extra, living = cards(slack_house)
    assert (await row(slack_house)).ts == living.ts
    await slack_house.person("ada").click(extra, "details")
    told = await slack_house.whisper("ada", "old copy")
    assert f"p{living.ts.replace('.', '')}" in told
    await slack_house.person("ada").click(extra, "approve")
    await slack_house.ws.until(lambda: living.buttons == [])
    assert extra.buttons != []
    await slack_house.person("ben").click(extra, "approve")
    await slack_house.whisper("ben", "<@U0ADA> was first", "old copy")


async def test_an_old_copy_is_explained_in_words_where_slack_gives_no_link(
    slack_house: SlackHouse,
) -> None:
    slack_house.ws.faults.drop("chat.postMessage", after_effect=True)
    slack_house.ws.faults.refuse("chat.getPermalink", "missing_scope")
    await slack_house.ask()
    rae = slack_house.person("rae")
    await slack_house.ws.until(lambda: len(rae.dm) == 2)
    await slack_house.told()
    await rae.click(rae.dm[0], "withdraw")
    await slack_house.whisper(
        "rae", "IU-1 is withdrawn.", "old copy", "the newest one in this conversation"
    )
    assert (await slack_house.request()).state is State.WITHDRAWN


async def test_an_old_copy_leads_each_person_to_their_own_newest_message(
    slack_house: SlackHouse,
) -> None:
    slack_house.ws.faults.drop("chat.postMessage", after_effect=True, channel="U0RAE")
    card = await slack_house.asked()
    await slack_house.person("ada").click(card, "approve")
    await slack_house.dm("olu", "approved")
    await slack_house.told()
    extra, living = slack_house.person("rae").dm
    await slack_house.person("rae").click(extra, "withdraw")
    told = await slack_house.whisper("rae", "IU-1 is being withdrawn", "old copy")
    assert f"p{living.ts.replace('.', '')}" in told


async def test_a_deleted_message_is_posted_again_and_lives_on(slack_house: SlackHouse) -> None:
    card = await slack_house.asked()
    await slack_house.told()
    seen = card.snapshot()  # a click that was on its way
    card.deleted = True
    await slack_house.person("ada").click(seen, "approve")
    await slack_house.ws.until(lambda: len(cards(slack_house)) == 2)
    fresh = cards(slack_house)[1]
    assert "@U0ADA" in fresh.readable()
    await slack_house.change(1, state=State.LIVE)
    await slack_house.ws.until(lambda: "live" in fresh.text)


async def test_somebody_without_a_direct_message_stops_nobody_else(
    slack_house: SlackHouse,
) -> None:
    card = await slack_house.asked()
    slack_house.ws.people["U0OLU"].deleted = True
    await slack_house.person("ada").click(card, "approve")
    await slack_house.ws.until(lambda: "@U0ADA" in card.readable())
    request = await slack_house.change(1, state=State.LIVE)
    async with slack_house.database.write() as conn:
        await telling.show_end(conn, request, slack_house.clock())
    slack_house.ctx.wake()
    message = await slack_house.dm("rae", "live")
    await slack_house.ws.until(lambda: message.replies)


async def test_where_posting_to_a_person_opens_no_dm_it_is_opened_first(
    sqlite_url: str, sqlite: Database
) -> None:
    """Needs the scope im:write, which the manifest does not ask for."""
    async with living_slack(sqlite_url, sqlite, scopes={*BOT_SCOPES, "im:write"}) as house:
        house.ws.switches = replace(house.ws.switches, dm_by_user_id=False)
        await house.ask()
        await house.dm("rae", "being checked")
        assert house.ws.count("conversations.open") == 1


async def test_an_end_is_one_line_in_the_thread_of_each_persons_message(
    slack_house: SlackHouse,
) -> None:
    card = await slack_house.asked()
    await slack_house.person("ada").click(card, "approve")
    request = await slack_house.change(1, state=State.BLOCKED, finding=FINDING)
    async with slack_house.database.write() as conn:
        await telling.show_end(conn, request, slack_house.clock())
    slack_house.ctx.wake()
    for name in ("rae", "olu"):
        message = await slack_house.dm(name, "blocked")
        replies = await slack_house.ws.until(lambda m=message: m.replies)
        assert [one.readable() for one in replies if "The cause." in one.readable()] != []
    await slack_house.told()
    assert len(slack_house.person("rae").dm[0].replies) == 1


async def test_an_end_that_is_over_before_it_is_told_is_not_told(slack_house: SlackHouse) -> None:
    card = await slack_house.asked()
    await slack_house.person("ada").click(card, "approve")
    slack_house.ws.faults.slow("chat.update", 0.3, times=4)
    request = await slack_house.change(1, state=State.BLOCKED, finding=FINDING)
    async with slack_house.database.write() as conn:
        await telling.show_end(conn, request, slack_house.clock())
    await slack_house.change(1, state=State.PROVISIONED, finding=FINDING_NOT_PROVEN)
    await slack_house.dm("rae", "not proven")
    await slack_house.told()
    assert slack_house.person("rae").dm[0].replies == []


FINDING_NOT_PROVEN = Finding(code=NOT_PROVEN, cause="No key.", remedy="Test it.", who="Olu")


async def test_a_message_that_cannot_be_shown_stops_no_other(
    slack_house: SlackHouse, lines: list[Any]
) -> None:
    await slack_house.ask()
    await slack_house.told()
    async with slack_house.database.write() as conn:
        await outbox.want(
            conn, "IU-1/nonsense", request=1, surface="nonsense", target="C0OPS",
            now=slack_house.clock(),
        )  # fmt: skip
    await slack_house.looked()
    await slack_house.card()
    assert [one for one in lines if one["event"] == "message.broken"] != []


async def test_after_a_kill_between_post_and_commit_at_most_one_extra_card(
    slack_house: SlackHouse,
) -> None:
    house = slack_house
    await house.ask()
    await house.told()
    await house.courier.stop(1)
    await house.looked()
    dying = courier_for(house, house.ctx, house.client)

    async def lost(*_: Any) -> None:
        await asyncio.Event().wait()  # the process is gone before it can commit

    dying._remember = lost  # type: ignore[assignment, method-assign]  # it dies here
    await dying.start()
    await house.ws.until(lambda: cards(house))
    await dying.stop(0)
    heir = courier_for(house, house.ctx, house.client)
    await heir.start()
    await house.ws.until(lambda: len(cards(house)) == 2)
    await house.told()
    assert len(cards(house)) == 2
    assert (await row(house)).ts == cards(house)[1].ts


@pytest.mark.parametrize(
    "any_slack_house", [("postgres_url", "socket")], ids=["postgres"], indirect=True
)
@pytest.mark.postgres
async def test_two_couriers_never_post_twice(any_slack_house: SlackHouse) -> None:
    house = any_slack_house
    second = courier_for(house, house.ctx, house.client)
    await second.start()
    for number in range(1, 5):
        await house.ask({"perm:Account": ["read"]}, name=f"Number {number}", objects=["Account"])
        await house.looked(number)
    await house.ws.until(lambda: all(cards(house, one) for one in range(1, 5)), timeout=20)
    await house.told()
    assert [len(cards(house, one)) for one in range(1, 5)] == [1] * 4
    assert len(house.person("rae").dm) == 4


async def test_stopping_finishes_the_message_in_hand(slack_house: SlackHouse) -> None:
    slack_house.ws.faults.slow("chat.postMessage", 0.4, channel=CARD_CHANNEL)
    await slack_house.ask()
    await slack_house.looked()
    await slack_house.ws.until(lambda: not slack_house.ws.faults.waiting)
    await slack_house.courier.stop(3)
    (card,) = cards(slack_house)
    assert (await row(slack_house)).ts == card.ts
