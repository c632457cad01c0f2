from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.core import access, review, sets
from store.records import FieldFact, Grant, ObjectFact, Preflight, Seats, Verb
from tests.core.cast import NOON, a_request, an_asked

RIGHTS = frozenset(
    {
        "PermissionsApiEnabled",
        "PermissionsViewSetup",
        "PermissionsManageUsers",
        "PermissionsAssignPermissionSets",
        "PermissionsManageProfilesPermissionsets",
        "PermissionsCustomizeApplication",
        "PermissionsModifyAllData",
    }
)
SEEN = review.Seen(
    org_id="00DORG000000001AAA",
    cached_org_id="00DORG000000001AAA",
    is_sandbox=True,
    organization_type="Enterprise Edition",
    has_trial_end=False,
    taken=frozenset(),
    sets=frozenset(),
    profile="Minimum Access - API Only Integrations",
    app_id="0xI000000000001AAA",
    app_admin_approved=True,
    app_unreadable="",
    rights=RIGHTS,
    grantable=frozenset({"Account", "Case"}),
    existing=(),
)
ORG = review.OrgRules(
    label="UAT", kind="sandbox", time_zone="Europe/Berlin", locale="en_US", licensed=False
)
APP = review.AppRules(
    key="warehouse", label="Warehouse", kind="external_client_app", name="Wh", has_key=True
)
ACCOUNT = ObjectFact(name="Account", label="Account", masters=(), sharing="ReadWrite")
FREE = Seats(total=5, used=2, reserved=1)
FULL = Seats(total=5, used=4, reserved=1)
NAMES = ("sync@x.example", "sync-2@x.example")
EVERY_SET = frozenset(sets.every_name(a_request(), licensed=False))


def reviewed(
    *,
    grants: tuple[Grant, ...] = (Grant(object="Account", verbs=(Verb.READ,)),),
    facts: tuple[ObjectFact, ...] = (ACCOUNT,),
    app: review.AppRules | None = APP,
    org: review.OrgRules = ORG,
    seats: tuple[Seats, Seats] = (FREE, FREE),
    approvers: frozenset[str] | None = frozenset({"U0ADA", "U0BEN"}),
    required: int = 1,
    names: tuple[str, ...] = NAMES,
    **seen: Any,
) -> Preflight:
    return review.review(
        a_request(asked=an_asked(grants=grants)),
        seen=replace(SEEN, **seen),
        facts={one.name: one for one in facts},
        grants=grants,
        names=names,
        org=org,
        app=app,
        license_seats=seats[0],
        psl_seats=seats[1],
        approvers=approvers,
        required=required,
        at=NOON,
    )


def codes(preflight: Preflight) -> list[str]:
    return [one.code for one in preflight.problems]


def test_a_healthy_org_gives_a_wanted_state_and_no_problem() -> None:
    preflight = reviewed()
    assert codes(preflight) == []
    assert preflight.risks == ()
    wanted = preflight.wanted
    assert wanted
    assert wanted.org_id == SEEN.org_id
    assert wanted.username == "sync@x.example"
    assert wanted.sets[0].name == "Integration_Warehouse_Sync_IU17"
    assert wanted.sets[0].app_id == SEEN.app_id
    assert (wanted.app_key, wanted.app_kind, wanted.app_name) == (
        "warehouse",
        "external_client_app",
        "Wh",
    )
    assert (wanted.user["TimeZoneSidKey"], wanted.user["LocaleSidKey"]) == (
        "Europe/Berlin",
        "en_US",
    )
    assert (preflight.license_seats, preflight.psl_seats, preflight.at) == (FREE, FREE, NOON)


def test_without_an_app_nothing_is_pre_authorised() -> None:
    preflight = reviewed(app=None, app_id=None, app_admin_approved=None)
    assert codes(preflight) == []
    assert preflight.wanted
    assert preflight.wanted.sets[0].app_id is None
    assert preflight.wanted.app_key is None
    assert ["not tested" in one for one in preflight.risks] == [True]


