"""What Slack refuses for good is told to somebody, once, in words; an outage is no refusal."""

from collections.abc import Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.config import Settings
from bot.core.patience import MOST_TRIES, Failure
from bot.flows.stale import message_id
from bot.slack import unheard_messages
from bot.slack.delivery import Failed, Later, Outcome, read_error
from bot.slack.places import Places
from bot.slack.views import trouble
from store import outbox, refused_places
from store.database import Database
from store.records import Message
from tests.slack.house import CARD_CHANNEL, Clock, SlackHouse, living_slack, settings

OPS = "C0OPS"
CARD = Message(id="IU-1/card", request=1, surface="card", target=CARD_CHANNEL, wanted=1, shown=0)
TOO_LONG = "msg_blocks_too_long"


def with_ops(channel: str) -> Settings:
    config = settings()
    return replace(config, slack=config.slack.model_copy(update={"ops_channel": channel}))


async def given_up(house: SlackHouse) -> dict[str, str]:
    async with house.database.read() as conn:
        return await outbox.given_up(conn)


async def card_that_failed(house: SlackHouse, tries: int, *, passing: bool = False) -> None:
    """A card is due that was tried so often; Slack refuses it once more at the next try."""
    house.ws.faults.refuse("chat.postMessage", TOO_LONG, channel=CARD_CHANNEL)
    await house.ask()
    await house.looked()
    async with house.database.write() as conn:
        for _ in range(tries):
            await outbox.failed(conn, CARD.id, house.clock(), passing=passing)
    await house.courier.start()


@pytest.mark.parametrize("ops", [OPS, CARD_CHANNEL])
async def test_a_card_that_is_given_up_is_told_to_the_ops_channel_or_to_admins_if_it_is_the_same(
    sqlite_url: str, sqlite: Database, ops: str
) -> None:
    async with living_slack(sqlite_url, sqlite, config=with_ops(ops), deliver=False) as house:
        await card_that_failed(house, MOST_TRIES - 1)

        def said() -> list[Any]:
            here = house.ws.channel(OPS).messages if ops == OPS else house.person("max").dm
            return [one for one in here if "could not be" in one.text]

        (told,) = await house.ws.until(said)
        text = told.readable()
        assert "The card of IU-1 Warehouse sync could not be posted in" in text
        assert f"(`{TOO_LONG}`). Nobody can decide about it." in text
        assert "message.given_up" in text
        assert await given_up(house) == {CARD.id: TOO_LONG}
        assert house.find() is None


async def test_an_outage_uses_up_no_try_of_a_refusal(sqlite_url: str, sqlite: Database) -> None:
    async with living_slack(sqlite_url, sqlite, deliver=False) as house:
        await card_that_failed(house, 20, passing=True)
        await house.card()
        assert await given_up(house) == {}


def test_an_edit_that_is_given_up_says_that_what_stands_there_is_old() -> None:
    stands = replace(CARD, id="digest/uat/1", request=None, surface="digest", ts="1.1")
    text = trouble.unposted(stands, None, TOO_LONG)["text"]
    assert "The digest could not be brought up to date" in text
    assert "What stands there is old." in text


async def told(sqlite: Database, messages: Iterable[Message]) -> list[Message]:
    async with sqlite.write() as conn:
        for one in messages:
            await unheard_messages.tell(conn, one, "user_disabled", [OPS], Clock()())
        return await outbox.waiting(conn, target=OPS)


async def test_every_stale_alert_that_a_person_missed_is_told_and_none_twice(
    sqlite: Database,
) -> None:
    missed = [
        Message(id=message_id(org, slot, "U0OLU"), request=None, surface="stale_dm",
                target="U0OLU", wanted=1, shown=0)
        for org, slot in [("uat", "2026-11-01"), ("uat", "2026-11-02"), ("prod", "2026-11-01")]
    ]  # fmt: skip
    assert len(await told(sqlite, [*missed, *missed])) == len(missed)


async def test_a_line_in_a_thread_and_a_word_about_a_word_are_not_told(sqlite: Database) -> None:
    end = Message(id="IU-1/end/U0RAE/live-3", request=1, surface="end", target="U0RAE",
                  wanted=1, shown=0)  # fmt: skip
    word = replace(end, id="unheard/U0MAX/x/y", surface=unheard_messages.SURFACE, target="U0MAX")
    assert await told(sqlite, [end, word]) == []


@pytest.mark.parametrize(
    ("ts", "tries", "closed"),
    [(None, 0, True), (None, -3, True), ("1.1", 0, False), ("1.1", -1, False), ("1.1", 1, True)],
)
async def test_only_a_post_or_what_was_refused_itself_proves_that_a_channel_works(
    sqlite: Database, ts: str | None, tries: int, *, closed: bool
) -> None:
    async def nobody() -> frozenset[str]:
        return frozenset()

    now = Clock()()
    async with sqlite.write() as conn:
        await refused_places.refuse(conn, CARD_CHANNEL, "restricted_action", now)
        places = Places(settings(), sqlite, nobody)
        await places.taken(conn, replace(CARD, ts=ts, tries=tries), now)
        assert (await refused_places.current(conn) == {}) is closed


def answered(code: str, status: int, **headers: str) -> Outcome:
    answer = SimpleNamespace(data={"error": code}, status_code=status, headers=headers)
    return read_error(SlackApiError("no", answer), CARD)


@pytest.mark.parametrize("code", ["ratelimited", "message_limit_exceeded"])
def test_without_retry_after_the_waits_grow(code: str) -> None:
    assert answered(code, 200) == Failed(reason=code, failure=Failure.PASSING)
    assert answered(code, 429, **{"Retry-After": "soon"}) == Failed(reason=code)
    assert answered(code, 429, **{"Retry-After": "30"}) == Later(seconds=30)
