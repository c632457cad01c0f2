"""How long people wait is measured from the moment at which Slack's payload arrives."""

from __future__ import annotations

import asyncio

from bot.slack.hearing import HearingApp
from bot.slack.receiving import InHand
from tests.slack.house import SlackHouse

BUSY = 0.3


async def test_waiting_for_a_turn_is_part_of_the_time_until_an_answer(
    slack_house: SlackHouse,
) -> None:
    """One at a time, each busy for 0.3 s: the last of four waited for the three before it."""
    app, seen = slack_house.surface.app, []
    assert isinstance(app, HearingApp)
    app.acked = lambda _kind, _outcome, seconds: seen.append(seconds)
    slack_house.receiver._in_hand = InHand(1)  # type: ignore[attr-defined]  # both have it
    slack_house.ws.faults.slow("users.info", BUSY, times=4)
    await asyncio.gather(*(slack_house.say("rae", "show 1") for _ in range(4)))
    assert len(seen) == 4
    assert max(seen) >= 3 * BUSY
