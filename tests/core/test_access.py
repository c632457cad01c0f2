from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import access
from bot.core.prerequisites import ELSEWHERE, needs
from store.records import FieldFact, Grant, ObjectFact, Tier, Verb

V = Verb
FACTS = {
    "Region__c": ObjectFact(name="Region__c", label="Region", masters=()),
    "Site__c": ObjectFact(name="Site__c", label="Site", masters=("Region__c",)),
    "Shelf__c": ObjectFact(name="Shelf__c", label="Shelf", masters=("Site__c", "Account")),
    "Account": ObjectFact(
        name="Account",
        label="Account",
        masters=(),
        fields=(
            FieldFact(name="BillingAddress", editable=True),
            FieldFact(name="BillingCity", editable=True, compound_of="BillingAddress"),
            FieldFact(name="BillingStreet", editable=True, compound_of="BillingAddress"),
            FieldFact(name="Phone", editable=True),
            FieldFact(name="Score__c", editable=False),
            FieldFact(name="Where__c", editable=False),
            FieldFact(name="Where__Latitude__s", editable=True, compound_of="Where__c"),
            FieldFact(name="Odd__c"),
        ),
    ),
    "Case": ObjectFact(name="Case", label="Case"),
}


def grant(name: str, *verbs: Verb, read: str = "", edit: str = "", **more: Any) -> Grant:
    return Grant(
        object=name,
        verbs=verbs,
        read_fields=tuple(read.split()),
        edit_fields=tuple(edit.split()),
        **more,
    )


def close(*grants: Grant) -> dict[str, Grant]:
    return {one.object: one for one in access.close(grants, FACTS)}


@pytest.mark.parametrize(
    ("asked", "closed"),
    [
        ({V.READ}, {V.READ}),
        ({V.CREATE}, {V.READ, V.CREATE}),
        ({V.EDIT}, {V.READ, V.EDIT}),
        ({V.DELETE}, {V.READ, V.EDIT, V.DELETE}),
        ({V.VIEW_ALL}, {V.READ, V.VIEW_ALL}),
        ({V.MODIFY_ALL}, {V.READ, V.EDIT, V.DELETE, V.VIEW_ALL, V.MODIFY_ALL}),
        (set(), set()),
    ],
)
def test_every_verb_brings_what_it_depends_on(asked: set[Verb], closed: set[Verb]) -> None:
    assert set(close(grant("Case", *asked))["Case"].verbs) == closed


def test_an_added_verb_says_because_of_what() -> None:
    case = close(grant("Case", V.DELETE))["Case"]
    assert case.because == (
        "Read on Case, because Delete needs it.",
        "Edit on Case, because Delete needs it.",
    )


def test_what_was_asked_alone_has_no_because() -> None:
    assert close(grant("Case", V.READ, V.EDIT))["Case"].because == ()


def test_all_fields_need_read() -> None:
    case = close(grant("Case", all_fields=True))["Case"]
    assert case.verbs == (V.READ,)
    assert case.because == ("Read on Case, because View All Fields needs it.",)


def test_a_detail_brings_its_masters_all_the_way_up() -> None:
    closed = close(grant("Shelf__c", V.READ))
    assert list(closed) == ["Shelf__c", "Site__c", "Account", "Region__c"]
    assert closed["Site__c"].because == ("Read on Site__c, because Shelf__c is a detail of it.",)
    assert closed["Region__c"].because == ("Read on Region__c, because Site__c is a detail of it.",)
    assert {closed[name].verbs for name in ("Site__c", "Account", "Region__c")} == {(V.READ,)}


def test_a_master_that_was_asked_for_is_not_added_again() -> None:
    closed = close(grant("Site__c", V.READ), grant("Region__c", V.CREATE))
    assert closed["Region__c"].because == ("Read on Region__c, because Create needs it.",)


def test_a_master_that_was_chosen_without_read_gets_it() -> None:
    closed = close(grant("Site__c", V.READ), grant("Region__c"))
    assert closed["Region__c"].verbs == (V.READ,)
    assert closed["Region__c"].because == ("Read on Region__c, because Site__c is a detail of it.",)


def test_masters_that_are_not_known_are_not_guessed() -> None:
    assert list(close(grant("Case", V.READ), grant("Unheard__c", V.READ))) == ["Case", "Unheard__c"]


