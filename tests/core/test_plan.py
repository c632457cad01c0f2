from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import plan
from store.records import Verb, Wanted
from tests.core.org_model import (
    APP,
    BOT,
    MAX,
    NAME,
    ORG,
    OURS,
    SET,
    a_grant,
    a_wanted,
    an_empty_org,
    perform_all,
)

ACCOUNT = a_grant(
    "Account",
    Verb.READ,
    Verb.EDIT,
    read_fields=("Industry", "Phone", "Website"),
    edit_fields=("Phone",),
)


def steps(wanted: Wanted, found: plan.Found) -> tuple[plan.Step, ...]:
    return plan.diff(wanted, found, ours=OURS, bot_user_id=BOT)


def said(wanted: Wanted, found: plan.Found) -> list[str]:
    return [step.say() for step in steps(wanted, found)]


def provisioned(wanted: Wanted) -> plan.Found:
    return perform_all(an_empty_org(), steps(wanted, an_empty_org()))


def with_set(found: plan.Found, **changes: object) -> plan.Found:
    return replace(found, sets=(replace(found.sets[0], **changes), *found.sets[1:]))


def test_the_plan_of_a_fresh_request_reads_as_a_list_of_orders() -> None:
    assert plan.say_all(a_wanted(ACCOUNT)) == (
        f"Create the permission set {SET} (License: None)",
        f"Let the permission set {SET} use the app Warehouse_Sync",
        "Allow Read and Edit on Account",
        "Make 3 fields of Account readable and 1 of them editable",
        f"Create the user {NAME} on the Salesforce Integration licence",
        "Assign the permission set licence Salesforce API Integration",
        f"Assign the permission set {SET}",
    )


def test_two_sets_say_which_is_bound_to_the_licence_and_both_are_assigned() -> None:
    plan_ = plan.say_all(a_wanted(ACCOUNT, second=True))
    assert f"Create the permission set {SET} (License: Salesforce API Integration)" in plan_
    assert f"Create the permission set {SET}_App (License: None)" in plan_
    assert plan_[-2:] == (
        f"Assign the permission set {SET}",
        f"Assign the permission set {SET}_App",
    )


@pytest.mark.parametrize(
    ("grant", "sentence"),
    [
        (a_grant("Case"), "Allow Read on Case"),
        (
            a_grant("Case", Verb.READ, Verb.CREATE, Verb.EDIT),
            "Allow Read, Create and Edit on Case",
        ),
        (a_grant("Case", all_fields=True), "Allow Read and View All Fields on Case"),
        (
            a_grant("Case", read_fields=("Origin",)),
            "Make 1 field of Case readable",
        ),
        (
            a_grant("Case", all_fields=True, edit_fields=("Origin", "Reason")),
            "Make 2 fields of Case readable and editable",
        ),
    ],
)
def test_a_grant_is_said_in_setups_own_words(grant: object, sentence: str) -> None:
    assert sentence in plan.say_all(a_wanted(grant))  # type: ignore[arg-type]  # each is a grant


def test_a_field_that_is_editable_only_is_made_readable_too() -> None:
    wanted = a_wanted(a_grant("Case", all_fields=True, edit_fields=("Origin",)))
    rows = [step.rows for step in steps(wanted, an_empty_org()) if hasattr(step, "rows")]
    assert rows == [(plan.FieldRow(field="Origin", read=True, edit=True),)]


def test_an_app_without_a_name_is_called_by_its_id() -> None:
    wanted = replace(a_wanted(), app_name=None)
    assert f"Let the permission set {SET} use the app {APP}" in plan.say_all(wanted)


def test_masters_are_granted_before_their_details() -> None:
    wanted = replace(
        a_wanted(a_grant("Aisle__c"), a_grant("Store__c"), a_grant("Zone__c")),
        objects_order=("Store__c", "Zone__c"),
    )
    objects = [one.object for one in steps(wanted, an_empty_org()) if hasattr(one, "verbs")]
    assert objects == ["Store__c", "Zone__c", "Aisle__c"]


def test_nothing_is_left_to_do_when_all_is_there() -> None:
    wanted = a_wanted(ACCOUNT)
    assert steps(wanted, provisioned(wanted)) == ()
    assert steps(a_wanted(ACCOUNT, second=True), provisioned(a_wanted(ACCOUNT, second=True))) == ()


