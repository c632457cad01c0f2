"""What is known of objects and fields, whatever words an org uses for them?"""

from __future__ import annotations

import pytest

from bot.sandbox.orgs import SalesforceSandbox, Switches
from store.records import ObjectFact
from tests.salesforce.reading import client_of

OTHERS = ["german", "api"]


async def facts(words: str, *, sees: str = "") -> dict[str, ObjectFact]:
    """What the catalogue learns, by a bot that may see the rows of one object."""
    async with SalesforceSandbox(Switches(data_type_words=words)) as sandbox:
        org = sandbox.sandbox
        if sees:
            org.grant_bot(org.provisioner.username, objects={sees: True})
        snapshot = await client_of(org).snapshot()
        asked = [one.path for one in org.requests if one.path.endswith("/sobjects")]
        assert bool(asked) is (words in OTHERS)
    return {one.name: one for one in snapshot.objects}


def editable(fact: ObjectFact) -> dict[str, bool | None]:
    return {one.name: one.editable for one in fact.fields}


async def test_english_words_tell_of_auto_numbers_and_masters() -> None:
    found = await facts("english")
    invoice = editable(found["Invoice__c"])
    assert (invoice["Gross__c"], invoice["Number__c"], invoice["Net__c"]) == (False, False, True)
    assert found["Invoice_Line__c"].masters == ("Invoice__c",)
    assert found["Invoice__c"].masters == ()
    assert None not in {one for fact in found.values() for one in editable(fact).values()}
    assert None not in {fact.masters for fact in found.values()}


@pytest.mark.parametrize("words", OTHERS)
async def test_other_words_leave_open_what_only_they_say_and_the_rest_stays_known(
    words: str,
) -> None:
    found = await facts(words)
    invoice = editable(found["Invoice__c"])
    assert (invoice["Gross__c"], invoice["Number__c"], invoice["Net__c"]) == (False, None, None)
    assert found["Invoice_Line__c"].masters is None
    assert found["Invoice__c"].masters == ()
    assert found["Invoice__c"].label == "Invoice"


@pytest.mark.parametrize("words", OTHERS)
async def test_describe_tells_what_other_words_leave_open_of_an_object_that_the_bot_sees(
    words: str,
) -> None:
    found = await facts(words, sees="Invoice_Line__c")
    line = found["Invoice_Line__c"]
    assert line.masters == ("Invoice__c",)
    assert editable(line)["Total__c"] is False
    assert found["Invoice_Line_Tax__c"].masters is None