def test_the_first_free_names_are_taken() -> None:
    first = "Integration_Warehouse_Sync_IU17"
    preflight = reviewed(taken=frozenset({"sync@x.example"}), sets=frozenset({first}))
    assert preflight.wanted
    assert preflight.wanted.username == "sync-2@x.example"
    assert preflight.wanted.sets[0].name == f"{first}_2"


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        ({"org_id": "00DOTHER0000001AAA"}, "org_changed"),
        ({"is_sandbox": False}, "kind_mismatch"),
        ({"profile": None}, "license_missing"),
        ({"taken": frozenset(NAMES)}, "username_taken"),
        ({"sets": EVERY_SET}, "set_name_taken"),
        ({"seats": (FULL, FREE)}, "no_seat"),
        ({"seats": (FREE, FULL)}, "no_seat"),
        ({"rights": RIGHTS - {"PermissionsManageUsers"}}, "missing_right"),
        ({"app_id": None}, "app_missing"),
        ({"grantable": frozenset({"Case"})}, "object_gone"),
        ({"required": 3}, "too_few_approvers"),
    ],
)
def test_each_problem_alone_prevents_the_request(seen: dict[str, Any], code: str) -> None:
    preflight = reviewed(**seen)
    assert codes(preflight) == [code]
    assert preflight.wanted is None
    assert all(one.cause and one.remedy and one.who for one in preflight.problems)


WHOLE = FieldFact(name="BillingAddress", label="", editable=True)
PART = FieldFact(name="BillingCity", label="", editable=True, compound_of="BillingAddress")
PHONE = FieldFact(name="Phone", label="", editable=None)
LISTED = replace(ACCOUNT, fields=(PHONE, WHOLE))


@pytest.mark.parametrize(
    ("fact", "fields", "lost"),
    [
        (LISTED, {"read_fields": ("Phone", "BillingAddress")}, ""),
        (LISTED, {"read_fields": ("Fax", "Phone")}, "The field Fax of Account"),
        (LISTED, {"read_fields": ("Fax", "Site")}, "The fields Fax and Site of Account"),
        (LISTED, {"edit_fields": ("Fax",)}, "The field Fax of Account"),
        (LISTED, {"read_fields": ("Fax",), "edit_fields": ("Fax",)}, "The field Fax of Account"),
        (LISTED, {"all_fields": True}, ""),
        (replace(ACCOUNT, fields=(PART,)), {"read_fields": ("BillingAddress",)}, ""),
        (replace(ACCOUNT, fields=(PART,)), {"read_fields": ("BillingStreet",)}, "BillingStreet of"),
        (ACCOUNT, {"read_fields": ("Fax",)}, ""),
        (None, {"read_fields": ("Fax",)}, ""),
    ],
)
def test_a_field_that_is_not_listed_any_more_prevents_the_request(
    fact: ObjectFact | None, fields: dict[str, Any], lost: str
) -> None:
    """A part stands for its compound; where no field of the object is known, any may be there."""
    grant = Grant(object="Account", verbs=(Verb.READ,), **fields)
    preflight = reviewed(grants=(grant,), facts=(fact,) if fact else ())
    assert codes(preflight) == (["field_refused"] if lost else [])
    assert lost in "".join(one.cause for one in preflight.problems)
    assert (preflight.wanted is None) == bool(lost)


def test_the_fields_of_an_object_that_is_gone_are_not_told_besides() -> None:
    grant = Grant(object="Case", verbs=(Verb.READ,), read_fields=("Fax",))
    assert codes(reviewed(grants=(grant,), grantable=frozenset({"Account"}))) == ["object_gone"]


def test_a_problem_names_the_button_that_its_reader_has() -> None:
    (problem,) = reviewed(grantable=frozenset()).problems
    assert "then press Check again" in problem.remedy


def test_a_username_is_taken_in_any_case() -> None:
    names = ("Sync@X.example",)
    (problem,) = reviewed(names=names, taken=frozenset({"sync@x.example"})).problems
    assert problem.cause == "The username Sync@X.example is taken."


def test_all_problems_are_told_at_once() -> None:
    found = codes(reviewed(profile=None, app_id=None, seats=(FULL, FULL), required=3))
    assert found == ["license_missing", "no_seat", "no_seat", "app_missing", "too_few_approvers"]


def test_an_org_that_was_never_seen_is_not_another_one() -> None:
    assert codes(reviewed(cached_org_id=None)) == []


def test_approvers_that_slack_does_not_name_are_not_counted() -> None:
    assert codes(reviewed(approvers=None, required=3)) == []


def test_rights_that_could_not_be_read_are_not_missing() -> None:
    assert codes(reviewed(rights=frozenset())) == []


