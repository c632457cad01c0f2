"""What an admin reads about a channel that takes nothing."""

from __future__ import annotations

import pytest

from bot.sandbox.workspace import payload_rules
from bot.sandbox.workspace.switches import Switches
from bot.slack.views import place, trouble
from bot.slack.views.parts import Payload


def said(payload: Payload) -> str:
    words = [block["text"]["text"] for block in payload.get("blocks", []) if "text" in block]
    assert payload_rules.message(payload.get("blocks", []), switches=Switches()) == []
    return "\n".join(words)


@pytest.mark.parametrize(
    ("cause", "why", "todo"),
    [
        ("not_in_channel", "the bot is not in the channel", "Type `/invite @Integration User`"),
        ("is_archived", "the channel is archived", "Unarchive the channel"),
        ("channel_not_found", "no channel with this id", "write another"),
        ("restricted_action", "do not let the bot post", "posting permissions"),
        ("restricted_action_read_only_channel", "do not let the bot post", "posting permissions"),
    ],
)
def test_each_cause_is_said_with_what_to_do(cause: str, why: str, todo: str) -> None:
    told = place.refused("C0A", cause, waits=["the card of IU-7"], keys=["approvals_channel"])
    for text in (said(told), told["text"]):
        for words in ("<#C0A>", why, todo, "the card of IU-7", "`approvals_channel`", "restart"):
            assert words in text, words
    assert f"`{cause}`" in said(told)


def test_a_long_list_of_what_waits_is_counted() -> None:
    waits = [f"the card of IU-{number}" for number in range(1, 15)]
    told = place.refused("C0A", "is_archived", waits=waits, keys=["approvals_channel"])
    assert "the card of IU-10" in said(told)
    assert "the card of IU-11" not in said(told)
    assert "and 4 more" in said(told)
    assert "and 11 more" in told["text"]


def test_a_channel_that_two_keys_name_or_none_says_so() -> None:
    two = place.refused("C0A", "is_archived", waits=[], keys=["approvals_channel", "ops_channel"])
    assert "`approvals_channel` and `ops_channel`" in said(two)
    assert "What waits" not in said(two)
    none = place.refused("C0A", "is_archived", waits=[], keys=[])
    assert "Or restart the bot" in said(none)


def test_what_is_mended_or_no_longer_needed_needs_nobody() -> None:
    assert "takes my messages again" in place.works("C0A", known=True)["text"]
    assert "no channel of mine any more" in place.works("C0A", known=False)["text"]


def test_an_org_that_nobody_can_choose_promises_no_time_that_the_schedule_may_not_keep() -> None:
    told = trouble.closed("UAT sandbox", "The key is refused.")
    assert "looks again by itself;" in said(told)
    assert "hour" not in said(told)
