"""What somebody else made is never touched: another free name, or a finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bot.sandbox.orgs import Switches
from store.records import Finding, Request
from tests.story.house import House

SET = "Integration_Warehouse_Sync_IU1"
USERNAME = "warehouse-sync@integrations.acme.example.uat"
USER: Mapping[str, Any] = {
    "Username": USERNAME,
    "LastName": "Somebody else's",
    "Alias": "else",
    "Email": "else@acme.example",
    "TimeZoneSidKey": "Europe/Berlin",
    "LocaleSidKey": "en_US",
    "EmailEncodingKey": "UTF-8",
    "LanguageLocaleKey": "en_US",
}


def foreign_user(house: House) -> None:
    """An admin makes a user of the name that the bot would take."""
    profile = house.org.rows("Profile", Name="Standard User")[0]
    house.org.insert("User", **USER, ProfileId=profile["Id"])


def foreign_set(house: House) -> None:
    """An admin makes a permission set of the name that the bot would take."""
    house.org.insert("PermissionSet", Name=SET, Label="Somebody else's")


def bots_set(house: House) -> None:
    """A set of that name by the bot's own user, but for no intent of this request."""
    bot = house.org.user(house.org.provisioner.username)
    assert bot is not None
    house.org.world.add("PermissionSet", by=str(bot["Id"]), Name=SET, Label="Of another request")


async def blocked(house: House, code: str) -> Finding:
    request = await house.ends("live", "blocked")
    assert request.finding is not None
    assert request.finding.code == code
    await house.told()
    assert house.slack.complaints == []
    return request.finding


async def between(house: House, act: Any) -> Mapping[str, Any]:
    """Let somebody act between approval and provisioning; answers the org after it."""
    await house.ask()
    await house.card()
    hold = house.org.faults.hold(path="composite")
    await house.approve()
    await hold.reached()
    act(house)
    snapshot = house.org.snapshot()
    hold.release()
    return snapshot


async def made(house: House) -> Request:
    await house.ask()
    await house.approve()
    return await house.ends("live")


async def test_a_username_that_exists_makes_the_preflight_take_another(house: House) -> None:
    foreign_user(house)
    theirs = house.org.user(USERNAME)
    request = await made(house)
    assert request.username == "warehouse-sync-2@integrations.acme.example.uat"
    assert house.org.user(USERNAME) == theirs


async def test_a_set_name_that_exists_makes_the_preflight_take_another(house: House) -> None:
    foreign_set(house)
    theirs = house.org.rows("PermissionSet", Name=SET)
    request = await made(house)
    assert [one.name for one in request.permission_sets] == [f"{SET}_2"]
    assert house.org.rows("PermissionSet", Name=SET) == theirs


async def test_a_user_made_by_somebody_else_after_the_approval_stops_the_run(house: House) -> None:
    before = await between(house, foreign_user)
    finding = await blocked(house, "foreign_object")
    assert USERNAME in finding.cause
    assert "Max Admin" in finding.cause
    assert house.org.snapshot() == before


async def test_a_set_made_by_somebody_else_after_the_approval_stops_the_run(house: House) -> None:
    before = await between(house, foreign_set)
    finding = await blocked(house, "foreign_object")
    assert SET in finding.cause
    assert house.org.snapshot() == before


async def test_a_set_of_the_bots_user_without_our_intent_is_not_ours(house: House) -> None:
    before = await between(house, bots_set)
    finding = await blocked(house, "foreign_object")
    assert SET in finding.cause
    assert house.org.snapshot() == before


@pytest.mark.parametrize(
    ("sobject", "act", "switches"),
    [
        ("User", foreign_user, Switches()),
        ("PermissionSet", foreign_set, Switches()),
        ("PermissionSet", foreign_set, Switches(duplicate_set_name_code="DUPLICATE_VALUE")),
    ],
)
async def test_what_is_made_in_the_very_moment_of_our_call_is_not_adopted(
    house: House, sobject: str, act: Callable[[House], None], switches: Switches
) -> None:
    """The intent is journaled already; the name is still somebody else's."""
    house.org.world.switches = switches
    hold = house.org.faults.hold(method="POST", sobject=sobject)
    await house.ask()
    await house.approve()
    await hold.reached()
    act(house)
    before = house.org.snapshot()
    hold.release()
    await blocked(house, "foreign_object")
    assert house.org.snapshot() == before