def test_an_app_that_cannot_be_looked_up_is_told_in_the_orgs_words() -> None:
    (problem,) = reviewed(app_id=None, app_unreadable="INVALID_TYPE: no such type").problems
    assert problem.code == "app_missing"
    assert "INVALID_TYPE: no such type" in problem.cause


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"facts": (replace(ACCOUNT, sharing="Private"),)}, "Account is shared privately"),
        ({"facts": (replace(ACCOUNT, masters=None),)}, "Whether Account depends"),
        ({"app_admin_approved": False}, "lets every user authorise it"),
        (
            {"rights": RIGHTS - {"PermissionsCustomizeApplication"}},
            "lacks Customize Application, which",
        ),
        ({"app": replace(APP, has_key=False)}, "no key for Warehouse"),
        ({"existing": ("a@x", "b@x", "c@x", "d@x")}, "a@x, b@x, c@x."),
    ],
)
def test_each_risk_alone_is_one_line_and_prevents_nothing(
    changes: dict[str, Any], words: str
) -> None:
    preflight = reviewed(**changes)
    assert preflight.wanted
    (risk,) = preflight.risks
    assert words in risk


def test_view_all_sees_through_private_sharing_and_unknown_facts_say_nothing() -> None:
    wide = (Grant(object="Account", verbs=(Verb.READ, Verb.VIEW_ALL)),)
    assert reviewed(grants=wide, facts=(replace(ACCOUNT, sharing="Private"),)).risks == ()
    assert reviewed(facts=()).risks == ()


def test_a_missing_app_right_is_no_risk_where_no_app_is_granted() -> None:
    rights = RIGHTS - {"PermissionsModifyAllData"}
    (risk,) = reviewed(app=None, rights=rights).risks
    assert "Modify All Data" not in risk


def test_the_licensed_set_is_bound_to_the_permission_set_licence() -> None:
    wanted = reviewed(org=replace(ORG, licensed=True)).wanted
    assert wanted
    assert any(one.licensed for one in wanted.sets)


def test_masters_come_first() -> None:
    facts = (
        ObjectFact(name="Case", label="Case", masters=("Account",), fields=(FieldFact(name="X"),)),
        ACCOUNT,
    )
    by_name = {one.name: one for one in facts}
    grants = access.close((Grant(object="Case", verbs=(Verb.READ,)),), by_name)
    wanted = reviewed(grants=grants, facts=facts).wanted
    assert wanted
    assert wanted.objects_order == ("Account", "Case")


def test_a_typed_username_has_no_variants_and_a_proposal_has_nine() -> None:
    typed = a_request(asked=an_asked(username="me@x.example"))
    assert review.candidate_usernames(typed, "x.example", frozenset()) == ("me@x.example",)
    in_use = frozenset({"warehouse-sync@x.example"})
    names = review.candidate_usernames(a_request(), "x.example", in_use)
    assert len(set(names)) == 9
    assert not in_use & set(names)


def test_a_request_that_is_asked_again_keeps_its_username() -> None:
    again = a_request(pinned=reviewed().wanted)
    in_use = frozenset({"sync@x.example"})
    assert review.candidate_usernames(again, "x.example", in_use) == ("sync@x.example",)


@pytest.mark.parametrize(
    ("login", "rights", "code"),
    [
        (False, RIGHTS - {"PermissionsViewSetup"}, "missing_right"),
        (False, None, "missing_right"),
        (False, RIGHTS, "object_not_visible"),
        (False, frozenset(), "object_not_visible"),
        (True, None, "login_refused"),
    ],
)
def test_a_refused_look_is_a_missing_right_when_one_is_missing(
    login: bool,  # noqa: FBT001 - drawn from a table
    rights: frozenset[str] | None,
    code: str,
) -> None:
    message = "sObject type 'UserLicense' is not supported."
    assert review.refused("INVALID_TYPE", message, login=login, rights=rights).code == code


def test_rights_that_are_refused_for_another_reason_are_not_guessed() -> None:
    found = review.refused("API_DISABLED_FOR_ORG", "no API", login=False, rights=None)
    assert found.code == "api_disabled"


def test_a_look_that_was_refused_wants_nothing() -> None:
    problem = review.refused("X", "y", login=False, rights=frozenset())
    grants = (Grant(object="Account", verbs=(Verb.DELETE,)),)
    preflight = review.nothing(problem, grants, at=NOON)
    assert (preflight.wanted, preflight.problems) == (None, (problem,))
    assert str(preflight.tier) == "high"
