from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from bot.core.seats import holders, reserved, sentence
from store.records import Request, Seats, State
from tests.core.cast import a_request, an_asked, at

MADE, UNDONE = at(10), at(20)
NEVER = (None, None)
BEFORE = (at(1), at(2))
ACROSS_MADE = (at(9), at(11))
AT_MADE = (at(10), at(11))
AFTER_MADE = (at(12), at(13))
ACROSS_UNDONE = (at(19), at(21))
AFTER_UNDONE = (at(22), at(23))
Refresh = tuple[datetime | None, datetime | None]


def count(requests: list[Request], refresh: Refresh, **more: Any) -> int:
    return reserved(requests, begun_at=refresh[0], ended_at=refresh[1], **{"psl": False, **more})


@pytest.mark.parametrize("state", [State.REQUESTED, State.APPROVED, State.BLOCKED])
@pytest.mark.parametrize("refresh", [NEVER, BEFORE, AFTER_MADE])
def test_a_request_without_a_user_holds_a_seat_through_every_refresh(
    state: State, refresh: Refresh
) -> None:
    assert count([a_request(state=state)], refresh) == 1


@pytest.mark.parametrize("state", [State.REJECTED, State.EXPIRED, State.WITHDRAWN])
def test_a_request_that_ended_before_anything_was_made_holds_nothing(state: State) -> None:
    assert count([a_request(state=state)], AFTER_MADE) == 0


@pytest.mark.parametrize("state", [State.APPROVED, State.BLOCKED, State.PROVISIONED, State.LIVE])
@pytest.mark.parametrize(
    ("refresh", "seats"),
    [(NEVER, 1), (BEFORE, 1), (ACROSS_MADE, 1), (AT_MADE, 1), (AFTER_MADE, 0)],
    ids=["never", "before", "begun before and ended after", "begun in that moment", "after"],
)
def test_a_made_user_is_reserved_until_a_refresh_begun_after_it_has_ended(
    state: State, refresh: Refresh, seats: int
) -> None:
    assert count([a_request(state=state, user_made_at=MADE)], refresh) == seats


def test_a_refresh_that_has_not_ended_settles_nothing() -> None:
    assert count([a_request(state=State.LIVE, user_made_at=MADE)], (at(12), None)) == 1


def test_the_permission_set_licence_counts_from_its_own_assignment() -> None:
    request = a_request(state=State.APPROVED, user_made_at=MADE, psl_made_at=at(14))
    assert count([request], AFTER_MADE) == 0
    assert count([request], AFTER_MADE, psl=True) == 1
    assert count([request], (at(15), at(16)), psl=True) == 0


@pytest.mark.parametrize(
    ("refresh", "seats"),
    [(BEFORE, 0), (ACROSS_MADE, 0), (AFTER_MADE, -1), (ACROSS_UNDONE, 0), (AFTER_UNDONE, 0)],
    ids=[
        "never counted",
        "perhaps counted",
        "counted and not yet missed",
        "begun before the undo and ended after",
        "missed",
    ],
)
def test_an_undone_user_gives_back_only_a_seat_that_was_surely_counted(
    refresh: Refresh, seats: int
) -> None:
    undone = a_request(state=State.WITHDRAWN, user_made_at=MADE, undone_at=UNDONE)
    assert count([undone], refresh) == seats


def test_an_undo_of_nothing_gives_nothing_back() -> None:
    assert count([a_request(state=State.WITHDRAWN, undone_at=UNDONE)], AFTER_MADE) == 0


def test_an_undo_that_could_not_finish_still_holds_its_seat() -> None:
    stuck = a_request(state=State.BLOCKED, user_made_at=MADE)
    assert count([stuck], BEFORE) == 1


def test_seats_add_up_and_a_request_can_be_left_out() -> None:
    requests = [a_request(id=number) for number in (17, 18, 19)]
    assert count(requests, BEFORE) == 3
    assert count(requests, BEFORE, exclude=18) == 2


def test_no_free_seat_says_who_holds_what_and_what_to_do() -> None:
    requests = [
        a_request(id=18, asked=an_asked(name="CRM sync"), state=State.APPROVED, withdrawing=True),
        a_request(id=17),
        a_request(id=3, state=State.LIVE),
    ]
    said = sentence(
        "UAT sandbox",
        ["Salesforce Integration licence"],
        license_seats=Seats(total=5, used=3, reserved=2),
        psl_seats=Seats(total=5, used=1, reserved=-1),
        requests=requests,
    )
    assert said == (
        "UAT sandbox has no free seat of Salesforce Integration licence (licence: 3 of 5 used, "
        "2 reserved; permission set licence: 1 of 5 used, 0 reserved). Reserved for requests under "
        "way: IU-17 Warehouse sync (requested), IU-18 CRM sync (being withdrawn). Choose another "
        "org, withdraw a request, or ask an admin for more seats."
    )


def test_seats_used_up_by_others_name_no_request() -> None:
    full = Seats(total=1, used=1)
    said = sentence("UAT", ["PSL"], license_seats=full, psl_seats=full, requests=[])
    assert "under way" not in said


def test_many_holders_are_cut() -> None:
    named = holders(a_request(id=number) for number in range(1, 9))
    assert "IU-5" in named
    assert "IU-6" not in named
    assert named.endswith(", 3 more")
