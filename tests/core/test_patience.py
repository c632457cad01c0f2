"""How long a message waits, by what stands in its way and how often it was tried."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from bot.core.patience import MOST_TRIES, SLOWLY, Failure, after, in_a_row

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("tries", "passing", "refused", "place"),
    [
        (1, SECOND, SECOND, SECOND),
        (2, 2 * SECOND, 2 * SECOND, 2 * SECOND),
        (3, 4 * SECOND, 4 * SECOND, 4 * SECOND),
        (7, 64 * SECOND, 64 * SECOND, 64 * SECOND),
        (8, 2 * MINUTE, None, 15 * MINUTE),
        (9, 2 * MINUTE, None, 15 * MINUTE),
        (50_000, 2 * MINUTE, None, 15 * MINUTE),
    ],
)
def test_what_waits_and_what_is_given_up(
    tries: int, passing: timedelta, refused: timedelta | None, place: timedelta
) -> None:
    assert after(Failure.PASSING, tries) == passing
    assert after(Failure.REFUSED, tries) == refused
    assert after(Failure.PLACE, tries) == place


@pytest.mark.parametrize(
    ("tries", "passing", "refused"), [(0, 1, 1), (7, 1, 8), (-1, 2, 1), (-20, 21, 1)]
)
def test_an_outage_and_a_refusal_are_counted_apart(tries: int, passing: int, refused: int) -> None:
    assert in_a_row(Failure.PASSING, tries) == passing
    assert in_a_row(Failure.REFUSED, tries) == refused
    assert in_a_row(Failure.PLACE, tries) == refused


def test_no_wait_is_shorter_than_the_one_before_and_quick_tries_take_some_minutes() -> None:
    for failure in (Failure.PASSING, Failure.PLACE):
        waits = [after(failure, tries) or timedelta() for tries in range(1, 60)]
        assert all(one <= two for one, two in pairwise(waits))
    quick = [after(Failure.PLACE, tries) or timedelta() for tries in range(1, MOST_TRIES)]
    assert MINUTE < sum(quick, timedelta()) < 5 * MINUTE < SLOWLY