@pytest.mark.parametrize("code", ["DUPLICATE_VALUE", "FIELD_INTEGRITY_EXCEPTION"])
async def test_a_row_added_by_hand_in_the_very_moment_of_our_call_counts_as_done(
    house: House, code: str
) -> None:
    """Nobody could confirm which code an org gives a second row; it is looked at again."""
    house.org.world.switches = Switches(
        duplicate_object_row_code=code,
        duplicate_app_grant_code=code,
        setup_objects_in_one_composite=False,  # else an app is never granted in a call of its own
    )
    rows: Mapping[str, Mapping[str, Any]] = {
        "SetupEntityAccess": {"SetupEntityId": house.org.apps["warehouse"].id},
        "ObjectPermissions": {"SobjectType": "Account", "PermissionsRead": True},
        "FieldPermissions": {
            "SobjectType": "Account",
            "Field": "Account.Industry",
            "PermissionsRead": True,
        },
    }
    mixed = house.org.faults.hold(method="POST", sobject="PermissionSet")
    await house.ask({"perm:Account": ["read"], "fields:Account": ["Industry"]}, objects=["Account"])
    await house.approve()
    await mixed.reached()
    holds = {name: house.org.faults.hold(method="POST", sobject=name) for name in rows}
    mixed.release()
    for sobject, values in rows.items():
        await holds[sobject].reached()
        parent = house.org.rows("PermissionSet", Name=SET)[0]["Id"]
        house.org.insert(sobject, ParentId=parent, **values)
        holds[sobject].release()
    await house.ends("live")
    facts = [fact.name for one in house.org.requests for fact in one.refusals]
    assert {"APP_TWICE", "OBJECT_TWICE", "FIELD_TWICE"} <= set(facts)
    assert facts.count("MIXED_DML") == 1  # and from then on every call is split


async def test_a_username_taken_in_another_org_is_told_to_the_requester(house: House) -> None:
    await house.ask(name="SAP")
    await house.approve()
    finding = await blocked(house, "username_taken")
    assert finding.who == "requester"
    assert "another username" in finding.remedy


async def test_a_retry_goes_on_when_the_foreign_name_is_gone(house: House) -> None:
    await between(house, foreign_set)
    await blocked(house, "foreign_object")
    row = house.org.rows("PermissionSet", Name=SET)[0]
    house.org.remove_row("PermissionSet", str(row["Id"]))
    await house.person("rae").command("/integration-user retry IU-1")
    await house.ends("live")


async def test_a_withdrawal_leaves_what_somebody_else_made_and_says_so(house: House) -> None:
    hold = house.org.faults.hold(method="POST", sobject="User")
    await house.ask()
    await house.approve()
    await hold.reached()
    foreign_user(house)
    theirs = house.org.user(USERNAME)
    hold.release()
    await blocked(house, "foreign_object")
    await house.person("rae").command("/integration-user withdraw IU-1")
    await house.ends("withdrawn")
    assert house.org.user(USERNAME) == theirs
    assert not house.org.rows("PermissionSet", Name=SET)
    end = (await house.journal())[-1]
    assert f"{USERNAME} stays: it was created by Max Admin" in end.detail


@pytest.mark.parametrize(
    ("all_listed", "named"), [(True, "Read Account, Create Account"), (False, "Read Account")]
)
async def test_a_licence_taken_away_meanwhile_is_told_and_given_again_by_a_retry(
    house: House, named: str, *, all_listed: bool
) -> None:
    house.org.world.switches = Switches(all_offending_listed=all_listed)
    hold = house.org.faults.hold(method="POST", sobject="PermissionSetAssignment")
    await house.ask({"perm:Account": ["read", "create"]}, objects=["Account"])
    await house.approve()
    await hold.reached()
    user = house.org.user((await house.request()).username)
    assert user is not None
    (row,) = house.org.rows("PermissionSetLicenseAssign", AssigneeId=user["Id"])
    house.org.remove_row("PermissionSetLicenseAssign", str(row["Id"]))
    hold.release()
    finding = await blocked(house, "license_forbids")
    assert f"does not allow this permission: {named}." in finding.cause
    await house.person("rae").command("/integration-user retry IU-1")
    await house.ends("live")
