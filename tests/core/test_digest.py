"""How an org stands in a week, from counts and requests."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.core.digest import Digest, Prices, digest
from store.records import Request, SeatCount, Seats, State
from tests.core.cast import NOON, a_request

WEEK = timedelta(weeks=1)
PRICES = Prices(currency="USD", full=Decimal(165), integration=Decimal(10))


def a_count(used: int = 3, reserved: int = 0, total: int = 10, *, weeks_ago: int = 0) -> SeatCount:
    at = NOON - weeks_ago * WEEK
    return SeatCount(
        org="uat",
        slot=f"{weeks_ago}",
        since=at - WEEK,
        at=at,
        licenses=Seats(total=total, used=used, reserved=reserved),
        psls=Seats(total=total, used=used + 1, reserved=reserved),
        counted_at=at,
    )


def a_digest(
    count: SeatCount | None = None,
    before: SeatCount | None = None,
    requests: tuple[Request, ...] = (),
    moved: frozenset[int] = frozenset(),
) -> Digest:
    return digest(count or a_count(), before, requests, moved, PRICES)


def test_the_scarcer_licence_says_how_many_users_can_still_be_made() -> None:
    assert a_digest().free == 6
    assert a_digest(a_count(used=12)).free == 0
    assert a_digest(replace(a_count(), counted_at=None)).free is None


def test_the_first_count_has_nothing_to_compare_with() -> None:
    first = a_digest()
    assert first.compared_with is None
    assert [one.used_change for one in first.licences] == [None, None]
    assert first.weeks_left is None


def test_changes_are_those_since_the_count_before_however_long_ago_it_was() -> None:
    found = a_digest(a_count(used=5), a_count(used=3, total=8, weeks_ago=3))
    assert found.compared_with == NOON - 3 * WEEK
    assert [(one.used_change, one.total_change) for one in found.licences] == [(2, 2), (2, 2)]


@pytest.mark.parametrize(
    ("count", "before", "weeks"),
    [
        (a_count(used=5), a_count(used=3, weeks_ago=1), 2),
        (a_count(used=3, reserved=2), a_count(used=3, weeks_ago=1), 2),
        (a_count(used=5), a_count(used=3, weeks_ago=2), 5),
        (a_count(used=3), a_count(used=3, weeks_ago=1), None),
        (a_count(used=2), a_count(used=3, weeks_ago=1), None),
        (a_count(used=10), a_count(used=3, weeks_ago=1), None),
        (a_count(used=9), a_count(used=8, weeks_ago=0), None),
        (a_count(used=2, total=500), a_count(used=1, weeks_ago=1), None),
    ],
)
def test_the_forecast_follows_the_pace_and_is_silent_where_there_is_none(
    count: SeatCount, before: SeatCount, weeks: int | None
) -> None:
    assert a_digest(count, before).weeks_left == weeks


def test_an_org_that_was_never_counted_has_no_money_and_no_comparison() -> None:
    never = replace(a_count(), counted_at=None, refusal="UAT sandbox cannot be reached.")
    found = a_digest(never, a_count(weeks_ago=1))
    assert found.money is None
    assert found.compared_with is None
    assert found.refusal == "UAT sandbox cannot be reached."


def test_money_is_what_is_used_and_what_full_licences_would_cost_more() -> None:
    money = a_digest(a_count(used=4)).money
    assert money is not None
    assert (money.seat, money.spent, money.saved) == (Decimal(10), Decimal(40), Decimal(620))
    cheap = replace(PRICES, full=Decimal(5))
    found = digest(a_count(), None, (), frozenset(), cheap)
    assert found.money is not None
    assert found.money.saved == 0


def test_requests_are_counted_by_state_and_named_where_somebody_has_to_act() -> None:
    every = tuple(
        a_request(id=number, state=state) for number, state in enumerate([*State, State.LIVE], 1)
    )
    undone = a_request(id=40, state=State.BLOCKED, withdrawing=True)
    moved = frozenset({1, 4, 8, 9})
    found = a_digest(requests=(*reversed(every), undone), moved=moved)
    assert dict(found.moved) == {State.REQUESTED: 1, every[3].state: 2, every[7].state: 1}
    assert [one.id for one in found.live] == [4, 9]
    assert {one.state for one in found.pending} == {
        State.REQUESTED,
        State.APPROVED,
        State.PROVISIONED,
        State.BLOCKED,
    }
    assert [one.id for one in found.blocked] == [5]
