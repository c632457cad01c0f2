"""Reminders and expiry of a request that waits, counted from its card."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.duedates import Expire, Nothing, Remind, Verdict, plan, verdict, waits
from store.records import DueDate, Preflight, Request, State, Tier
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