@pytest.mark.parametrize(
    ("asked", "added", "verbs", "because"),
    [
        (
            grant("Contract", V.VIEW_ALL),
            "Account",
            {V.READ, V.VIEW_ALL},
            "View All on Account, because View All on Contract needs it.",
        ),
        (
            grant("Asset", V.MODIFY_ALL),
            "Account",
            {V.READ, V.VIEW_ALL},
            "View All on Account, because View All on Asset needs it.",
        ),
        (
            grant("ServiceTerritory", V.READ, V.VIEW_ALL),
            "OperatingHours",
            {V.READ, V.VIEW_ALL},
            "View All on OperatingHours, because View All on ServiceTerritory needs it.",
        ),
        (
            grant("MessagingSession", V.EDIT),
            "MessagingEndUser",
            {V.READ},
            "Read on MessagingEndUser, because Read on MessagingSession needs it.",
        ),
    ],
)
def test_a_verb_brings_what_it_needs_on_another_object_and_says_so(
    asked: Grant, added: str, verbs: set[Verb], because: str
) -> None:
    closed = close(asked)
    assert list(closed) == [asked.object, added]
    assert set(closed[added].verbs) == verbs
    assert because in closed[added].because
    assert access.order(closed.values(), FACTS) == (added, asked.object)


def test_reading_an_asset_or_seeing_all_accounts_brings_nothing_more() -> None:
    assert list(close(grant("Asset", V.READ, V.EDIT), grant("Contract", V.READ))) == [
        "Asset",
        "Contract",
    ]
    assert close(grant("Account", V.READ, V.VIEW_ALL))["Account"].because == ()


def test_what_another_object_needs_is_added_to_what_was_asked_of_it() -> None:
    closed = close(grant("Account", V.CREATE, read="Phone"), grant("Asset", V.READ, V.VIEW_ALL))
    account = closed["Account"]
    assert account.verbs == (V.READ, V.CREATE, V.VIEW_ALL)
    assert account.read_fields == ("Phone",)
    assert account.because[-1] == "View All on Account, because View All on Asset needs it."


def test_what_may_be_edited_may_also_be_read_unless_all_fields_may() -> None:
    account = close(grant("Account", V.READ, V.EDIT, read="Score__c", edit="Phone"))["Account"]
    assert account.read_fields == ("Phone", "Score__c")
    assert account.because == ("Reading Phone on Account, because editing needs it.",)
    every = close(grant("Account", V.READ, V.EDIT, edit="Phone", all_fields=True))["Account"]
    assert every.read_fields == ()
    assert every.because == ()


def test_parts_of_a_compound_field_become_the_whole() -> None:
    asked = grant("Account", V.READ, V.EDIT, read="BillingCity Phone", edit="BillingStreet")
    account = close(asked)["Account"]
    assert account.read_fields == ("BillingAddress", "Phone")
    assert account.edit_fields == ("BillingAddress",)
    assert account.because == tuple(
        f"BillingAddress on Account, because {part} is a part of it and only the whole can be "
        "granted."
        for part in ("BillingCity", "BillingStreet")
    )


def test_two_grants_of_one_object_become_one() -> None:
    closed = access.close(
        [grant("Case", V.READ, read="A"), grant("Case", V.READ, V.EDIT, edit="B", edit_all=True)],
        FACTS,
    )
    assert closed == (
        Grant(
            object="Case",
            verbs=(V.READ, V.EDIT),
            read_fields=("A", "B"),
            edit_fields=("B",),
            edit_all=True,
            because=("Reading B on Case, because editing needs it.",),
        ),
    )


def test_every_editable_field_is_what_is_known_to_be_editable() -> None:
    asked = grant("Account", V.READ, V.EDIT, edit_all=True)
    (account,) = access.resolve_edit_all([asked], FACTS)
    assert not account.edit_all
    assert account.edit_fields == ("BillingAddress", "Phone")
    assert account.read_fields == ("BillingAddress", "Phone")
    assert account.because[:2] == (
        "2 fields of Account editable, because all of them were asked for.",
        "1 field of Account left out, because not known to be editable.",
    )


