"""What prevents a request is told to the requester, who checks again; no approver is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox.orgs import Reply
from bot.sandbox.orgs import Switches as OrgSwitches
from tests.story.asking import EVERYTHING, EVERYTHING_OBJECTS
from tests.story.house import Build, House
from tests.story.looking import READ_ACCOUNT, house_where, problem

Acts = Callable[[House], object]


def no_seats(house: House) -> None:
    house.org.set_seats(licenses=2)


def seats(house: House) -> None:
    house.org.set_seats(licenses=20)


def no_psls(house: House) -> None:
    house.org.set_seats(psls=3)


def psls(house: House) -> None:
    house.org.set_seats(psls=20)


def less(right: str) -> Acts:
    return lambda house: house.org.grant_bot(house.org.provisioner.username, f"-{right}")


def more(right: str) -> Acts:
    return lambda house: house.org.grant_bot(house.org.provisioner.username, right)


def app_gone(house: House) -> None:
    (row,) = house.org.rows("ExternalClientApplication", DeveloperName="Warehouse_Sync")
    house.org.world.tables.remove("ExternalClientApplication", str(row["Id"]))


def app_back(house: House) -> None:
    house.org.world.add(
        "ExternalClientApplication",
        Id=house.org.apps["warehouse"].id,
        DeveloperName="Warehouse_Sync",
        MasterLabel="Warehouse sync",
    )


def another_org(house: House) -> None:
    (row,) = house.org.rows("Organization")
    house.org.world.tables.remove("Organization", str(row["Id"]))
    house.org.world.tables.put("Organization", row | {"Id": "00DSb0000000099AAA"})


def same_org(house: House) -> None:
    (row,) = house.org.rows("Organization")
    house.org.world.tables.remove("Organization", str(row["Id"]))
    house.org.world.tables.put("Organization", row | {"Id": house.org.id})


def other_kind(house: House) -> None:
    (row,) = house.org.rows("Organization")
    house.org.world.tables.put("Organization", row | {"IsSandbox": False})


def right_kind(house: House) -> None:
    (row,) = house.org.rows("Organization")
    house.org.world.tables.put("Organization", row | {"IsSandbox": True})


MANAGE_SETS = "ManageProfilesPermissionsets"


@pytest.mark.parametrize(
    ("breaks", "mends", "code", "words"),
    [
        (no_seats, seats, "no_seat", "Salesforce Integration licence: 2 in all, 2 in use"),
        (no_psls, psls, "no_seat", "permission set licence: 3 in all, 3 in use"),
        (
            less("AssignPermissionSets"),
            more("AssignPermissionSets"),
            "missing_right",
            "lacks Assign Permission Sets",
        ),
        (
            less("ManageUsers"),
            more("ManageUsers"),
            "missing_right",
            "lacks Manage Users",
        ),
        (
            less(MANAGE_SETS),
            more(MANAGE_SETS),
            "missing_right",
            "lacks Manage Profiles and Permission Sets",
        ),
        (
            less("ViewSetup"),
            more("ViewSetup"),
            "missing_right",
            "lacks View Setup and Configuration",
        ),
        (app_gone, app_back, "app_missing", "no external client app"),
        (another_org, same_org, "org_changed", "it is 00DSb0000000099AAA"),
        (other_kind, right_kind, "kind_mismatch", "says that it is a production org"),
    ],
)
async def test_a_problem_goes_to_the_requester_and_a_recheck_after_mending_posts_the_card(
    house: House, breaks: Acts, mends: Acts, code: str, words: str
) -> None:
    hold = house.org.faults.hold(path="composite")
    await house.ask(READ_ACCOUNT, objects=["Account"])
    await hold.reached()
    breaks(house)
    changes = list(house.org.changes)
    hold.release()
    message = await problem(house, code)
    assert words in message
    assert house.find("C0APPROVE", 1) is None
    rae = house.person("rae")
    assert rae.dm[0].buttons == ["recheck", "withdraw"]
    assert house.org.changes == changes
    await rae.click(rae.dm[0], "recheck")
    await problem(house, code)
    assert house.find("C0APPROVE", 1) is None
    mends(house)
    await rae.click(rae.dm[0], "recheck")
    await house.card()
    assert house.slack.complaints == []


async def test_a_withdrawal_before_the_card_ends_it(house: House) -> None:
    no_seats_later = house.org.faults.hold(path="composite")
    await house.ask(READ_ACCOUNT, objects=["Account"])
    await no_seats_later.reached()
    no_seats(house)
    no_seats_later.release()
    await problem(house, "no_seat")
    rae = house.person("rae")
    await rae.click(rae.dm[0], "withdraw")
    await house.ends("withdrawn")
    await house.told()
    assert house.find("C0APPROVE", 1) is None


async def test_more_approvals_than_people_who_can_give_them(build: Build) -> None:
    tables: dict[str, dict[str, Any]] = {"approval": {"required": 3}}
    async with build(tables=tables) as house:
        await house.ask(READ_ACCOUNT, objects=["Account"])
        message = await problem(house, "too_few_approvers")
        assert "3" in message
        assert house.find("C0APPROVE", 1) is None


async def test_an_api_that_does_not_let_apps_be_read_is_named_and_the_org_stays_open(
    build: Build,
) -> None:
    switches = OrgSwitches(external_apps_readable=False)
    async with build(switches=switches) as house:
        await house.ask(READ_ACCOUNT, objects=["Account"])
        message = await problem(house, "app_missing")
        assert "does not let the bot look up the external client app Warehouse_Sync" in message
        assert "ExternalClientApplication" in message


async def test_a_username_that_was_typed_and_is_taken_is_refused_by_name(house: House) -> None:
    taken = "billing-sync@integrations.acme.example.uat"
    await house.ask({**READ_ACCOUNT, "username": taken}, objects=["Account"])
    message = await problem(house, "username_taken")
    assert f"The username {taken} is taken." in message


async def test_nine_sets_of_the_name_are_too_many(house: House) -> None:
    base = "Integration_Warehouse_Sync_IU1"
    for name in (base, *(f"{base}_{number}" for number in range(2, 10))):
        house.org.world.add("PermissionSet", Name=name, Label=name)
    await house.ask(READ_ACCOUNT, objects=["Account"])
    assert "exist already" in await problem(house, "set_name_taken")


async def test_an_object_that_was_deleted_meanwhile_is_named(house: House) -> None:
    value = {"value": "Account", "active": True}
    picklist = {"fields": [{"name": "SobjectType", "picklistValues": [value]}]}
    house.org.faults.add(Reply(status=200, body=picklist), path="ObjectPermissions/describe")
    await house.ask({"perm:Shipment__c": ["read"]}, objects=["Shipment__c"])
    assert "The object Shipment__c cannot be granted" in await problem(house, "object_gone")


FIELD_LISTS = {
    "as it is": OrgSwitches(),
    "definitions are for admins only": OrgSwitches(definitions_answer=False),
    "masters are marked otherwise": OrgSwitches(relationship_order_marks_master=False),
    "data types speak German": OrgSwitches(data_type_words="german"),
}


@pytest.mark.parametrize("switches", FIELD_LISTS.values(), ids=list(FIELD_LISTS))
async def test_a_field_that_was_deleted_while_the_form_was_open_bothers_no_approver(
    build: Build, switches: OrgSwitches
) -> None:
    """Formulas, a compound and all fields of an object are asked for as well: no problem.

    The master is asked for, and first, because not every position tells the bot of it.
    """
    async with build(switches=switches) as house:
        house.org.world.drop("Invoice_Line__c.Note__c")
        access = {"perm:Invoice__c": ["read"], **EVERYTHING}
        await house.ask(access, objects=["Invoice__c", *EVERYTHING_OBJECTS])
        message = await problem(house, "field_refused")
        assert "The field Note__c of Invoice_Line__c cannot be granted" in message
        assert "Withdraw this request and ask again without it" in message
        assert "(requester @U0RAE)" in message
        assert "restore it, then press Check again" in message
        assert "this must change first" not in message
        preflight = (await house.request()).preflight
        assert preflight is not None
        assert len(preflight.problems) == 1
        assert house.find("C0APPROVE", 1) is None
        house.org.world.restore()
        await house.person("rae").click(house.person("rae").dm[0], "recheck")
        await house.approve()
        assert (await house.ends("live", "blocked")).finding is None


async def test_who_is_told_of_a_deleted_field_withdraws_and_asks_without_it(house: House) -> None:
    house.org.world.drop("Invoice_Line__c.Note__c")
    await house.ask(EVERYTHING, objects=EVERYTHING_OBJECTS)
    await problem(house, "field_refused")
    rae = house.person("rae")
    await rae.click(rae.dm[0], "withdraw")
    await house.ends("withdrawn")
    await house.refresh()
    left = {**EVERYTHING, "fields:Invoice_Line__c": ["Total__c"], "edit_fields:Invoice_Line__c": []}
    await house.ask(left, objects=EVERYTHING_OBJECTS, name="Warehouse again")
    await house.approve(2)
    assert (await house.ends("live", "blocked", number=2)).finding is None


async def test_where_the_fields_of_an_object_are_not_listed_the_setting_up_names_the_field(
    house: House,
) -> None:
    """What cannot be known is not guessed: it passes, and the org itself says."""
    value = {"value": "Account.Industry", "active": True}
    few = {"fields": [{"name": "Field", "picklistValues": [value]}]}
    house.org.world.drop("Invoice_Line__c.Note__c")
    house.org.faults.add(Reply(status=200, body=few), path="FieldPermissions/describe")
    await house.ask(
        {"perm:Invoice_Line__c": ["read"], "fields:Invoice_Line__c": ["Note__c"]},
        objects=["Invoice_Line__c"],
    )
    await house.approve()
    request = await house.ends("live", "blocked")
    assert request.finding is not None
    assert request.finding.code == "field_refused"
    assert "Invoice_Line__c.Note__c" in request.finding.cause


async def test_an_org_without_the_integration_profile_is_named(build: Build) -> None:
    def no_profile(house: House) -> None:
        for row in house.org.rows("Profile"):
            if "Integrations" in str(row["Name"]):
                house.org.world.tables.remove("Profile", str(row["Id"]))

    async with house_where(build) as house:
        hold = house.org.faults.hold(path="composite")
        await house.ask(READ_ACCOUNT, objects=["Account"])
        await hold.reached()
        no_profile(house)
        hold.release()
        assert "no profile of the Salesforce Integration licence" in await problem(
            house, "license_missing"
        )


async def test_a_login_of_the_bot_that_is_refused_is_told_as_its_own(build: Build) -> None:
    async with house_where(build) as house:
        house.org.expire_sessions()
        house.org.deactivate(house.org.provisioner.username)
        await house.ask(READ_ACCOUNT, objects=["Account"])
        message = await problem(house, "user_inactive")
        assert "The bot itself could not log in" in message
