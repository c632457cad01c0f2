"""Workspaces that do not take the plan block or the table: the same facts, one refused call."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest

from bot.sandbox.workspace import Message
from store import outbox, refused_blocks, usage
from store.records import SeatCount, Seats, State
from tests.modes import Mode
from tests.slack.house import CARD_CHANNEL, SlackHouse, courier_for


@pytest.fixture
def mode() -> Mode:
    """What goes out takes the same way, whichever way clicks come in."""
    return "socket"


KINDS = [frozenset(one) for one in ((), ("plan",), ("table",), ("plan", "table"))]
named = pytest.mark.parametrize("refused", KINDS, ids=lambda one: "+".join(sorted(one)) or "none")


def refuse(house: SlackHouse, refused: Collection[str]) -> None:
    house.ws.switches = replace(house.ws.switches, unsupported_blocks=frozenset(refused))


def rich_kinds(message: Message) -> set[str]:
    return {block["type"] for block in message.blocks} & {"plan", "table"}


def calls(house: SlackHouse) -> int:
    """How often the card's channel was written to, refused or not."""
    methods = ("chat.postMessage", "chat.update")
    return sum(house.ws.count(method, channel=CARD_CHANNEL) for method in methods)


async def remembered(house: SlackHouse) -> frozenset[str]:
    async with house.database.read() as conn:
        return await refused_blocks.since(conn, house.clock() - timedelta(days=1))


def refusals_in(lines: list[Any]) -> list[list[str]]:
    return [line["kinds"] for line in lines if line["event"] == "blocks.refused"]


@named
async def test_the_card_says_the_same_facts_whatever_blocks_are_taken(
    slack_house: SlackHouse, refused: frozenset[str], lines: list[Any]
) -> None:
    refuse(slack_house, refused)
    card = await slack_house.asked()
    said = card.readable()
    facts = ("Plan", "1. Create the permission set", "2. Create the user", "Account", "Order")
    for fact in (*facts, "Read, Edit", "1 field readable", "waiting for approval"):
        assert fact in said, fact
    assert not rich_kinds(card) & refused
    await slack_house.told()
    assert await remembered(slack_house) == refused
    assert refusals_in(lines) == ([sorted(refused)] if refused else [])
    assert calls(slack_house) == (2 if refused else 1)


@named
async def test_one_call_is_refused_and_not_one_for_each_message(
    slack_house: SlackHouse, refused: frozenset[str], lines: list[Any]
) -> None:
    refuse(slack_house, refused)
    first = await slack_house.asked()
    second = await slack_house.asked(name="Another")
    await slack_house.change(1, state=State.APPROVED, approved_at=slack_house.clock())
    await slack_house.ws.until(lambda: "being set up" in first.text)
    await slack_house.told()
    assert rich_kinds(first) == rich_kinds(second) == {"plan", "table"} - refused
    assert calls(slack_house) == 3 + bool(refused)
    assert len(refusals_in(lines)) == bool(refused)


async def test_another_process_and_the_next_start_do_not_try_again(
    slack_house: SlackHouse, sqlite_url: str, lines: list[Any]
) -> None:
    refuse(slack_house, {"plan", "table"})
    await slack_house.asked()
    await slack_house.told()
    await slack_house.courier.stop(3)
    await courier_for(slack_house, slack_house.ctx, slack_house.client).start()
    before = calls(slack_house)
    await slack_house.asked(name="After the start")
    await slack_house.told()
    assert calls(slack_house) == before + 1
    assert len(refusals_in(lines)) == 1


async def test_after_a_day_the_blocks_are_tried_again(slack_house: SlackHouse) -> None:
    refuse(slack_house, {"plan", "table"})
    card = await slack_house.asked()
    await slack_house.told()
    refuse(slack_house, ())
    await slack_house.change(1, state=State.APPROVED, approved_at=slack_house.clock())
    await slack_house.ws.until(lambda: "being set up" in card.text)
    assert rich_kinds(card) == set()
    async with slack_house.database.write() as conn:
        long_ago = slack_house.clock() - timedelta(days=1, minutes=1)
        await refused_blocks.refuse(conn, {"plan", "table"}, long_ago)
    await slack_house.change(1, state=State.PROVISIONED)
    await slack_house.ws.until(lambda: "being tested" in card.text)
    assert rich_kinds(card) == {"plan", "table"}


