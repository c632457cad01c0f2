from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import form
from bot.core.form import Person
from store.records import Asked, Grant, Verb
from tests.core.cast import an_asked

PEOPLE = {"U0OLU": Person(), "U0BEA": Person()}


def typed(text: str | None) -> dict[str, Any]:
    return {"action-4": {"type": "plain_text_input", "value": text}}


def chosen(value: str | None) -> dict[str, Any]:
    option = None if value is None else {"text": {"type": "plain_text"}, "value": value}
    return {"action-1": {"type": "static_select", "selected_option": option}}


def many(*values: str) -> dict[str, Any]:
    return {"a": {"type": "checkboxes", "selected_options": [{"value": one} for one in values]}}


def user(value: str | None) -> dict[str, Any]:
    return {"a": {"type": "users_select", "selected_user": value}}


def details(**changes: Any) -> dict[str, Any]:
    return {
        "org": chosen("uat"),
        "name": typed(" Warehouse sync "),
        "purpose": typed("Keep stock\nlevels equal"),
        "system": typed("Warehouse"),
        "ticket": typed(None),
        "owner": user("U0OLU"),
        "backup_owner": user("U0BEA"),
        "email": typed("warehouse@acme.example"),
        "app": chosen("warehouse"),
        "objects": many("Account", "Contact"),
    } | changes


def problems(asked: Asked, **changes: Any) -> dict[str, str]:
    facts: dict[str, Any] = {
        "people": PEOPLE,
        "apps": {"warehouse"},
        "email_domains": ("acme.example",),
        "known_objects": {"Account"},
    }
    return form.problems_details(asked, **(facts | changes))


def test_step_one_is_read_and_allows_nothing_yet() -> None:
    assert form.read_details(details()) == an_asked(
        purpose="Keep stock\nlevels equal",
        grants=(Grant(object="Account", verbs=()), Grant(object="Contact", verbs=())),
    )


def test_the_app_and_the_ticket_may_be_left_out() -> None:
    asked = form.read_details(details(app=chosen(None), ticket=typed("")))
    assert isinstance(asked, Asked)
    assert (asked.app, asked.ticket) == (None, "")


def test_an_object_chosen_twice_counts_once() -> None:
    asked = form.read_details(details(objects=many("Account", "Account")))
    assert isinstance(asked, Asked)
    assert asked.grants == (Grant(object="Account", verbs=()),)


def test_an_empty_form_is_answered_under_every_field_that_must_be_filled() -> None:
    required = {"org", "name", "purpose", "system", "owner", "backup_owner", "email", "objects"}
    empty = form.read_details({})
    assert isinstance(empty, dict)
    assert set(empty) == required


@pytest.mark.parametrize(
    "broken", [None, "text", [], {"a": None}, {"a": "text"}, {"a": {"value": 7}}, {}]
)
def test_a_payload_of_another_shape_is_an_empty_field(broken: Any) -> None:
    answer = form.read_details(details(name=broken, objects=broken, org=broken))
    assert isinstance(answer, dict)
    assert set(answer) == {"name", "objects", "org"}


def test_options_of_another_shape_are_not_chosen() -> None:
    odd = {"a": {"selected_options": [None, {"value": 3}, {"value": "Account"}]}}
    asked = form.read_details(details(objects=odd))
    assert isinstance(asked, Asked)
    assert [one.object for one in asked.grants] == ["Account"]


@pytest.mark.parametrize(
    ("block", "text", "hint"),
    [
        ("name", " \u200b\ufeff ", "give the integration a name"),
        ("name", "\u200d\u200c", "give the integration a name"),
        ("name", "x" * 61, "shorten this to 60 characters; it has 61"),
        ("name", "two\nlines", "one line"),
        ("system", "two\rlines", "one line"),
        ("ticket", "two\u2028lines", "one line"),
        ("name", "bell\x07", "control characters"),
        ("purpose", "nul\x00", "control characters"),
        ("purpose", "escape\x1b[31m", "control characters"),
        ("name", "broken \ud800", "control characters"),
        ("name", "evil\u202egnp.exe", "direction of writing"),
        ("purpose", "evil\u2066hidden\u2069", "direction of writing"),
        ("system", "x" * 81, "80 characters"),
        ("purpose", "x" * 1001, "1000 characters"),
        ("ticket", "x" * 501, "500 characters"),
        ("email", "x" * 125 + "@acme.example", "128 characters"),
        ("email", "Olu <olu@acme.example>", "only the address"),
        ("email", "olu@acme.example, bea@acme.example", "only the address"),
        ("email", "olu@acme", "after the @"),
        ("email", "mailto:olu@acme.example", "only the address"),
        ("email", "olu@acme.example@acme.example", "one address"),
        ("email", "ol\u00fc@acme.example", "without accents"),
        ("email", ".olu@acme.example", "before the @"),
        ("email", "x" * 65 + "@acme.example", "before the @"),
        ("email", "olu@acme..example", "after the @"),
        ("email", "olu@-acme.example", "after the @"),
        ("email", "olu@10.0.0.1", "after the @"),
        ("name", "\u3164\u2800", "Nobody can see the characters"),
        ("ticket", "\u200b", "clear it, or type it by hand"),
        ("name", "a\u2067b", "direction of writing"),
    ],
)
def test_hostile_text_is_an_error_under_its_field(block: str, text: str, hint: str) -> None:
    answer = form.read_details(details(**{block: typed(text)}))
    assert isinstance(answer, dict)
    assert list(answer) == [block]
    assert hint in answer[block]


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("Ware\u200bhouse\tsync", "Warehouse sync"),
        ("\ufeffWarehouse sync\r\n", "Warehouse sync"),
        ("👩\u200d🔧 sync", "👩\u200d🔧 sync"),
        ("<!channel> *sync*", "<!channel> *sync*"),
        ("مزامنة", "مزامنة"),
    ],
)
def test_harmless_text_is_cleaned_and_kept(raw: str, read: str) -> None:
    asked = form.read_details(details(name=typed(raw)))
    assert isinstance(asked, Asked)
    assert asked.name == read