def test_only_what_is_missing_is_done() -> None:
    wanted = a_wanted(ACCOUNT)
    there = provisioned(wanted)
    without_app = with_set(there, apps=(), assignments=())
    assert said(wanted, without_app) == [
        f"Let the permission set {SET} use the app Warehouse_Sync",
        f"Assign the permission set {SET}",
    ]


def test_too_small_a_row_of_ours_is_updated_and_not_inserted_again() -> None:
    wanted = a_wanted(ACCOUNT)
    there = provisioned(wanted)
    row = there.sets[0].objects[0]
    field = next(one for one in there.sets[0].fields if one.field == "Phone")
    small = with_set(
        there,
        objects=(replace(row, verbs=(Verb.READ,)),),
        fields=tuple(replace(one, edit=False) for one in there.sets[0].fields),
    )
    one, two = steps(wanted, small)
    assert isinstance(one, plan.GrantObject)
    assert isinstance(two, plan.GrantFields)
    assert one.row == row.id
    assert one.say() == "Allow Read and Edit on Account"
    assert two.rows == (plan.FieldRow(field="Phone", read=True, edit=True, row=field.id),)


def test_what_our_set_holds_beyond_the_approval_is_taken_away_and_said() -> None:
    wanted = a_wanted(ACCOUNT)
    there = provisioned(wanted)
    row = there.sets[0].objects[0]
    lead = plan.FoundObject(object="Lead", verbs=(Verb.READ,), all_fields=False, id="110LEAD")
    fat = with_set(
        there,
        objects=(replace(row, verbs=(*row.verbs, Verb.DELETE)), lead),
        fields=(
            *(replace(one, edit=True) for one in there.sets[0].fields),
            plan.FoundField(object="Lead", field="Rating", read=True, edit=False, id="01kRATING"),
        ),
        apps=(*there.sets[0].apps, plan.FoundApp(app_id="0xIOTHER", id="0J0OTHER")),
    )
    assert said(wanted, fat) == [
        (
            f"Stop the permission set {SET} from using the app 0xIOTHER, which was never approved "
            "for it"
        ),
        "Set access to Account to Read and Edit and take away Delete, which was never approved",
        (
            f"Take all access to Lead away from the permission set {SET}: it was added there, but "
            "never approved"
        ),
        "Reduce 2 fields of Account to what was approved",
        "Reduce 1 field of Lead to what was approved",
    ]
    assert steps(wanted, perform_all(fat, steps(wanted, fat))) == ()


def test_missing_and_excessive_fields_of_one_object_are_one_sentence() -> None:
    wanted = a_wanted(ACCOUNT)
    there = provisioned(wanted)
    odd = with_set(
        there,
        fields=tuple(
            replace(one, edit=True) for one in there.sets[0].fields if one.field != "Phone"
        ),
    )
    assert said(wanted, odd) == [
        (
            "Make 1 field of Account readable and editable, and reduce 2 fields of Account to what "
            "was approved"
        )
    ]


def test_all_fields_that_were_never_approved_are_switched_off() -> None:
    wanted = a_wanted(ACCOUNT)
    there = provisioned(wanted)
    row = replace(there.sets[0].objects[0], all_fields=True, verbs=(*Verb,))
    assert said(wanted, with_set(there, objects=(row,))) == [
        (
            "Set access to Account to Read and Edit and take away Create, Delete, View All, "
            "Modify All and View All Fields, which were never approved"
        )
    ]


def test_under_view_all_fields_no_readable_field_is_taken_away() -> None:
    wanted = a_wanted(a_grant("Case", all_fields=True))
    there = provisioned(wanted)
    shown = plan.FoundField(object="Case", field="Origin", read=True, edit=False, id="01kORIGIN")
    assert steps(wanted, with_set(there, fields=(shown,))) == ()
    editable = with_set(there, fields=(replace(shown, edit=True),))
    (step,) = steps(wanted, editable)
    assert step.say() == "Reduce 1 field of Case to what was approved"
    assert steps(wanted, perform_all(editable, (step,))) == ()


def test_rows_that_modify_all_data_only_shows_are_not_written() -> None:
    wanted = a_wanted(ACCOUNT)
    there = provisioned(wanted)
    virtual = plan.FoundObject(object="Lead", verbs=(*Verb,), all_fields=False, id="000000000000")
    assert steps(wanted, with_set(there, objects=(*there.sets[0].objects, virtual))) == ()


