"""Single rows: reading, changing, deleting; and what an admin does by hand."""

import pytest

from bot.sandbox.orgs import Fact, Org, Refused, SalesforceSandbox, Switches
from tests.sandbox.orgs.callers import (
    Caller,
    assertion,
    log_in,
    login_error,
    part,
    results,
    token_for,
)
from tests.sandbox.orgs.making import (
    USERNAME,
    license_user,
    make_integration,
    make_set,
    make_user,
    user_body,
)


async def test_a_row_is_read_whole_or_by_its_fields(bot: Caller) -> None:
    user = await make_user(bot)
    whole = (await bot.rest("GET", f"sobjects/User/{user}")).body
    assert whole["attributes"]["url"] == f"/services/data/v66.0/sobjects/User/{user}"
    assert whole["CreatedDate"].endswith(".000+0000")
    some = (await bot.rest("GET", f"sobjects/User/{user}", fields="Id,alias")).body
    assert {key: value for key, value in some.items() if key != "attributes"} == {
        "Id": user,
        "Alias": "iu17",
    }
    wrong = await bot.rest("GET", f"sobjects/User/{user}", fields="Shoe")
    wrong.rests_on(Fact.NO_SUCH_COLUMN)


async def test_a_licence_read_as_a_row_counts_its_seats(org: Org, bot: Caller) -> None:
    seat = await bot.one("SELECT Id FROM UserLicense WHERE Name = 'Salesforce Integration'")
    before = (await bot.rest("GET", f"sobjects/UserLicense/{seat}")).body["UsedLicenses"]
    org.take_seat()
    after = (await bot.rest("GET", f"sobjects/UserLicense/{seat}")).body["UsedLicenses"]
    assert after == before + 1


async def test_a_row_hidden_by_sharing_is_not_there(org: Org, bot: Caller) -> None:
    await make_integration(bot, "Case")
    user = await log_in(org, USERNAME)
    hidden = org.rows("Case")[0]["Id"]
    answer = await user.rest("GET", f"sobjects/Case/{hidden}")
    answer.rests_on(Fact.NO_SUCH_ROW)


async def test_details_of_a_hidden_master_are_hidden(org: Org, bot: Caller) -> None:
    await make_integration(bot, "Invoice__c", "Invoice_Line__c")
    user = await log_in(org, USERNAME)
    line = org.rows("Invoice_Line__c")[0]
    assert (await user.rest("GET", f"sobjects/Invoice_Line__c/{line['Id']}")).status == 200
    org.world.tables.remove("Invoice__c", str(line["Invoice__c"]))
    assert (await user.rest("GET", f"sobjects/Invoice_Line__c/{line['Id']}")).status == 404


async def test_a_set_can_be_renamed_to_a_free_name(org: Org, bot: Caller) -> None:
    first, _ = await make_set(bot, "First"), await make_set(bot, "Second")
    taken = await bot.rest("PATCH", f"sobjects/PermissionSet/{first}", {"Name": "Second"})
    taken.rests_on(Fact.SET_NAME_TAKEN)
    free = await bot.rest("PATCH", f"sobjects/PermissionSet/{first}", {"Name": "Third"})
    assert free.status == 204
    assert org.changes[-1].endswith("changed permission set Third.")


async def test_view_setup_pulls_view_roles_in(bot: Caller) -> None:
    made = await make_set(bot, PermissionsViewSetup=True)
    row = (await bot.rest("GET", f"sobjects/PermissionSet/{made}")).body
    assert row["PermissionsViewRoles"] is True


async def test_changing_a_user_follows_the_rules_of_making_one(bot: Caller) -> None:
    user = await make_user(bot)
    path = f"sobjects/User/{user}"
    taken = await bot.rest("PATCH", path, {"Username": "max@acme.example.uat"})
    taken.rests_on(Fact.USERNAME_TAKEN)
    mail = await bot.rest("PATCH", path, {"Email": "nobody"})
    mail.rests_on(Fact.EMAIL)
    empty = await bot.rest("PATCH", path, {"LastName": ""})
    empty.rests_on(Fact.MISSING)
    assert (await bot.rest("PATCH", path, {"FirstName": "Ware"})).status == 204
    assert (await bot.rest("GET", path)).body["Name"] == "Ware Sync"


