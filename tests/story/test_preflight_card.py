"""What a live look at the org puts on the card: the wanted end state, its plan, and the risks."""

from __future__ import annotations

from time import monotonic
from typing import Any

import pytest

from bot.pace import Pace
from bot.sandbox.orgs import DROP_BEFORE, Reply
from bot.sandbox.orgs import Switches as OrgSwitches
from store.records import Wanted
from tests.story.house import Build, House
from tests.story.looking import READ_ACCOUNT, asked_and_approved

LINES = {"perm:Invoice_Line__c": ["read"]}
BUSY = [{"errorCode": "QUERY_TIMEOUT", "message": "Your query request was running too long"}]


async def wanted_of(house: House, number: int = 1) -> Wanted:
    """What the request wants, once the card is there."""
    await house.card(number)
    preflight = (await house.request(number)).preflight
    assert preflight
    assert preflight.wanted
    return preflight.wanted


async def test_the_card_is_there_within_ten_seconds_and_nothing_was_changed(build: Build) -> None:
    async with build(pace=Pace()) as house:
        changes = list(house.org.changes)
        seen = house.org.journal.count
        form = await house.open_form()
        await form.submit()
        step2 = await house.person("rae").modal("request_access")
        await step2.fill("perm:Account", ["read"])
        await step2.fill("perm:Order", ["read"])
        begun = monotonic()
        await step2.submit()
        await house.card()
        assert monotonic() - begun < 10
        assert house.org.changes == changes
        looks = house.org.requests[seen:]
        assert looks
        assert [write for one in looks for write in one.writes] == []


async def test_a_taken_username_and_set_name_give_way_to_free_ones(house: House) -> None:
    org = house.org
    profile = org.rows("Profile", Name="Minimum Access - API Only Integrations")[0]
    (bot,) = org.rows("User", Username=org.provisioner.username)
    values = {name: bot[name] for name in ("EmailEncodingKey", "LanguageLocaleKey")}
    org.insert(
        "User",
        **values,
        Username="warehouse-sync@integrations.acme.example.uat",
        LastName="Somebody else's",
        Alias="other",
        Email="other@acme.example",
        TimeZoneSidKey="Europe/Berlin",
        LocaleSidKey="en_US",
        ProfileId=profile["Id"],
    )
    org.world.add("PermissionSet", Name="Integration_Warehouse_Sync_IU1", Label="Old")
    await asked_and_approved(house)
    request = await house.ends("live")
    assert request.username == "warehouse-sync-2@integrations.acme.example.uat"
    assert [one.name for one in request.permission_sets] == ["Integration_Warehouse_Sync_IU1_2"]


async def test_two_requests_looked_at_in_the_same_moment_get_different_usernames(
    house: House,
) -> None:
    hold = house.org.faults.hold(path="composite")
    await house.ask(READ_ACCOUNT, objects=["Account"])
    await hold.reached()
    second = house.org.faults.hold(path="composite")
    await house.ask(READ_ACCOUNT, objects=["Account"])
    await second.reached()
    hold.release()
    second.release()
    names = {(await wanted_of(house, number)).username for number in (1, 2)}
    assert len(names) == 2


async def test_seats_are_counted_live_without_the_request_itself_and_nothing_twice(
    house: House,
) -> None:
    house.org.set_seats(licenses=3, psls=4)
    await house.refresh()
    await house.ask(READ_ACCOUNT, objects=["Account"])
    assert "Salesforce Integration 0 of 3 free" in (await house.card()).readable()
    assert "Salesforce API Integration 0 of 4 free" in (await house.card()).readable()
    house.org.set_seats(licenses=4, psls=5)
    await house.approve()
    await house.ends("live")
    await house.refresh()
    await house.ask(READ_ACCOUNT, objects=["Account"], name="Second")
    assert "Salesforce Integration 0 of 4 free" in (await house.card(2)).readable()


async def test_a_user_made_since_the_last_refresh_is_not_counted_twice(house: House) -> None:
    house.org.set_seats(licenses=4, psls=5)
    await house.refresh()
    await asked_and_approved(house)
    await house.ends("live")
    await house.ask(READ_ACCOUNT, objects=["Account"], name="Second")
    card = await house.card(2)
    assert "Salesforce Integration 0 of 4 free" in card.readable()
    await house.approve(2)
    await house.ends("live", number=2)


async def test_an_org_that_is_away_or_busy_is_looked_at_again_by_itself(house: House) -> None:
    fault = house.org.faults.add(DROP_BEFORE, path="composite", times=1000)
    await house.ask(READ_ACCOUNT, objects=["Account"])
    rae = house.person("rae")
    await house.slack.until(
        lambda: rae.dm and "The org does not answer" in rae.dm[0].readable(), timeout=house.patience
    )
    assert "asks it again by itself until" in rae.dm[0].readable()
    house.org.faults.clear()
    busy = house.org.faults.add(Reply(status=400, body=BUSY), path="ObjectPermissions/describe")
    await house.card()
    assert fault.hits
    assert busy.hits == 1
    away = [one for one in await house.journal() if one.event == "unavailable"]
    assert len(away) == 1
    assert "trying again by itself" in away[0].detail