def test_an_app_that_nobody_wanted_is_taken_from_our_set() -> None:
    there = provisioned(a_wanted(ACCOUNT))
    (step,) = steps(a_wanted(ACCOUNT, app=False), there)
    assert isinstance(step, plan.RevokeApp)


def test_our_user_that_was_deactivated_is_activated_and_not_made_again() -> None:
    wanted = a_wanted(ACCOUNT)
    there = provisioned(wanted)
    assert there.user
    off = replace(there, user=replace(there.user, active=False, psl_row=None))
    assert said(wanted, off) == [
        f"Activate the user {NAME} again",
        "Assign the permission set licence Salesforce API Integration",
    ]


@pytest.mark.parametrize("journaled", [True, False], ids=["made by Max", "never journaled"])
def test_a_username_that_is_not_ours_is_never_touched(journaled: bool) -> None:  # noqa: FBT001 - drawn from a table
    wanted = a_wanted(ACCOUNT)
    there = provisioned(wanted)
    assert there.user
    creator = MAX if journaled else BOT
    foreign = replace(
        there, user=replace(there.user, created_by=creator, created_by_name="Max Admin")
    )
    ours = OURS if journaled else OURS - {f"user:{NAME}"}
    with pytest.raises(plan.Foreign, match="Max Admin") as stop:
        plan.diff(wanted, foreign, ours=ours, bot_user_id=BOT)
    assert stop.value.what == f"The username {NAME}"
    assert stop.value.who == "Max Admin"


@pytest.mark.parametrize("journaled", [True, False], ids=["made by Max", "never journaled"])
def test_a_set_that_is_not_ours_is_never_touched(journaled: bool) -> None:  # noqa: FBT001 - drawn from a table
    wanted = a_wanted(ACCOUNT)
    creator = MAX if journaled else BOT
    foreign = with_set(provisioned(wanted), created_by=creator, created_by_name="Max Admin")
    ours = OURS if journaled else OURS - {f"set:{SET}"}
    with pytest.raises(plan.Foreign) as stop:
        plan.diff(wanted, foreign, ours=ours, bot_user_id=BOT)
    assert stop.value.what == f"The permission set {SET}"


def test_ids_of_15_and_18_characters_are_the_same() -> None:
    wanted = a_wanted(ACCOUNT)
    there = provisioned(wanted)
    short = with_set(
        there, created_by=BOT[:15], apps=(plan.FoundApp(app_id=APP[:15], id="0J0SHORT"),)
    )
    assert steps(wanted, short) == ()
    assert not plan.same_id("005A00000000001", "005a00000000001")


def test_a_login_may_be_waited_for_only_while_everything_is_in_place() -> None:
    wanted = a_wanted(ACCOUNT)
    there = provisioned(wanted)
    assert there.user
    assert plan.app_access_in_place(wanted, there)
    assert plan.app_access_in_place(
        a_wanted(ACCOUNT, app=False), provisioned(a_wanted(ACCOUNT, app=False))
    )
    for broken in (
        an_empty_org(),
        replace(there, user=replace(there.user, active=False)),
        replace(there, user=replace(there.user, psl_row=None)),
        replace(there, sets=()),
        with_set(there, assignments=()),
        with_set(there, apps=()),
    ):
        assert not plan.app_access_in_place(wanted, broken)


def test_what_was_found_survives_json_and_names_its_ids() -> None:
    there = provisioned(a_wanted(ACCOUNT))
    assert plan.Found.from_json(there.to_json()) == there
    assert plan.Found.from_json(an_empty_org().to_json()) == an_empty_org()
    assert there.user
    assert plan.known(there) == {
        "profile": there.profile_id,
        "psl": there.psl_id,
        "user": there.user.id,
        f"set:{SET}": there.sets[0].id,
    }
    assert plan.ids(there) == {
        "user": there.user.id,
        f"set:{SET}": there.sets[0].id,
        "psl_assigned": there.user.psl_row,
    }
    assert plan.ids(an_empty_org()) == {}


def test_an_org_without_the_licence_cannot_start() -> None:
    assert plan.cannot_start(an_empty_org()) is None
    assert plan.cannot_start(replace(an_empty_org(), profile_id=None)) == "profile"
    assert plan.cannot_start(replace(an_empty_org(), psl_id=None)) == "psl"
    assert plan.cannot_start(plan.Found(org_id=ORG, bot_user_id=BOT)) == "profile"