@pytest.mark.parametrize(
    ("ticket", "link"),
    [
        ("https://tickets.acme.example/INT-7?x=1#top", True),
        ("https://tickets.acme.example:8443", True),
        ("INT-7", False),
        ("http://tickets.acme.example", False),
        ("javascript:alert(1)", False),
        ("https://acme.example@evil.example/", False),
        ("https://acme.example/|click", False),
        ("https://acme.example/> <!channel", False),
        ("see https://acme.example", False),
        ("", False),
    ],
)
def test_only_a_plain_https_address_is_a_link_and_all_else_is_text(
    ticket: str, *, link: bool
) -> None:
    assert form.is_link(ticket) is link
    asked = form.read_details(details(ticket=typed(ticket)))
    assert isinstance(asked, Asked)
    assert asked.ticket == ticket


@pytest.mark.parametrize(
    "address",
    [
        "research&development@acme.example",
        "o'brien@acme.example",
        "sync/uat=1@acme.example",
        "a..b.@acme.example",
        "_sync@acme.example",
        "sync@3com.example",
        "sync@acme.xn--p1ai",
        "SYNC+uat@Mail.Acme.Example",
    ],
)
def test_an_address_that_salesforce_takes_is_taken(address: str) -> None:
    asked = form.read_details(details(email=typed(address)))
    assert isinstance(asked, Asked)
    assert asked.email == address


def test_the_owner_cannot_stand_in_for_themselves() -> None:
    answer = form.read_details(details(backup_owner=user("U0OLU"), name=typed("")))
    assert isinstance(answer, dict)
    assert set(answer) == {"backup_owner", "name"}
    assert list(problems(an_asked(backup_owner="U0OLU"))) == ["backup_owner"]


def test_more_than_ten_objects_are_too_many() -> None:
    answer = form.read_details(details(objects=many(*(f"O{n}__c" for n in range(11)))))
    assert isinstance(answer, dict)
    assert "at most 10" in answer["objects"]


def test_a_good_request_has_no_problem() -> None:
    assert problems(an_asked()) == {}
    assert problems(an_asked(app=None, email="x@ACME.example"), apps=set()) == {}
    assert problems(an_asked(), email_domains=("ACME.example",)) == {}
    assert problems(an_asked(email="x@else.example"), email_domains=()) == {}


@pytest.mark.parametrize("block", ["owner", "backup_owner"])
@pytest.mark.parametrize(
    ("person", "hint"),
    [
        (None, "not known"),
        (Person(is_bot=True), "A bot"),
        (Person(is_guest=True), "A guest"),
        (Person(is_deactivated=True), "deactivated"),
        (Person(is_foreign=True), "another workspace"),
    ],
)
def test_only_full_members_own_an_integration(block: str, person: Person | None, hint: str) -> None:
    named = {"owner": "U0OLU", "backup_owner": "U0BEA"}[block]
    people = (
        {**PEOPLE, named: person} if person else {k: v for k, v in PEOPLE.items() if k != named}
    )
    answer = problems(an_asked(), people=people)
    assert list(answer) == [block]
    assert hint in answer[block]


@pytest.mark.parametrize(
    ("changes", "block", "hint"),
    [
        ({"email": "x@evil.example"}, "email", "mailbox at acme.example"),
        ({"email": "x@sub.acme.example"}, "email", "mailbox at acme.example"),
        ({"app": "payroll"}, "app", "does not belong"),
        (
            {
                "grants": tuple(
                    Grant(object=name, verbs=())
                    for name in ("Nope__c", "<!here>", "B__c", "C__c", "Account")
                )
            },
            "objects",
            "Nope__c, ??here?, B__c and 1 more cannot be granted",
        ),
    ],
)
def test_a_value_that_could_not_be_chosen_is_an_error_under_its_field(
    changes: dict[str, Any], block: str, hint: str
) -> None:
    answer = problems(an_asked(**changes))
    assert list(answer) == [block]
    assert hint in answer[block]


