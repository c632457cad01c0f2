"""What people read of integration users that nobody uses."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.core.activity import Status
from bot.core.stale import Look, Report, refused
from bot.slack.views import stale, stale_answer
from tests.core.cast import NOON
from tests.slack.views.gallery import Words
from tests.slack.views.readers import buttons, read
from tests.slack.views.stale_gallery import looks, many
from tests.slack.views.test_invariants import problems

LOOKS = looks(Words())
ORG = "UAT sandbox"


def look(report: Report | None, org: str = "uat", label: str = ORG) -> Look:
    return Look(org=org, label=label, report=report)


def test_every_line_names_user_whose_it_is_last_use_and_its_source() -> None:
    text = read(stale.channel(LOOKS["known"], org_label=ORG))
    assert "`warehouse-sync@integrations.acme.example.uat` (not made by the bot)" in text
    assert "(IU-17, owner @U0OLU)" in text
    assert "(OAuth tokens), 140 days ago; frozen, and its licence is still taken" in text
    assert "12 logins in a row failed" in text
    assert "no use seen for 180 days, as far back as the org remembers" in text
    assert text.index("Their logins fail") < text.index("Unused for a long time")
    assert text.index("Unused for a long time") < text.index("Never used")


def test_what_is_unknown_is_called_that_and_says_what_would_mend_it() -> None:
    text = read(stale.channel(LOOKS["unknown"], org_label=ORG))
    assert "Nobody can say" in text
    assert "but its login history and OAuth tokens cannot be read" in text
    assert 'the bot\'s own user lacks the right "Customize Application"' in text
    assert "The login history cannot be read: the org answered QUERY_TIMEOUT" in text
    for claim in ("Unused", "Never used", "never used"):
        assert claim not in text


def test_a_right_that_the_bot_lacks_is_said_once_with_the_set_that_holds_it() -> None:
    report = LOOKS["our right"]
    for payload in (
        stale.channel(report, org_label=ORG),
        stale_answer.answer([look(report)], following=NOON, now=NOON),
    ):
        text = read(payload)
        assert text.count('the bot\'s own user lacks the right "Customize Application"') == 1
        assert text.count("*Integration User Bot Stale Alert*") == 1
        assert "but its OAuth tokens" not in text
        assert "unknown; last used" in text
    assert stale.dm(report, "U0OLU", org_label=ORG) is None


def test_an_owner_reads_what_to_do_for_each_user_and_nothing_of_others() -> None:
    alert = stale.dm(LOOKS["known"], "U0BEA", org_label=ORG)
    assert alert is not None
    assert "`/integration-user test IU-4`" in read(alert)
    assert "U0OLU" not in read(alert)
    assert stale.dm(LOOKS["known"], "U0SAM", org_label=ORG) is None


def test_no_buttons_are_shown_as_long_as_none_would_work() -> None:
    for one in LOOKS.values():
        assert buttons(stale.channel(one, org_label=ORG)) == []


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(seconds=40), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=23), "23 hours ago"),
        (timedelta(days=2, hours=3), "2 days ago"),
    ],
)
def test_an_answer_on_demand_says_how_old_it_is(age: timedelta, said: str) -> None:
    shown = stale_answer.answer([look(LOOKS["all well"])], following=NOON, now=NOON + age)
    assert said in read(shown)
    assert "all is well with its 3 integration users" in shown["text"]


def test_before_the_first_look_it_says_when_and_how_to_look_now() -> None:
    shown = stale_answer.answer([look(None)], following=NOON, now=NOON)
    assert "was not looked at yet" in shown["text"]
    assert "integration-user-bot job stale" in read(shown)


@pytest.mark.parametrize("count", [1, 50, 1000, 10_000])
def test_however_many_users_there_are_slack_takes_the_message(count: int) -> None:
    report = many(count)
    alert = stale.dm(report, "U0OLU", org_label=ORG)
    assert alert is not None
    shown = stale_answer.answer([look(report), look(report)], following=NOON, now=NOON)
    for payload in (stale.channel(report, org_label=ORG), alert, shown):
        assert problems(payload) == []
        assert len(payload["text"]) <= 3000
        if count > 1:
            assert f"{count}" in payload["text"]
    if count >= 1000:
        assert " more" in read(alert)


def test_every_org_is_named_with_its_numbers_and_what_is_left_out_has_a_command() -> None:
    orgs = [look(many(300), f"org{number}", f"Org {number}") for number in range(10)]
    orgs += [look(refused("It is gone.", NOON), "away", "Away"), look(None, "new", "New")]
    shown = stale_answer.answer(orgs, following=NOON, now=NOON)
    text = read(shown)
    assert problems(shown) == []
    assert "more paragraphs" not in text
    for number in range(10):
        assert f"*Org {number}*: 300 of 300 integration users need a look (300 unused)" in text
        left = re.search(rf"and (\d+) more: `/integration-user stale org{number}`", text)
        begin = text.index(f"*Org {number}*\n")
        assert left
        assert text[begin : left.end()].count("`integration-") == 300 - int(left[1])
    for words in ("*Away*: who uses", "It is gone.", "*New* was not looked at yet"):
        assert words in text


def test_with_more_orgs_than_there_is_room_for_only_their_numbers_are_shown() -> None:
    orgs = [look(many(300), f"org{number}", f"Org {number}") for number in range(60)]
    shown = stale_answer.answer(orgs, following=NOON, now=NOON)
    assert problems(shown) == []
    assert all(f"*Org {number}*: 300 of 300" in read(shown) for number in range(60))
    assert "`/integration-user stale ORG` shows the users of one org" in read(shown)


def test_one_org_alone_shows_all_that_a_message_holds() -> None:
    shown = stale_answer.answer([look(many(300))], following=NOON, now=NOON)
    assert read(shown).count("`integration-") == 300
    assert " more" not in read(shown)


def test_an_orgs_numbers_say_how_many_of_each_kind() -> None:
    shown = read(stale_answer.answer([look(LOOKS["known"])], following=NOON, now=NOON))
    assert "(1 failing, 3 unused, 1 never used)" in shown
    assert Status.UNKNOWN not in shown
