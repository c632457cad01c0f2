from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import naming

DOMAIN = "integrations.acme.example.uat"
NAMES = st.text(max_size=60)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Warehouse sync", "warehouse-sync"),
        ("  --Warehouse__sync!! ", "warehouse-sync"),
        ("Müller & Söhne", "muller-sohne"),
        ("Straße Ærø Łódź", "strasse-aero-lodz"),
        ("İstanbul \u0131l\u0131k", "istanbul-ilik"),
        ("Объект O\u2019Brien", "obekt-obrien"),
        ("Αποθήκη", "apothiki"),
        ("ﬁle № 5", "file-no-5"),
        ("倉庫", "integration"),
        ("", "integration"),
    ],
)
def test_a_name_of_any_language_becomes_plain_words(name: str, slug: str) -> None:
    assert naming.slug(name) == slug


@given(name=NAMES, request_id=st.integers(1, 10**9))
def test_every_name_gives_names_that_salesforce_accepts(name: str, request_id: int) -> None:
    username = naming.propose_username(name, DOMAIN, ())
    assert naming.check_username(username) is None
    set_name = naming.set_name(request_id, name)
    assert re.fullmatch(r"[A-Za-z](?:_?[A-Za-z0-9])*", set_name)
    assert len(f"{set_name}_2") <= 80
    assert len(naming.set_label(request_id, name)) <= 80
    assert len(naming.set_description(request_id, name * 10)) <= 255
    assert 3 <= len(naming.alias(request_id)) <= 8


def test_a_taken_username_gives_the_next_free_one_whatever_its_case() -> None:
    taken = [f"Warehouse-Sync@{DOMAIN}", f"warehouse-sync-2@{DOMAIN}"]
    assert naming.propose_username("Warehouse sync", DOMAIN, []) == f"warehouse-sync@{DOMAIN}"
    assert naming.propose_username("Warehouse sync", DOMAIN, taken) == f"warehouse-sync-3@{DOMAIN}"


def test_a_long_name_leaves_room_for_the_domain_and_the_number() -> None:
    first = naming.propose_username("a" * 60, DOMAIN, [])
    second = naming.propose_username("a" * 60, DOMAIN, [first])
    assert len(first) == len(second) == 80
    assert second.endswith(f"-2@{DOMAIN}")


def test_a_name_is_never_cut_to_a_trailing_separator() -> None:
    room = 80 - len(f"@{DOMAIN}")
    name = f"{'a' * (room - 1)} b"
    assert naming.propose_username(name, DOMAIN, []) == f"{'a' * (room - 1)}@{DOMAIN}"
    room = 80 - len("_9_App") - len("Integration_") - len("_IU17")
    name = f"{'a' * (room - 1)} b"
    assert naming.set_name(17, name) == f"Integration_A{'a' * (room - 2)}_IU17"


def test_a_domain_without_room_for_a_name_is_an_error_of_the_configuration() -> None:
    with pytest.raises(ValueError, match="too long"):
        naming.propose_username("Sync", f"{'d' * 70}.example.acme", [])


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("sync@acme.example", None),
        ("a.b_c-d+e@x-1.acme.example", None),
        ("Sync@acme.example", "lower case: sync@acme.example"),
        ("sýnc@acme.example", "plain letters"),
        (f"{'a' * 80}@acme.example", "13 characters shorter"),
        ("sync", "like an email"),
        ("sync@acme", "like an email"),
        ("a b@acme.example", "like an email"),
        (".a@acme.example", "like an email"),
        ("a..b@acme.example", "like an email"),
        ("a'b@acme.example", "like an email"),
        ("a@-acme.example", "like an email"),
        ("sync@acme.example\n", "like an email"),
        ("", "like an email"),
    ],
)
def test_a_username_is_checked_and_the_fault_named(text: str, hint: str | None) -> None:
    problem = naming.check_username(text)
    assert (problem is None) if hint is None else (problem is not None and hint in problem)


def test_the_permission_set_says_whose_it_is() -> None:
    assert naming.set_name(17, "Warehouse sync") == "Integration_Warehouse_Sync_IU17"
    assert naming.set_label(17, "Warehouse sync") == "Integration Warehouse sync (IU-17)"
    assert "IU-17" in naming.set_description(17, "Warehouse")


def test_the_user_gets_what_a_create_call_requires_and_no_password() -> None:
    made = naming.user_attributes(
        request_id=17,
        name="Warehouse sync",
        username=f"warehouse-sync@{DOMAIN}",
        email="warehouse@acme.example",
        time_zone="Europe/Berlin",
        locale="de_DE",
    )
    assert made == {
        "Username": f"warehouse-sync@{DOMAIN}",
        "LastName": "Warehouse sync",
        "Alias": "iu17",
        "Email": "warehouse@acme.example",
        "EmailEncodingKey": "UTF-8",
        "LanguageLocaleKey": "en_US",
        "LocaleSidKey": "de_DE",
        "TimeZoneSidKey": "Europe/Berlin",
    }


@pytest.mark.parametrize(
    ("taken", "after"),
    [
        (["sap@acme.example"], "sap-2@acme.example"),
        (["sap@acme.example", "SAP-2@acme.example"], "sap-3@acme.example"),
        (["sap-2@acme.example"], "sap-3@acme.example"),
        (["sap-2026@acme.example"], "sap-2027@acme.example"),
        (["s.a-p@acme.example"], "s.a-p-2@acme.example"),
        ([f"{'a' * 67}@acme.example"], f"{'a' * 65}-2@acme.example"),
    ],
)
def test_after_a_taken_username_the_next_free_one_is_proposed(taken: list[str], after: str) -> None:
    found = naming.next_username(taken[0], taken)
    assert found == after
    assert naming.check_username(found) is None