def test_a_field_asked_for_by_name_is_kept_beside_every_editable_one() -> None:
    asked = grant("Account", V.READ, V.EDIT, edit="Odd__c", edit_all=True)
    (account,) = access.resolve_edit_all([asked], FACTS)
    assert account.edit_fields == ("BillingAddress", "Odd__c", "Phone")
    assert not any("left out" in sentence for sentence in account.because)


def test_nothing_is_resolved_where_it_was_not_asked_and_nothing_found_where_nothing_is_known() -> (
    None
):
    plain = grant("Account", V.READ, edit="Phone", read="Phone")
    assert access.resolve_edit_all([plain], FACTS) == (plain,)
    (unheard,) = access.resolve_edit_all([grant("X", V.READ, V.EDIT, edit_all=True)], FACTS)
    assert unheard.edit_fields == ()
    assert not unheard.edit_all


def test_masters_come_before_their_details_else_the_order_stays() -> None:
    names = ["Case", "Shelf__c", "Region__c", "Site__c", "Account"]
    ordered = access.order([grant(name, V.READ) for name in names], FACTS)
    assert ordered == ("Case", "Region__c", "Site__c", "Account", "Shelf__c")
    assert access.order([grant("Site__c", V.READ)], FACTS) == ("Site__c",)


def test_objects_that_claim_to_be_each_others_master_still_end() -> None:
    facts = {
        "A": ObjectFact(name="A", label="A", masters=("B",)),
        "B": ObjectFact(name="B", label="B", masters=("A",)),
    }
    assert set(access.order([grant("A", V.READ), grant("B", V.READ)], facts)) == {"A", "B"}
    assert len(access.close([grant("A", V.READ)], facts)) == 2


@pytest.mark.parametrize(
    ("grants", "tier"),
    [
        ([], Tier.LOW),
        ([grant("Case", V.READ)], Tier.LOW),
        ([grant("Case", V.READ), grant("Account", V.READ, V.CREATE)], Tier.MEDIUM),
        ([grant("Case", V.EDIT)], Tier.MEDIUM),
        ([grant("Case", V.DELETE), grant("Account", V.READ)], Tier.HIGH),
        ([grant("Case", V.VIEW_ALL)], Tier.HIGH),
        ([grant("Case", V.MODIFY_ALL)], Tier.HIGH),
        ([grant("Case", V.READ, all_fields=True)], Tier.HIGH),
    ],
)
def test_the_strongest_grant_makes_the_tier(grants: list[Grant], tier: Tier) -> None:
    assert access.tier(grants) is tier


@pytest.mark.parametrize(
    ("asked", "block", "hint"),
    [
        (grant("Account"), "perm:Account", "Tick at least one"),
        (grant("Account", V.READ, read="Nope A B C D E F"), "fields:Account", "Nope, A, B, C, D"),
        (grant("Account", V.READ, edit="Phone"), "edit_fields:Account", "tick Create or Edit"),
        (grant("Account", V.READ, edit_all=True), "edit_fields:Account", "tick Create or Edit"),
        (grant("Account", V.EDIT, edit="Nope"), "edit_fields:Account", "cannot be granted"),
        (grant("Account", V.EDIT, edit="Score__c"), "edit_fields:Account", "Score__c cannot be"),
        (
            grant("Account", V.EDIT, edit="Where__Latitude__s"),
            "edit_fields:Account",
            "cannot be edited",
        ),
    ],
)
def test_what_can_never_be_granted_is_an_error_under_its_field(
    asked: Grant, block: str, hint: str
) -> None:
    problems = access.check([asked], FACTS)
    assert list(problems) == [block]
    assert hint in problems[block]


def test_six_unknown_names_are_cut_to_five_and_more() -> None:
    problem = access.check([grant("Account", V.READ, read="a b c d e f g")], FACTS)
    assert "a, b, c, d, e and 2 more cannot" in problem["fields:Account"]


@pytest.mark.parametrize(
    "asked",
    [
        grant("Account", V.CREATE, read="Score__c BillingCity", edit="Phone Odd__c BillingStreet"),
        grant("Account", V.EDIT, edit_all=True),
        grant("Account", V.READ, all_fields=True),
        grant("Case", V.EDIT, read="Whatever__c", edit="Unknown__c", edit_all=True),
        grant("Unheard__c", V.EDIT, edit="Unknown__c"),
    ],
)
def test_what_may_be_granted_or_is_not_known_passes(asked: Grant) -> None:
    assert access.check([asked], FACTS) == {}


