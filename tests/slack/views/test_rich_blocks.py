"""The plan block and the table say what the plain words say, within Slack's limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.sandbox.workspace import payload_rules
from bot.sandbox.workspace.switches import Switches
from bot.slack.views import card, digest, rich
from bot.slack.views.parts import Payload
from bot.slack.views.shown import Shown
from store.records import Grant, Request, Verb
from tests.slack.views.gallery import (
    Words,
    busy,
    checked,
    decided,
    in_rich_blocks,
    requests,
    shown,
    steps,
    week,
    wide,
)
from tests.slack.views.readers import read

WORDS = Words()
STATES = requests(WORDS)
MARKS = re.compile(r"[*•|:;,✓…✗·]|\bnone\b|\s+")


def block(payload: Payload, kind: str) -> dict[str, Any]:
    [found] = [one for one in payload["blocks"] if one["type"] == kind]
    assert isinstance(found, dict)
    return found


def said(payload: Payload) -> list[str]:
    """Each line without marks and the layout of a list or a table."""
    lines = [" ".join(MARKS.sub(" ", one).split()) for one in read(payload).splitlines()]
    return [one for one in lines if one and not one.startswith("Object Access Fields")]


def statuses(one: Shown) -> list[str]:
    return [task["status"] for task in block(card.card(one, rich.ALL), "plan")["tasks"]]


def plain_strings(payload: Payload) -> Iterator[str]:
    for one in payload["blocks"]:
        if one["type"] == "plan":
            yield from [one["title"], *(task["title"] for task in one["tasks"])]
        elif one["type"] == "table":
            yield from [cell["text"] for row in one["rows"] for cell in row]


@pytest.mark.parametrize("state", STATES)
def test_a_card_says_the_same_in_rich_blocks_and_in_plain_words(state: str) -> None:
    one = STATES[state]
    assert said(card.card(one, rich.ALL)) == said(card.card(one))


@pytest.mark.parametrize("state", STATES)
def test_text_and_first_block_are_the_same_sentence_in_both(state: str) -> None:
    one = STATES[state]
    plain, richer = card.card(one), card.card(one, rich.ALL)
    assert richer["text"] == plain["text"]
    assert richer["blocks"][0] == plain["blocks"][0]
    assert richer["blocks"][0]["type"] == "section"


@pytest.mark.parametrize("found", [week(WORDS), week(WORDS, used=5), busy(WORDS)])
def test_a_digest_says_the_same_numbers_in_a_table(found: Any) -> None:
    plain, richer = digest.digest(found, "UAT"), digest.digest(found, "UAT", rich.ALL)
    assert richer["text"] == plain["text"]
    head, *rows = block(richer, "table")["rows"]
    assert [cell["text"] for cell in head] == ["Licence", "Used", "Reserved", "Free"]
    for row in rows:
        name, used, reserved, free = (cell["text"] for cell in row)
        counted, change = re.fullmatch(r"(\d+ of \d+)( \(.+\))?", used).groups("")  # type: ignore[union-attr]  # no match fails the test
        words = f"*{name}*: {counted} used{change}, {reserved} reserved, {free} free"
        assert words in read(plain)
    rest = [line for line in read(richer).splitlines() if " | " not in line]
    assert set(rest) <= set(read(plain).splitlines())
    assert len(rest) + len(rows) == len(read(plain).splitlines())


def test_a_digest_of_an_org_never_counted_has_no_table() -> None:
    found = week(WORDS, counted=False)
    assert digest.digest(found, "UAT", rich.ALL) == digest.digest(found, "UAT")


def test_each_kind_is_chosen_by_itself() -> None:
    one = STATES["approved"]
    assert rich.kinds(card.card(one)) == rich.PLAIN
    for kind in rich.ALL:
        assert rich.kinds(card.card(one, frozenset({kind}))) == {kind}


def test_the_plan_moves_from_pending_over_in_progress_to_complete() -> None:
    assert set(statuses(STATES["waiting 0 of 2"])) == {"pending"}
    every = len(statuses(STATES["approved"]))
    for done in range(1, every - 1):
        one = shown(decided(WORDS), WORDS, done=steps(WORDS, done))
        rest = ["pending"] * (every - done - 1)
        assert statuses(one) == ["complete"] * done + ["in_progress"] + rest
    assert statuses(STATES["testing"]) == ["complete"] * (every - 1) + ["in_progress"]
    assert set(statuses(STATES["live"])) == {"complete"}


def test_the_plan_shows_an_error_where_it_was_blocked() -> None:
    stopped = statuses(STATES["blocked while set up"])
    assert stopped.count("error") == 1
    at = stopped.index("error")
    assert set(stopped[:at]) == {"complete"}
    assert set(stopped[at + 1 :]) == {"pending"}
    assert statuses(STATES["blocked by the test"])[-1] == "error"


def test_a_status_is_said_in_words_too() -> None:
    tasks = block(card.card(STATES["blocked while set up"], rich.ALL), "plan")["tasks"]
    words = {"complete": "— done ✓", "error": "— stopped here", "pending": "— not done"}
    for task in tasks:
        assert task["title"].endswith(words[task["status"]])


@pytest.mark.parametrize("text", ["<!channel>", "*x* <@U1> `y`", "& &lt; :tada:", "a" * 3000])
def test_foreign_text_in_rich_blocks_is_no_markup_even_if_slack_should_read_it(text: str) -> None:
    for name, payload in in_rich_blocks(Words.hostile(text)).items():
        for one in plain_strings(payload):
            assert not set("<>*`") & set(one), name
            assert ":tada:" not in one, name


def test_ten_objects_with_three_hundred_fields_fit() -> None:
    payload = card.card(shown(wide(WORDS, 10, 300), WORDS), rich.ALL)
    assert payload_rules.message(payload["blocks"], switches=Switches()) == []
    rows = block(payload, "table")["rows"]
    assert len(rows) == 11
    assert rows[1][2]["text"] == "301 fields readable"


def test_more_objects_than_a_table_holds_are_counted() -> None:
    payload = card.card(shown(many_objects(130), WORDS), rich.ALL)
    assert payload_rules.message(payload["blocks"], switches=Switches()) == []
    shown_rows = len(block(payload, "table")["rows"]) - 1
    assert 1 < shown_rows <= 99
    assert f"and {130 - shown_rows} more: see Details" in read(payload)


def test_a_long_plan_keeps_what_goes_on_now_and_the_test() -> None:
    sentences = tuple(f"Do thing {number}" for number in range(1, 81))
    request = decided(WORDS)
    assert request.preflight is not None
    request = replace(request, preflight=replace(request.preflight, plan=sentences))
    one = shown(request, WORDS, done=frozenset(sentences[:60]))
    payload = card.card(one, rich.ALL)
    tasks = block(payload, "plan")["tasks"]
    assert len(tasks) == 50
    assert ("61", "in_progress") in [(task["task_id"], task["status"]) for task in tasks]
    assert tasks[-1]["task_id"] == "81"
    assert "and 31 more: `/integration-user show IU-17`" in read(payload)


def many_objects(number: int) -> Request:
    request = checked(WORDS)
    assert request.preflight is not None
    wanted = request.preflight.wanted
    assert wanted is not None
    grants = tuple(Grant(object=f"Thing_{n}__c", verbs=(Verb.READ,)) for n in range(number))
    wanted = replace(wanted, sets=(replace(wanted.sets[0], grants=grants),))
    return replace(request, preflight=replace(request.preflight, wanted=wanted))