async def test_a_rich_card_becomes_plain_when_the_workspace_changes_its_mind(
    slack_house: SlackHouse,
) -> None:
    card = await slack_house.asked()
    assert rich_kinds(card) == {"plan", "table"}
    refuse(slack_house, {"plan"})
    await slack_house.change(1, state=State.APPROVED, approved_at=slack_house.clock())
    await slack_house.ws.until(lambda: "being set up" in card.text)
    assert rich_kinds(card) == set()
    assert "1. Create the permission set — doing now" in card.readable().replace("*", "")
    await slack_house.change(1, state=State.PROVISIONED)
    await slack_house.ws.until(lambda: "being tested" in card.text)
    assert rich_kinds(card) == {"table"}
    assert not slack_house.find(2)


async def test_the_plan_block_of_the_living_card_moves(slack_house: SlackHouse) -> None:
    card = await slack_house.asked()

    def moves() -> list[str]:
        tasks = chain.from_iterable(b["tasks"] for b in card.blocks if b["type"] == "plan")
        return [task["status"] for task in tasks]

    assert moves() == ["pending"] * 3
    await slack_house.change(1, state=State.APPROVED, approved_at=slack_house.clock())
    await slack_house.ws.until(lambda: moves() == ["in_progress", "pending", "pending"])
    await slack_house.change(1, state=State.BLOCKED)
    await slack_house.ws.until(lambda: moves() == ["error", "pending", "pending"])
    await slack_house.change(1, state=State.PROVISIONED)
    await slack_house.ws.until(lambda: moves() == ["complete", "complete", "in_progress"])
    await slack_house.change(1, state=State.LIVE)
    await slack_house.ws.until(lambda: moves() == ["complete"] * 3)


@pytest.mark.parametrize("error", ["msg_blocks_too_long", "not_in_channel", "internal_error"])
async def test_other_errors_are_not_taken_for_a_refusal_of_blocks(
    slack_house: SlackHouse, error: str
) -> None:
    slack_house.ws.faults.refuse("chat.postMessage", error, channel=CARD_CHANNEL, times=1)
    card = await slack_house.asked()
    assert rich_kinds(card) == {"plan", "table"}
    assert await remembered(slack_house) == frozenset()


async def test_what_is_refused_in_plain_words_too_says_nothing_about_rich_blocks(
    slack_house: SlackHouse,
) -> None:
    slack_house.ws.faults.refuse(
        "chat.postMessage", "invalid_blocks", channel=CARD_CHANNEL, times=2
    )
    card = await slack_house.asked()
    assert rich_kinds(card) == {"plan", "table"}
    assert await remembered(slack_house) == frozenset()


async def test_a_refusal_without_a_name_counts_for_every_rich_block(
    slack_house: SlackHouse,
) -> None:
    slack_house.ws.faults.refuse(
        "chat.postMessage", "invalid_blocks", channel=CARD_CHANNEL, times=1
    )
    card = await slack_house.asked()
    assert rich_kinds(card) == set()
    await slack_house.told()
    assert await remembered(slack_house) == {"plan", "table"}


@named
async def test_the_digest_says_the_same_numbers_whatever_blocks_are_taken(
    slack_house: SlackHouse, refused: frozenset[str]
) -> None:
    refuse(slack_house, refused)
    now = slack_house.clock()
    count = SeatCount(
        org="uat",
        slot="2026-W48",
        since=now - timedelta(weeks=1),
        at=now,
        licenses=Seats(total=7, used=3, reserved=1),
        psls=Seats(total=6, used=2),
        counted_at=now,
    )
    async with slack_house.database.write() as conn:
        await usage.keep_count(conn, count)
        message = "digest/uat/2026-W48"
        surface, where = "digest", CARD_CHANNEL
        await outbox.want(
            conn, message, request=None, surface=surface, target=where, now=slack_house.clock()
        )
    slack_house.ctx.wake()
    await slack_house.told()
    [posted] = slack_house.ws.channel(CARD_CHANNEL).messages
    assert rich_kinds(posted) == {"table"} - refused
    said = posted.readable()
    for fact in ("3 of 7", "2 of 6", "Cost", "week 48 of 2026"):
        assert fact in said, fact
    assert await remembered(slack_house) == refused & {"table"}
    assert calls(slack_house) == 1 + ("table" in refused)
