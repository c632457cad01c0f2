from __future__ import annotations

from dataclasses import replace

from bot.core import plan
from store.records import Verb, Wanted
from tests.core.org_model import BOT, MAX, NAME, OURS, SET, a_grant, a_wanted, an_empty_org
from tests.core.org_model import perform_all as do

WANTED = a_wanted(a_grant("Account", Verb.READ, read_fields=("Phone",)))
OTHER = plan.FoundAssignment(user_id=MAX, id="0PaMAX")


def provisioned(wanted: Wanted = WANTED) -> plan.Found:
    return do(an_empty_org(), plan.diff(wanted, an_empty_org(), ours=OURS, bot_user_id=BOT))


def undo(found: plan.Found, wanted: Wanted = WANTED) -> tuple[plan.Step, ...]:
    return plan.undo(wanted, found, ours=OURS, bot_user_id=BOT)


def left(found: plan.Found, wanted: Wanted = WANTED) -> tuple[str, ...]:
    return plan.left(wanted, found, ours=OURS, bot_user_id=BOT)


def test_all_that_was_made_is_taken_away_in_an_order_that_the_org_accepts() -> None:
    found = provisioned()
    steps = undo(found)
    assert [step.say() for step in steps] == [
        f"Remove the assignment of the permission set {SET}",
        f"Remove the permission set licence Salesforce API Integration from the user {NAME}",
        f"Stop the permission set {SET} from using the app Warehouse_Sync",
        f"Deactivate the user {NAME}",
        f"Delete the permission set {SET}",
    ]
    after = do(found, steps)
    assert undo(after) == ()
    assert left(after) == ()
    assert after.user
    assert not after.user.active


def test_two_sets_are_both_taken_away() -> None:
    wanted = a_wanted(a_grant("Account"), second=True)
    found = provisioned(wanted)
    after = do(found, undo(found, wanted))
    assert after.sets == ()
    assert undo(after, wanted) == ()


def test_undo_goes_on_from_any_point_at_which_provisioning_stopped() -> None:
    steps = plan.diff(WANTED, an_empty_org(), ours=OURS, bot_user_id=BOT)
    for number in range(len(steps) + 1):
        found = do(an_empty_org(), steps[:number])
        assert undo(do(found, undo(found))) == ()


def test_a_set_that_somebody_else_holds_stays_and_is_said() -> None:
    found = provisioned()
    one = found.sets[0]
    shared = replace(found, sets=(replace(one, assignments=(*one.assignments, OTHER)),))
    steps = undo(shared)
    assert not any(isinstance(step, plan.DeleteSet) for step in steps)
    after = do(shared, steps)
    assert after.sets[0].assignments == (OTHER,)
    assert left(after) == (
        (
            f"The permission set {SET} stays, because one other user received it from somebody "
            "else: unassign it there, then delete it in Setup."
        ),
    )
    more = replace(one, assignments=(OTHER, replace(OTHER, user_id="005BEN000000001AAA")))
    assert "2 other users" in left(replace(found, user=None, sets=(more,)))[0]


def test_what_is_foreign_is_never_touched_and_is_said() -> None:
    found = provisioned()
    assert found.user
    foreign = replace(
        found,
        user=replace(found.user, created_by=MAX, created_by_name="Max Admin"),
        sets=(replace(found.sets[0], created_by=MAX, created_by_name="Max Admin"),),
    )
    assert undo(foreign) == ()
    assert left(foreign) == (
        f"The username {NAME} stays: it was created by Max Admin, not by this bot.",
        f"The permission set {SET} stays: it was created by Max Admin, not by this bot.",
    )


def test_a_foreign_user_keeps_our_set_only_until_somebody_takes_it_away() -> None:
    found = provisioned()
    assert found.user
    foreign = replace(found, user=replace(found.user, created_by=MAX, created_by_name="Max"))
    assert [type(step).__name__ for step in undo(foreign)] == ["RevokeApp"]


def test_an_app_that_was_added_by_hand_is_called_by_its_id() -> None:
    found = provisioned()
    extra = plan.FoundApp(app_id="0xIOTHER", id="0J0OTHER")
    one = replace(found.sets[0], apps=(extra,))
    said = [step.say() for step in undo(replace(found, sets=(one,)))]
    assert f"Stop the permission set {SET} from using the app 0xIOTHER" in said
    unnamed = replace(WANTED, app_name=None)
    app_id = found.sets[0].apps[0].app_id
    assert f"Stop the permission set {SET} from using the app {app_id}" in [
        step.say() for step in undo(found, unnamed)
    ]