async def test_rights_that_only_the_documentation_asks_for_are_a_risk(house: House) -> None:
    await house.ask(READ_ACCOUNT, objects=["Account"])
    words = "lacks Customize Application and Modify All Data, which Salesforce's documentation"
    assert words in (await house.card()).readable()
    everything = ("CustomizeApplication", "ModifyAllData")
    house.org.grant_bot(house.org.provisioner.username, *everything)
    await house.ask(READ_ACCOUNT, objects=["Account"], name="Second")
    assert "Customize Application" not in (await house.card(2)).readable()


async def test_risks_of_the_app_are_said(house: House) -> None:
    (row,) = house.org.rows("ConnectedApplication", Name="Legacy_Sync")
    house.org.world.tables.put(
        "ConnectedApplication", row | {"OptionsAllowAdminApprovedUsersOnly": False}
    )
    await house.ask(READ_ACCOUNT, objects=["Account"], app="legacy")
    assert "lets every user authorise it by themselves" in (await house.card()).readable()
    await house.ask(READ_ACCOUNT, objects=["Account"], app=None, name="Second")
    assert "No app was chosen" in (await house.card(2)).readable()


async def test_an_integration_user_of_the_same_name_is_a_risk(house: House) -> None:
    await house.ask(READ_ACCOUNT, objects=["Account"], name="Billing Sync")
    words = "an integration user of a similar name: billing-sync@integrations.acme.example.uat"
    assert words in (await house.card()).readable()


async def test_every_editable_field_becomes_a_list_in_plan_and_hash(house: House) -> None:
    access = {"perm:Invoice__c": ["read", "edit"], "edit_fields:Invoice__c": ["*"]}
    await house.ask(access, objects=["Invoice__c"])
    wanted = await wanted_of(house)
    (grant,) = wanted.sets[0].grants
    assert not grant.edit_all
    editable = {"Account__c", "Status__c", "Due_Date__c", "Net__c", "Reference__c", "Disputed__c"}
    assert set(grant.edit_fields) == editable
    assert set(grant.read_fields) >= editable
    request = await house.request()
    assert request.wanted_hash == wanted.digest()
    assert request.preflight
    assert [one for one in request.preflight.plan if "6 fields of Invoice__c" in one]
    await house.person("ada").click(await house.card(), "details")
    details = (await house.person("ada").modal("request_view")).readable()
    assert [name for name in editable if name not in details] == []
    assert "Gross__c" not in details


async def test_a_master_is_added_and_shown_as_added_because(house: House) -> None:
    access = {"perm:Invoice_Line_Tax__c": ["read"], "perm:Asset": ["read", "view_all"]}
    await house.ask(access, objects=["Invoice_Line_Tax__c", "Asset"])
    card = (await house.card()).readable()
    assert "Added because" in card
    assert "Read on Invoice_Line__c, because Invoice_Line_Tax__c is a detail of it." in card
    assert "Read on Invoice__c, because Invoice_Line__c is a detail of it." in card
    assert "View All on Account, because View All on Asset needs it." in card
    wanted = await wanted_of(house)
    lines = ("Invoice__c", "Invoice_Line__c", "Invoice_Line_Tax__c")
    assert wanted.objects_order == (*lines, "Account", "Asset")
    await house.approve()
    await house.ends("live")


@pytest.mark.parametrize(
    ("access", "code", "names"),
    [
        (LINES, "needs_other_right", "Invoice__c"),
        (
            {"perm:Invoice__c": ["read", "edit"], "edit_fields:Invoice__c": ["Gross__c"]},
            "",
            "Invoice__c.Gross__c",
        ),
    ],
)
async def test_what_is_unknown_passes_and_the_refusal_at_provisioning_names_it(
    build: Build, access: dict[str, Any], code: str, names: str
) -> None:
    switches = OrgSwitches(definitions_answer=False)
    async with build(switches=switches) as house:
        name = next(iter(access)).partition(":")[2]
        await house.ask(access, objects=[name])
        card = (await house.card()).readable()
        assert f"Whether {name} depends on another object could not be read" in card
        assert "is a detail of it" not in card
        await house.approve()
        request = await house.ends("blocked")
        assert request.finding
        assert code in {"", request.finding.code}
        assert names in request.finding.cause


async def test_what_cannot_be_granted_is_refused_in_the_form_when_it_is_known(
    house: House,
) -> None:
    form = await house.open_form(objects=["Invoice__c"])
    await form.submit()
    step2 = await house.person("rae").modal("request_access")
    await step2.fill("perm:Invoice__c", ["read", "edit"])
    offered = {one["value"] for one in await step2.search("edit_fields:Invoice__c", "")}
    assert "Net__c" in offered
    assert "Gross__c" not in offered