def test_every_problem_is_told_at_once() -> None:
    bad = an_asked(owner="U0X", email="x@evil.example", app="payroll")
    assert set(problems(bad, known_objects=set())) == {"owner", "email", "app", "objects"}


def test_step_two_is_read_as_it_was_asked() -> None:
    values = {
        "perm:Account": many("edit", "read"),
        "fields:Account": many("Phone", "Fax", "Phone"),
        "edit_fields:Account": many("Phone"),
        "perm:Contact": many("create"),
        "fields:Contact": many("Email", "*"),
        "edit_fields:Contact": many("*", "Email"),
        "username": typed(" sync@acme.example "),
    }
    assert form.read_access(values, ["Account", "Contact"]) == (
        Grant(
            object="Account",
            verbs=(Verb.READ, Verb.EDIT),
            read_fields=("Fax", "Phone"),
            edit_fields=("Phone",),
        ),
        Grant(object="Contact", verbs=(Verb.CREATE,), all_fields=True, edit_all=True),
    )
    assert form.read_username(values) == "sync@acme.example"


@pytest.mark.parametrize(
    ("values", "block", "hint"),
    [
        ({}, "perm:Account", "tick at least one"),
        ({"perm:Account": many()}, "perm:Account", "tick at least one"),
        ({"perm:Account": many("own")}, "perm:Account", "what is offered"),
        ({"fields:Account": many("Name; DROP")}, "fields:Account", "from the list"),
        ({"edit_fields:Account": many("<!here>")}, "edit_fields:Account", "from the list"),
        ({"perm:Contact": many("read")}, "perm:Contact", "was not chosen"),
        ({"fields:Contact": many("*")}, "fields:Contact", "was not chosen"),
    ],
)
def test_step_two_refuses_what_could_not_be_ticked(
    values: dict[str, Any], block: str, hint: str
) -> None:
    ticked = values if block == "perm:Account" else {"perm:Account": many("read")} | values
    answer = form.read_access(ticked, ["Account"])
    assert isinstance(answer, dict)
    assert list(answer) == [block]
    assert hint in answer[block]


def test_the_username_may_be_left_to_the_proposal_or_is_cleaned() -> None:
    assert form.read_username({"username": typed(None)}) == ""
    assert form.read_username({}) == ""
    for text, hint in (("a\x00b", "control"), ("\u200b", "clear it"), ("a" * 81, "80 characters")):
        answer = form.read_username({"username": typed(text)})
        assert isinstance(answer, dict)
        assert hint in answer["username"]


@pytest.mark.parametrize("text", [None, "", "  ", "\u200b\u2060", "\u3164", "\u0301", "\x07"])
def test_a_reason_that_nobody_can_read_is_none(text: str | None) -> None:
    answer = form.read_reason({"reason": typed(text)})
    assert isinstance(answer, dict)
    assert list(answer) == ["reason"]


def test_a_reason_has_paragraphs() -> None:
    assert form.read_reason({"reason": typed(" Too much.\r\nAsk for less. ")}) == (
        "Too much.\nAsk for less."
    )


def test_what_went_wrong_with_step_one_is_said_by_its_label_and_with_the_way_back() -> None:
    asked = an_asked(grants=tuple(Grant(object=one, verbs=()) for one in ("Account", "Gone__c")))
    wrong = problems(asked, people={"U0BEA": Person()}, apps=set())
    assert form.overtaken(asked, {}, known_objects={"Account"}) == {}
    found = form.overtaken(asked, wrong, known_objects={"Account"})
    assert set(found) == {"perm:Gone__c", "step_1"}
    for part in ("Owner: This person is not known", "App: This app does not belong", "press Back"):
        assert part in found["step_1"]
    assert "Gone__c of step 1 cannot be granted any more" in found["perm:Gone__c"]


def test_an_org_that_takes_nothing_more_is_waited_for_or_changed() -> None:
    found = form.overtaken(an_asked(), {"org": "UAT is away."}, known_objects={"Account"})
    assert "UAT is away." in found["step_1"]
    assert "send this again later" in found["step_1"]


@given(text=st.text(max_size=90))
def test_whatever_is_typed_is_an_error_or_plain_visible_text(text: str) -> None:
    answer = form.read_details(details(name=typed(text)))
    if isinstance(answer, dict):
        assert list(answer) == ["name"]
    else:
        assert 0 < len(answer.name) <= 60
        assert answer.name == answer.name.strip()
        assert not any(ord(one) < 32 or one in "\u202e\u200b\u2028" for one in answer.name)