async def test_an_inactive_user_takes_no_seat(org: Org, bot: Caller) -> None:
    org.set_seats(licenses=2)
    assert await make_user(bot, IsActive=False)


async def test_field_rows_can_be_deleted(org: Org, bot: Caller) -> None:
    parent = await make_set(bot)
    row = await bot.make(
        "FieldPermissions",
        ParentId=parent,
        SobjectType="Account",
        Field="Account.Phone",
        PermissionsRead=True,
    )
    assert (await bot.rest("DELETE", f"sobjects/FieldPermissions/{row.id}")).status == 204
    assert not org.rows("FieldPermissions", ParentId=parent)
    assert org.changes[-1].endswith("took Account.Phone from permission set Integration_Sync.")


async def test_booleans_may_be_texts_and_null_is_false(org: Org, bot: Caller) -> None:
    user = await make_user(bot, IsActive="false")
    assert org.rows("User", Id=user)[0]["IsActive"] is False
    assert (await bot.rest("PATCH", f"sobjects/User/{user}", {"IsActive": "true"})).status == 204
    assert (await bot.rest("PATCH", f"sobjects/User/{user}", {"IsActive": None})).status == 204
    assert org.rows("User", Id=user)[0]["IsActive"] is False


async def test_a_wrong_version_in_a_subrequest_is_404(bot: Caller) -> None:
    wrong = part("GET", "limits", "old") | {"url": "/services/data/v7.0/limits"}
    nested = part("POST", "composite", "nested", {})
    parts = results(await bot.composite(wrong, nested))
    assert parts["old"]["httpStatusCode"] == 404
    assert parts["nested"]["body"][0]["errorCode"] == "PROCESSING_HALTED"


async def test_a_collection_wants_records(bot: Caller) -> None:
    (await bot.rest("POST", "composite/sobjects", {})).rests_on(Fact.BAD_JSON)
    (await bot.rest("PUT", "composite/sobjects", {})).rests_on(Fact.BAD_METHOD)


async def test_the_admin_is_held_to_the_rules_and_can_work_around_them(
    org: Org, bot: Caller
) -> None:
    with pytest.raises(Refused, match="REQUIRED_FIELD_MISSING"):
        org.insert("PermissionSet", Name="A")
    made = org.insert("PermissionSet", Name="A", Label="A")
    org.insert("ObjectPermissions", ParentId=made, SobjectType="Account", PermissionsRead=True)
    await make_user(bot)
    with pytest.raises(Refused, match="user license"):
        org.insert(
            "PermissionSetAssignment",
            AssigneeId=org.user(USERNAME)["Id"],
            PermissionSetId=made,
        )
    org.assign_by_hand(USERNAME, "A")
    assert (USERNAME, "A") in org.snapshot()["assignments"]
    with pytest.raises(LookupError, match="no user nobody"):
        org.freeze("nobody@acme.example")


async def test_what_the_bot_sees_can_change(org: Org, bot: Caller) -> None:
    org.grant_bot(org.provisioner.username, objects={"Account": False, "Lead": True})
    assert (await bot.query("SELECT Id FROM Account")).code == "INVALID_TYPE"
    assert await bot.rows("SELECT Id FROM Lead") == []


async def test_an_app_that_nobody_knows_may_be_called_not_installed() -> None:
    async with SalesforceSandbox(Switches(unknown_app_error="app_not_found")) as sf:
        org = sf.sandbox
        answer = await token_for(org, assertion(org, org.provisioner.username, iss="unknown"))
        assert login_error(answer)[0] == "app_not_found"


async def test_an_assertion_without_exp_is_invalid(org: Org) -> None:
    signed = assertion(org, org.provisioner.username, "provisioner", exp="soon")
    assert login_error(await token_for(org, signed))[1] == "invalid assertion"


async def test_a_deactivated_users_session_is_over(org: Org, bot: Caller) -> None:
    await make_integration(bot, "Account")
    user = await log_in(org, USERNAME)
    org.deactivate(USERNAME)
    assert (await user.query("SELECT Id FROM Account")).status == 401


async def test_two_users_may_hold_the_psl(org: Org, bot: Caller) -> None:
    first = await make_user(bot)
    second = (await bot.make("User", **await user_body(bot, Username="b@acme.example"))).id
    for one in (first, second):
        assert await license_user(bot, one)
    assert USERNAME in org.snapshot()["psl"]
