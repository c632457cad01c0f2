"""Reminders and expiry of a request that waits, counted from its card."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.duedates import (
    Expire,
    Nothing,
    Remind,
    Verdict,
    expires,
    length,
    may_block,
    plan,
    plan_validity,
    plan_without_card,
    verdict,
    waits,
    waits_for_retry,
    why_expired,
)
from store.records import DueDate, Preflight, Request, State, Tier, Wanted
from tests.core.cast import NOON, a_finding, a_request

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CHECKED = Preflight(
    at=NOON,
    wanted=None,
    plan=(),
    risks=(),
    problems=(),
    license_seats=None,
    psl_seats=None,
    tier=Tier.LOW,
)
THE_DATES = plan(17, NOON, remind_after=[DAY, 4 * HOUR], expires_after=3 * DAY)


def test_dates_are_counted_from_the_card_in_their_order() -> None:
    expected = (
        DueDate(request=17, what="reminder", number=1, at=NOON + 4 * HOUR),
        DueDate(request=17, what="reminder", number=2, at=NOON + DAY),
        DueDate(request=17, what="expiry", number=0, at=NOON + 3 * DAY),
    )
    assert plan(17, NOON, remind_after=[DAY, 4 * HOUR], expires_after=3 * DAY) == expected


def test_a_reminder_that_would_come_with_or_after_the_end_is_left_out() -> None:
    dates = plan(17, NOON, remind_after=[HOUR, HOUR, DAY, 2 * DAY], expires_after=DAY)
    assert [(one.what, one.at - NOON) for one in dates] == [("reminder", HOUR), ("expiry", DAY)]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(), Nothing()),
        (4 * HOUR - timedelta(seconds=1), Nothing()),
        (4 * HOUR, Remind(number=1)),
        (DAY, Remind(number=2)),
        (2 * DAY, Remind(number=2)),
        (3 * DAY, Expire()),
        (30 * DAY, Expire()),
    ],
)
def test_after_a_night_off_people_are_reminded_once_and_never_of_what_expired(
    after: timedelta, expected: Verdict
) -> None:
    assert verdict(THE_DATES, NOON + after) == expected


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (a_request(), False),
        (a_request(preflight=CHECKED), True),
        (a_request(preflight=replace(CHECKED, problems=(a_finding("no_seat"),))), False),
        (a_request(preflight=CHECKED, state=State.APPROVED), False),
        (a_request(preflight=CHECKED, withdrawing=True), False),
    ],
)
def test_only_a_request_whose_card_is_out_waits(request_: Request, *, expected: bool) -> None:
    assert waits(request_) is expected


PINNED = Wanted(
    org_id="00D",
    user={"Username": "sync@acme.example"},
    sets=(),
    objects_order=(),
    app_key=None,
    app_kind=None,
    app_name=None,
)
UNMENDED = replace(CHECKED, problems=(a_finding("no_seat"),))


def test_without_a_card_there_is_an_end_counted_from_when_it_was_asked_and_no_reminder() -> None:
    expected = (DueDate(request=17, what="expiry", number=0, at=NOON + 3 * DAY),)
    assert plan_without_card(17, NOON, expires_after=3 * DAY) == expected


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (a_request(), True),
        (a_request(preflight=UNMENDED), True),
        (a_request(preflight=CHECKED), True),
        (a_request(preflight=UNMENDED, withdrawing=True), False),
        (a_request(preflight=CHECKED, state=State.APPROVED), False),
        (a_request(preflight=CHECKED, state=State.BLOCKED), False),
    ],
)
def test_what_nobody_decides_or_mends_ends_by_itself(request_: Request, *, expected: bool) -> None:
    assert expires(request_) is expected


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (a_request(), "its org could not be checked in time"),
        (a_request(preflight=UNMENDED), "nobody mended in time what the check found"),
        (a_request(preflight=CHECKED), "nobody decided in time"),
        (a_request(preflight=CHECKED, pinned=PINNED), "nobody approved it again in time"),
        (
            a_request(preflight=UNMENDED, pinned=PINNED),
            "nobody mended in time what the check found",
        ),
    ],
)
def test_what_expired_is_told_by_what_was_missing(request_: Request, why: str) -> None:
    assert why_expired(request_) == why


@pytest.mark.parametrize(
    ("request_", "told", "kept"),
    [
        (a_request(state=State.BLOCKED, finding=a_finding("no_seat")), True, False),
        (a_request(state=State.BLOCKED, finding=a_finding("undo_incomplete")), False, False),
        (a_request(state=State.BLOCKED, withdrawing=True), False, False),
        (a_request(state=State.APPROVED), False, True),
        (a_request(state=State.PROVISIONED), False, True),
        (a_request(state=State.PROVISIONED, withdrawing=True), False, False),
        (a_request(state=State.LIVE), False, False),
        (a_request(state=State.WITHDRAWN), False, False),
    ],
)
def test_an_old_approval_is_told_of_what_waits_for_retry_and_kept_for_what_may_yet(
    request_: Request, *, told: bool, kept: bool
) -> None:
    assert (waits_for_retry(request_), may_block(request_)) == (told, kept)


def test_an_approval_holds_for_the_time_of_the_configuration() -> None:
    expected = (DueDate(request=17, what="validity", number=0, at=NOON + 14 * DAY),)
    assert plan_validity(17, NOON, valid_for=14 * DAY) == expected


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (14 * DAY, "14 days"),
        (36 * HOUR, "36 hours"),
        (DAY, "one day"),
        (HOUR / 2, "30 minutes"),
    ],
)
def test_a_length_of_time_is_told_in_words(time: timedelta, words: str) -> None:
    assert length(time) == words
