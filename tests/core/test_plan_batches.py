from __future__ import annotations

from dataclasses import replace

from bot.core import plan
from bot.core.plan import Batch
from store.records import Grant, Verb, Wanted
from tests.core.org_model import BOT, NAME, OURS, SET, a_grant, a_wanted, an_empty_org, perform_all

OBJECTS = ("Account", "Contact", "Case", "Lead", "Order", "Product2")


def six_objects(fields: int = 10) -> tuple[Grant, ...]:
    names = tuple(f"F{number:04d}__c" for number in range(fields))
    return tuple(
        a_grant(name, Verb.READ, Verb.EDIT, read_fields=names, edit_fields=names[:3])
        for name in OBJECTS
    )


def packed(wanted: Wanted, found: plan.Found | None = None) -> tuple[Batch, ...]:
    steps = plan.diff(wanted, found or an_empty_org(), ours=OURS, bot_user_id=BOT)
    return plan.batches(steps)


def kinds(batch: Batch) -> list[str]:
    return list(dict.fromkeys(type(step).__name__ for step in batch.steps))


def collections(batch: Batch) -> int:
    """Count as Salesforce does: 200 records of one type and method are one collection."""
    objects = [step.row for step in batch.steps if isinstance(step, plan.GrantObject)]
    fields = [
        row.row for step in batch.steps if isinstance(step, plan.GrantFields) for row in step.rows
    ]
    needed = 0
    for rows in (objects, fields):
        inserts = sum(row is None for row in rows)
        updates = len(rows) - inserts
        needed += (inserts + 199) // 200 + (updates + 199) // 200
    return needed


def test_a_fresh_request_of_six_objects_and_sixty_fields_is_four_requests() -> None:
    batches = packed(a_wanted(*six_objects()))
    assert [kinds(batch) for batch in batches] == [
        ["CreateSet", "GrantApp"],
        ["GrantObject", "GrantFields"],
        ["CreateUser", "AssignPsl"],
        ["AssignSet"],
    ]
    assert all(batch.all_or_none for batch in batches)
    assert sum(len(s.rows) for s in batches[1].steps if isinstance(s, plan.GrantFields)) == 60


def test_the_intents_of_a_batch_are_what_it_makes() -> None:
    batches = packed(a_wanted(*six_objects()))
    assert [batch.writes for batch in batches] == [
        frozenset({f"set:{SET}"}),
        frozenset(),
        frozenset({f"user:{NAME}"}),
        frozenset(),
    ]


def test_what_is_there_already_makes_no_request() -> None:
    wanted = a_wanted(*six_objects())
    steps = plan.diff(wanted, an_empty_org(), ours=OURS, bot_user_id=BOT)
    for done, left in ((2, 3), (14, 2), (16, 1), (17, 0)):
        assert len(packed(wanted, perform_all(an_empty_org(), steps[:done]))) == left


def test_many_fields_are_spread_over_requests_within_the_limits() -> None:
    wanted = a_wanted(*six_objects(fields=450))
    batches = packed(wanted)
    access = [batch for batch in batches if "GrantFields" in kinds(batch)]
    assert len(access) == 3
    assert all(collections(batch) <= 5 for batch in access)
    everything = [step for batch in batches for step in batch.steps]
    fields = [
        (step.object, row.field)
        for step in everything
        if isinstance(step, plan.GrantFields)
        for row in step.rows
    ]
    assert len(fields) == len(set(fields)) == 6 * 450
    there = perform_all(an_empty_org(), tuple(everything))
    assert packed(wanted, there) == ()


def test_many_objects_are_spread_so_that_each_may_travel_alone() -> None:
    wanted = a_wanted(*(a_grant(f"Part{number:02d}__c") for number in range(45)))
    sizes = [len(batch.steps) for batch in packed(wanted) if kinds(batch) == ["GrantObject"]]
    assert sizes == [20, 20, 5]


def test_inserts_and_updates_are_different_collections() -> None:
    rows = tuple(
        plan.FieldRow(field=f"F{n}__c", read=True, edit=False, row=f"01k{n}" if n % 2 else None)
        for n in range(1000)
    )
    step = plan.GrantFields(set=SET, object="Account", rows=rows)
    access = plan.batches((step,))
    assert [collections(batch) <= 5 for batch in access] == [True, True]
    steps = [one for batch in access for one in batch.steps]
    again = [row for one in steps for row in one.rows]  # type: ignore[attr-defined]  # fields
    assert tuple(again) == rows


def test_more_than_25_app_grants_are_taken_away_in_two_requests() -> None:
    wanted = a_wanted()
    there = perform_all(an_empty_org(), plan.diff(wanted, an_empty_org(), ours=(), bot_user_id=BOT))
    extra = tuple(plan.FoundApp(app_id=f"0xIX{n:011d}", id=f"0J0{n:03d}") for n in range(26))
    crowded = replace(there, sets=(replace(there.sets[0], apps=(*there.sets[0].apps, *extra)),))
    assert [len(batch.steps) for batch in packed(wanted, crowded)] == [25, 1]


def test_a_batch_that_is_refused_as_a_mixture_is_one_request_for_each_kind_in_order() -> None:
    batches = packed(a_wanted(*six_objects()))
    parts = [part for batch in batches for part in plan.apart(batch)]
    assert [kinds(part) for part in parts] == [
        ["CreateSet"],
        ["GrantApp"],
        ["GrantObject"],
        ["GrantFields"],
        ["CreateUser"],
        ["AssignPsl"],
        ["AssignSet"],
    ]
    assert all(part.all_or_none for part in parts)
    steps = [step.name for batch in batches for step in batch.steps]
    assert sorted(step.name for part in parts for step in part.steps) == sorted(steps)
    assert [plan.apart(part) for part in parts] == [(part,) for part in parts]


def test_undo_is_one_request_that_goes_on_over_what_is_gone() -> None:
    wanted = a_wanted(*six_objects())
    steps = plan.diff(wanted, an_empty_org(), ours=OURS, bot_user_id=BOT)
    there = perform_all(an_empty_org(), steps)
    undo = plan.undo(wanted, there, ours=OURS, bot_user_id=BOT)
    assert plan.batches(undo) == (plan.undo_batch(undo),)
    assert not plan.undo_batch(undo).all_or_none


def test_batches_and_steps_survive_json() -> None:
    wanted = a_wanted(*six_objects())
    batches = packed(wanted)
    there = perform_all(an_empty_org(), tuple(step for batch in batches for step in batch.steps))
    undo = plan.undo_batch(plan.undo(wanted, there, ours=OURS, bot_user_id=BOT))
    for batch in (*batches, undo):
        assert Batch.from_json(batch.to_json()) == batch
        for step in batch.steps:
            assert plan.step_from_json(step.to_json()) == step


def test_names_of_steps_are_unique_within_a_plan() -> None:
    steps = plan.diff(a_wanted(*six_objects()), an_empty_org(), ours=(), bot_user_id=BOT)
    assert len({step.name for step in steps}) == len(steps)


def test_a_batch_says_its_first_steps_and_how_many_more() -> None:
    steps = plan.diff(a_wanted(*six_objects()), an_empty_org(), ours=(), bot_user_id=BOT)
    assert Batch(steps=steps[:2]).say() == f"{steps[0].say()}; {steps[1].say()}"
    assert Batch(steps=steps[:4]).say().endswith("; and 1 more step")
    assert Batch(steps=steps[:9]).say().endswith("; and 6 more steps")
