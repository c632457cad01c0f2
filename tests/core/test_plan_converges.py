"""Whatever is there of ours, and wherever a run stops: plans end in the approved state."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core import plan
from store.records import Grant, Verb, Wanted
from tests.core.org_model import BOT, MAX, OURS, SET, a_wanted, an_empty_org, perform_all

NAMES = ("Account", "Case", "Store__c")
FIELDS = ("Industry", "Phone", "Rating", "Website")
CLOSED: tuple[tuple[Verb, ...], ...] = (
    (Verb.READ,),
    (Verb.READ, Verb.CREATE),
    (Verb.READ, Verb.EDIT),
    (Verb.READ, Verb.EDIT, Verb.DELETE),
    (Verb.READ, Verb.VIEW_ALL),
    tuple(Verb),
)


@st.composite
def grants(draw: st.DrawFn) -> tuple[Grant, ...]:
    made = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        edit = draw(st.sets(st.sampled_from(FIELDS)))
        all_fields = draw(st.booleans())
        read = set() if all_fields else edit | draw(st.sets(st.sampled_from(FIELDS)))
        made.append(
            Grant(
                object=name,
                verbs=draw(st.sampled_from(CLOSED)),
                read_fields=tuple(sorted(read)),
                edit_fields=tuple(sorted(edit)),
                all_fields=all_fields,
            )
        )
    return tuple(made)


@st.composite
def wanteds(draw: st.DrawFn) -> Wanted:
    return a_wanted(*draw(grants()), app=draw(st.booleans()))


def steps(wanted: Wanted, found: plan.Found) -> tuple[plan.Step, ...]:
    return plan.diff(wanted, found, ours=OURS, bot_user_id=BOT)


@st.composite
def orgs(draw: st.DrawFn) -> plan.Found:
    """What another wanted state, stopped anywhere, and a hand in Setup left behind."""
    all_steps = steps(draw(wanteds()), an_empty_org())
    found = perform_all(an_empty_org(), all_steps[: draw(st.integers(0, len(all_steps)))])
    if found.user and draw(st.booleans()):
        found = replace(found, user=replace(found.user, active=False))
    if found.sets and draw(st.booleans()):
        row = plan.FoundAssignment(user_id=MAX, id="0PaMAX")
        one = replace(found.sets[0], assignments=(*found.sets[0].assignments, row))
        found = replace(found, sets=(one,))
    return found


def surplus_all_fields(wanted: Wanted, found: plan.Found) -> bool:
    covered = {grant.object for grant in wanted.sets[0].grants if grant.all_fields}
    there = found.set_named(SET)
    return any(row.all_fields and row.object not in covered for row in there.objects if there)


@given(wanteds(), orgs())
def test_after_a_plan_was_performed_nothing_is_left(wanted: Wanted, found: plan.Found) -> None:
    surplus = bool(found.sets) and surplus_all_fields(wanted, found)
    after = perform_all(found, steps(wanted, found))
    if surplus:
        # While View All Fields is on, single fields cannot be taken away: a second round does it.
        after = perform_all(after, steps(wanted, after))
    assert steps(wanted, after) == ()
    assert plan.app_access_in_place(wanted, after)


@given(wanteds(), orgs())
def test_our_set_ends_with_exactly_what_was_approved(wanted: Wanted, found: plan.Found) -> None:
    after = found
    for _ in range(2):
        after = perform_all(after, steps(wanted, after))
    one = after.set_named(SET)
    assert one
    want = wanted.sets[0]
    assert {(row.object, frozenset(row.verbs), row.all_fields) for row in one.objects} == {
        (grant.object, frozenset(grant.verbs), grant.all_fields) for grant in want.grants
    }
    assert {(row.object, row.field) for row in one.fields if row.edit} == {
        (grant.object, field) for grant in want.grants for field in grant.edit_fields
    }
    covered = {grant.object for grant in want.grants if grant.all_fields}
    assert {(row.object, row.field) for row in one.fields if row.object not in covered} == {
        (grant.object, field)
        for grant in want.grants
        if not grant.all_fields
        for field in (*grant.read_fields, *grant.edit_fields)
    }
    assert [app.app_id for app in one.apps] == ([want.app_id] if want.app_id else [])


@given(wanteds(), st.data())
def test_a_run_that_stops_anywhere_goes_on_without_memory(
    wanted: Wanted, data: st.DataObject
) -> None:
    everything = steps(wanted, an_empty_org())
    stop = data.draw(st.integers(0, len(everything)))
    half = perform_all(an_empty_org(), everything[:stop])
    assert steps(wanted, half) == everything[stop:]


@given(wanteds(), orgs())
def test_undo_leaves_nothing_of_ours_but_what_others_hold(
    wanted: Wanted, found: plan.Found
) -> None:
    after = perform_all(found, plan.undo(wanted, found, ours=OURS, bot_user_id=BOT))
    assert plan.undo(wanted, after, ours=OURS, bot_user_id=BOT) == ()
    assert after.user is None or not after.user.active
    assert all(one.assignments for one in after.sets)
    stays = plan.left(wanted, after, ours=OURS, bot_user_id=BOT)
    assert len(stays) == len(after.sets)


@given(wanteds(), orgs())
def test_plans_survive_json_and_packing_keeps_every_step(wanted: Wanted, found: plan.Found) -> None:
    plain = steps(wanted, found)
    packed = [
        step
        for batch in plan.batches(plain)
        for step in plan.Batch.from_json(batch.to_json()).steps
    ]
    assert sorted(step.name for step in packed) == sorted(step.name for step in plain)
    assert steps(wanted, plan.Found.from_json(found.to_json())) == plain