def test_all_editable_fields_of_an_object_without_any_is_said() -> None:
    facts = {"X": ObjectFact(name="X", label="X", fields=(FieldFact(name="F", editable=None),))}
    problem = access.check([grant("X", V.EDIT, edit_all=True)], facts)
    assert problem == {
        "edit_fields:X": "No field of X is known to be editable. Choose the fields by name."
    }


def test_the_card_says_each_object_in_one_line_with_fields_as_counts() -> None:
    assert access.sentences(
        [
            grant("Account", V.READ, V.VIEW_ALL, read="A B", edit="B"),
            grant("Case", V.READ, read="A"),
            grant("Contact", V.READ),
            grant("Lead", V.READ, V.EDIT, edit_all=True, all_fields=True),
            grant("Task"),
        ]
    ) == (
        "Account: Read, View All; 2 fields readable, 1 editable",
        "Case: Read; 1 field readable",
        "Contact: Read; only the fields that are always shown",
        "Lead: Read, Edit; all fields readable, every editable field editable",
        "Task: nothing yet; only the fields that are always shown",
    )


def test_the_additions_of_all_grants_are_listed() -> None:
    closed = access.close([grant("Site__c", V.CREATE)], FACTS)
    assert access.additions(closed) == (
        "Read on Site__c, because Create needs it.",
        "Read on Region__c, because Site__c is a detail of it.",
    )


FIELDS = st.lists(st.sampled_from([one.name for one in FACTS["Account"].fields]), max_size=4)
GRANTS = st.builds(
    Grant,
    object=st.sampled_from([*FACTS, "Asset", "Unheard__c"]),
    verbs=st.lists(st.sampled_from(Verb), max_size=3, unique=True).map(tuple),
    read_fields=FIELDS.map(tuple),
    edit_fields=FIELDS.map(tuple),
    all_fields=st.booleans(),
    edit_all=st.booleans(),
)
MATRIX = st.lists(GRANTS, max_size=5)


@given(grants=MATRIX)
def test_closing_twice_changes_nothing(grants: list[Grant]) -> None:
    once = access.close(grants, FACTS)
    assert access.close(once, FACTS) == once
    resolved = access.resolve_edit_all(once, FACTS)
    assert access.resolve_edit_all(access.close(resolved, FACTS), FACTS) == resolved


@given(grants=MATRIX, more=MATRIX)
def test_asking_for_more_never_gives_less(grants: list[Grant], more: list[Grant]) -> None:
    less = {one.object: one for one in access.close(grants, FACTS)}
    wide = {one.object: one for one in access.close([*grants, *more], FACTS)}
    for name, one in less.items():
        other = wide[name]
        assert set(one.verbs) <= set(other.verbs)
        assert set(one.edit_fields) <= set(other.edit_fields)
        assert other.all_fields or set(one.read_fields) <= set(other.read_fields)
        assert other.all_fields >= one.all_fields


@given(grants=MATRIX)
def test_what_is_closed_is_accepted_by_the_rules_of_the_org(grants: list[Grant]) -> None:
    closed = access.close(grants, FACTS)
    granted = {one.object: set(one.verbs) for one in closed}
    for one in closed:
        for verb in one.verbs:
            assert needs(verb) <= granted[one.object]
            other, needed = ELSEWHERE.get((one.object, verb), (one.object, verb))
            assert needed in granted[other]
        masters = FACTS[one.object].masters if one.object in FACTS else ()
        if Verb.READ in one.verbs:
            assert all(Verb.READ in granted[master] for master in masters or ())
        assert one.all_fields or set(one.edit_fields) <= set(one.read_fields)
    ordered = access.order(closed, FACTS)
    assert sorted(ordered) == sorted(granted)
    for name in ordered:
        masters = FACTS[name].masters if name in FACTS else ()
        assert all(
            ordered.index(master) < ordered.index(name)
            for master in masters or ()
            if master in granted
        )


def test_a_grant_stays_what_it_was_when_it_is_closed() -> None:
    asked = grant("Case", V.DELETE)
    close(asked)
    assert asked == replace(asked)
    assert asked.verbs == (V.DELETE,)
