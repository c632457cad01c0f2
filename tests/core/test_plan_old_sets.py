"""Sets that an earlier run of the request made, and that are wanted no more or otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import plan, sets
from store.records import Wanted
from tests.core.cast import a_request, an_asked
from tests.core.org_model import BOT, MAX, NAME, OURS, SET, a_grant, a_wanted, an_empty_org
from tests.core.org_model import perform_all as do

PSL = "0PLPSL000000001AAA"
FIRST = "Integration_Warehouse_Sync_IU17"
EVERY = OURS | {f"set:{SET}_2", f"set:{SET}_2_App"}
GRANT = a_grant("Account", read_fields=("Phone",))
UNLICENSED, LICENSED = a_wanted(GRANT), a_wanted(GRANT, second=True)


def renamed(wanted: Wanted) -> Wanted:
    """The same under the next names."""
    others = (replace(one, name=one.name.replace(SET, f"{SET}_2")) for one in wanted.sets)
    return replace(wanted, sets=tuple(others))


def steps(wanted: Wanted, found: plan.Found) -> tuple[plan.Step, ...]:
    return plan.diff(wanted, found, ours=EVERY, bot_user_id=BOT)


def made(wanted: Wanted, upto: int | None = None) -> plan.Found:
    return do(an_empty_org(), steps(wanted, an_empty_org())[:upto])


each_way = pytest.mark.parametrize(
    ("before", "after"), [(UNLICENSED, LICENSED), (LICENSED, UNLICENSED)], ids=["psl", "unlicensed"]
)


@each_way
def test_a_set_of_another_licence_is_never_used(before: Wanted, after: Wanted) -> None:
    with pytest.raises(plan.OtherLicense) as stop:
        steps(after, made(before))
    assert (stop.value.name, stop.value.licensed) == (SET, after.sets[0].licensed)


@pytest.mark.parametrize(
    ("license_id", "licensed", "fits"),
    [
        (None, False, True),
        (None, True, False),
        (PSL, True, True),
        (PSL[:15], True, True),
        (PSL, False, False),
        ("100USERLICENSE01AAA", True, False),
        ("100USERLICENSE01AAA", False, False),
    ],
)
def test_a_licence_is_the_wanted_one_or_none(
    license_id: str | None,
    licensed: bool,  # noqa: FBT001 - drawn from a table
    fits: bool,  # noqa: FBT001 - drawn from a table
) -> None:
    assert plan.fits(license_id, licensed=licensed, psl_id=PSL) is fits
    assert not plan.fits(license_id, licensed=True, psl_id=None)


@each_way
def test_wherever_the_earlier_run_stopped_its_sets_go_and_the_new_ones_are_whole(
    before: Wanted, after: Wanted
) -> None:
    for number in range(len(steps(before, an_empty_org())) + 1):
        there = made(before, number)
        done = do(there, steps(renamed(after), there))
        assert steps(renamed(after), done) == ()
        assert [one.name for one in done.sets] == [one.name for one in renamed(after).sets]


@each_way
def test_old_sets_go_last_and_in_a_request_of_their_own(before: Wanted, after: Wanted) -> None:
    *parts, last = plan.batches(steps(renamed(after), made(before)))
    assert all(part.all_or_none for part in parts)
    assert not last.all_or_none
    assert [step.say() for step in last.steps] == [
        *(f"Remove the assignment of the permission set {one.name}" for one in before.sets),
        *(f"Delete the permission set {one.name}" for one in before.sets),
    ]
    assert plan.batches(last.steps) == (last,)


@each_way
def test_undo_takes_every_set_of_the_request_away(before: Wanted, after: Wanted) -> None:
    old = made(before)
    there = do(old, steps(renamed(after), old)[: -2 * len(before.sets)])
    assert len(there.sets) == len(before.sets) + len(after.sets)
    for wanted in (before, renamed(after)):
        done = do(there, plan.undo(wanted, there, ours=EVERY, bot_user_id=BOT))
        assert done.sets == ()
        assert plan.left(wanted, done, ours=EVERY, bot_user_id=BOT) == ()


@pytest.mark.parametrize(
    ("ours", "creator"), [(EVERY - {f"set:{SET}"}, BOT), (EVERY, MAX)], ids=["no intent", "Max"]
)
def test_an_old_set_that_is_not_proven_ours_is_left_alone(
    ours: frozenset[str], creator: str
) -> None:
    there = made(UNLICENSED)
    one = replace(there.sets[0], created_by=creator, created_by_name="Max Admin")
    there = replace(there, sets=(one,), user=None)
    wanted = renamed(LICENSED)
    todo = plan.diff(wanted, there, ours=ours, bot_user_id=BOT)
    assert one in do(there, todo).sets
    assert plan.undo(wanted, there, ours=ours, bot_user_id=BOT) == ()


def test_an_old_set_that_somebody_else_holds_stays_without_its_app_and_is_said() -> None:
    there = made(UNLICENSED)
    theirs = plan.FoundAssignment(user_id=MAX, id="0PaMAX")
    one = replace(there.sets[0], assignments=(*there.sets[0].assignments, theirs))
    there = replace(there, sets=(one,))
    wanted = renamed(LICENSED)
    done = do(there, steps(wanted, there))
    assert steps(wanted, done) == ()
    kept = done.set_named(SET)
    assert kept
    assert (kept.assignments, kept.apps) == ((theirs,), ())
    (said,) = plan.left(wanted, done, ours=EVERY, bot_user_id=BOT)
    assert said.startswith(f"The permission set {SET} stays, because one other user")


def test_undo_of_many_sets_is_cut_into_requests_that_an_org_takes() -> None:
    many = tuple(plan.DeleteSet(set=f"S{number}") for number in range(26))
    assert [len(batch.steps) for batch in plan.undo_batches(many)] == [25, 1]


def test_names_to_look_for_are_the_wanted_ones_and_what_was_intended_before() -> None:
    assert plan.set_names(UNLICENSED, {f"user:{NAME}"}) == (SET,)
    assert plan.set_names(UNLICENSED, EVERY) == (SET, f"{SET}_2", f"{SET}_2_App", f"{SET}_App")
    assert plan.set_names(UNLICENSED, {f"set:{SET.upper()}"}) == (SET,)


ALL_NAMES = (FIRST, f"{FIRST}_App", f"{FIRST}_2", f"{FIRST}_2_App")


@pytest.mark.parametrize(
    ("there", "own", "licensed", "used"),
    [
        ({}, (), False, (FIRST,)),
        ({FIRST: None}, (), False, (f"{FIRST}_2",)),
        ({FIRST: None}, (FIRST,), False, (FIRST,)),
        ({FIRST.upper(): None}, (FIRST,), False, (FIRST,)),
        ({FIRST: PSL}, (FIRST,), False, (f"{FIRST}_2",)),
        ({FIRST: None}, (FIRST,), True, (f"{FIRST}_2", f"{FIRST}_2_App")),
        ({FIRST: PSL, f"{FIRST}_App": None}, ALL_NAMES, True, (FIRST, f"{FIRST}_App")),
        ({FIRST: PSL, f"{FIRST}_App": PSL}, ALL_NAMES, True, (f"{FIRST}_2", f"{FIRST}_2_App")),
        ({FIRST: PSL}, (FIRST,), True, (FIRST, f"{FIRST}_App")),
        ({FIRST: PSL, f"{FIRST}_2": None}, ALL_NAMES, False, (f"{FIRST}_2",)),
        ({FIRST: "100USERLICENSE01AAA"}, (FIRST,), False, (f"{FIRST}_2",)),
    ],
)
def test_names_of_our_own_sets_are_used_again_where_their_licence_fits(
    there: dict[str, str | None],
    own: tuple[str, ...],
    licensed: bool,  # noqa: FBT001 - drawn from a table
    used: tuple[str, ...],
) -> None:
    request = a_request(asked=an_asked(name="Warehouse sync"))
    taken = sets.taken(request, there, own, licensed=licensed, psl_id=PSL)
    assert sets.first_free(request, taken, licensed=licensed) == used
