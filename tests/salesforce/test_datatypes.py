"""What is believed of a field's words, and what is left open?"""

from __future__ import annotations

from typing import Any

import pytest

from bot.salesforce import datatypes


def row(name: str, words: str | None, *to: str, calculated: bool = False) -> dict[str, Any]:
    return {
        "QualifiedApiName": name,
        "DataType": words,
        "IsCalculated": calculated,
        "ReferenceTo": {"referenceTo": list(to) or None},
    }


@pytest.mark.parametrize(
    ("words", "editable"),
    [
        ("Text(80)", True),
        ("Text (Encrypted)(175)", True),
        ("Picklist (Multi-Select)", True),
        ("Number(16, 2)", True),
        ("Date/Time", True),
        ("Lookup(User,Group)", True),
        ("Address", True),
        ("Auto Number", False),
        ("Formula (Currency)", False),
        ("Roll-Up Summary (COUNT Invoice Line)", False),
        ("Automatische Nummerierung", None),
        ("Formel (Währung)", None),
        ("string", None),
        ("Content", None),
        ("", None),
        (None, None),
    ],
)
def test_only_known_words_say_whether_a_field_can_be_edited(
    words: str | None, *, editable: bool | None
) -> None:
    assert datatypes.editable(row("Code__c", words)) is editable


@pytest.mark.parametrize("words", ["Formel (Währung)", "currency", "Currency(16, 2)", None])
def test_what_is_calculated_cannot_be_edited_whatever_the_words(words: str | None) -> None:
    assert datatypes.editable(row("Total__c", words, calculated=True)) is False


OWNER = row("OwnerId", "Nachschlagen(Benutzer)", "User")
FREE = row("Account__c", "reference", "Account")
KNOWN = row("Invoice__c", "Master-Detail(Invoice)", "Invoice__c")
STRANGE = row("Invoice__c", "Hauptdetail(Rechnung)", "Invoice__c")
LOOKUP = row("Order__c", "Lookup(Order)", "Order")


@pytest.mark.parametrize(
    ("rows", "masters"),
    [
        ([], ()),
        ([row("Note__c", "Wörter")], ()),
        ([OWNER, FREE], ()),
        ([LOOKUP], ()),
        ([KNOWN, LOOKUP, FREE], ("Invoice__c",)),
        ([STRANGE], None),
        ([STRANGE, FREE, OWNER], None),
        ([STRANGE, row("Site__c", "Master-Detail(Site)", "Site__c")], ("Site__c",)),
        ([row("RecordTypeId", None, "RecordType")], None),
    ],
)
def test_a_reference_that_can_be_granted_is_no_master_and_strange_words_leave_it_open(
    rows: list[dict[str, Any]], masters: tuple[str, ...] | None
) -> None:
    assert datatypes.masters(rows, {"Account__c"}) == masters
