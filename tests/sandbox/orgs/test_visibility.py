"""What a caller sees: objects, fields, rows (auth-and-monitoring 1.4, 4; provisioning 6)."""

import pytest

from bot.sandbox.orgs import DOCUMENTED_RIGHTS, Fact, Org, SalesforceSandbox, Switches
from tests.sandbox.orgs.callers import Caller, bot_where, every_position, log_in
from tests.sandbox.orgs.making import USERNAME, grant, make_integration, make_set


async def bot_of(sf: SalesforceSandbox) -> Caller:
    return await log_in(sf.sandbox, sf.sandbox.provisioner.username, "provisioner")


async def names(caller: Caller) -> set[str]:
    answer = await caller.rest("GET", "sobjects")
    return {one["name"] for one in answer.body["sobjects"]}


async def field_names(caller: Caller, sobject: str) -> set[str]:
    answer = await caller.rest("GET", f"sobjects/{sobject}/describe")
    return {one["name"] for one in answer.body["fields"]}


async def test_a_least_privilege_bot_sees_few_data_objects_and_all_picklists(bot: Caller) -> None:
    seen = await names(bot)
    assert {"Account", "PermissionSet", "UserLicense", "FieldDefinition"} <= seen
    assert not seen & {"Contact", "Lead", "Invoice__c"}
    described = (await bot.rest("GET", "sobjects/ObjectPermissions/describe")).body
    (picklist,) = [one for one in described["fields"] if one["name"] == "SobjectType"]
    values = {one["value"] for one in picklist["picklistValues"]}
    assert {"Contact", "Lead", "Invoice_Line__c"} <= values
    assert picklist["restrictedPicklist"] is True
    assert "PermissionSet" not in values


async def test_what_the_bot_sees_is_a_setting() -> None:
    async with SalesforceSandbox(bot_sees=["Lead"]) as sf:
        seen = await names(await bot_of(sf))
        assert "Lead" in seen
        assert "Account" not in seen
    async with SalesforceSandbox(provisioner_rights=DOCUMENTED_RIGHTS) as sf:
        assert {"Account", "Lead", "Invoice__c"} <= await names(await bot_of(sf))


async def test_an_integration_user_sees_what_its_set_grants(org: Org, bot: Caller) -> None:
    await make_integration(bot, "Invoice__c", "Invoice_Line__c")
    user = await log_in(org, USERNAME)
    assert {"Invoice__c", "Invoice_Line__c"} <= await names(user)
    for hidden in ("Account", "PermissionSet", "UserLicense", "UserLogin", "FieldDefinition"):
        answer = await user.query(f"SELECT Id FROM {hidden}")
        assert answer.rests_on(Fact.HIDDEN_OBJECT).code == "INVALID_TYPE"
        assert f"sObject type '{hidden}' is not supported." in answer.message
        described = await user.rest("GET", f"sobjects/{hidden}/describe")
        assert described.rests_on(Fact.NOT_THERE).status == 404
    assert len(await user.rows("SELECT Name FROM Invoice__c")) == 3


async def test_fields_follow_field_permissions(org: Org, bot: Caller) -> None:
    _, parent = await make_integration(bot, "Account")
    always = {"Id", "Name", "OwnerId", "CreatedDate", "LastModifiedById"}
    user = await log_in(org, USERNAME)
    seen = await field_names(user, "Account")
    assert always <= seen
    assert not seen & {"Phone", "BillingAddress", "BillingCity"}
    hidden = await user.query("SELECT Phone FROM Account")
    assert hidden.rests_on(Fact.HIDDEN_FIELD).code == "INVALID_FIELD"
    assert "No such column 'Phone'" in hidden.message
    for field in ("Account.Phone", "Account.BillingAddress"):
        made = await bot.make(
            "FieldPermissions",
            ParentId=parent,
            SobjectType="Account",
            Field=field,
            PermissionsRead=True,
        )
        assert made.id
    assert {"Phone", "BillingAddress", "BillingCity"} <= await field_names(user, "Account")
    assert len(await user.rows("SELECT Phone, BillingCity FROM Account")) == 3


async def test_view_all_fields_shows_them_all(org: Org, bot: Caller) -> None:
    _, parent = await make_integration(bot)
    await grant(bot, parent, "Account", "Read", "ViewAllFields")
    assert "Phone" in await field_names(await log_in(org, USERNAME), "Account")


async def test_describe_tells_what_can_be_granted(org: Org, bot: Caller) -> None:
    _, parent = await make_integration(bot, "Invoice__c", "Invoice_Line__c")
    await bot.rest(
        "PATCH",
        f"sobjects/ObjectPermissions/{org.rows('ObjectPermissions', ParentId=parent)[0]['Id']}",
        {"PermissionsViewAllFields": True},
    )
    user = await log_in(org, USERNAME)
    invoice = (await user.rest("GET", "sobjects/Invoice__c/describe")).body
    fields = {one["name"]: one for one in invoice["fields"]}
    assert fields["Gross__c"]["calculated"]
    assert fields["Number__c"]["autoNumber"]
    assert not fields["Currency_Code__c"]["permissionable"]
    assert fields["Net__c"]["permissionable"]
    line = (await user.rest("GET", "sobjects/Invoice_Line__c/describe")).body
    (master,) = [one for one in line["fields"] if one["name"] == "Invoice__c"]
    assert (master["relationshipOrder"], master["referenceTo"]) == (0, ["Invoice__c"])


async def test_private_rows_are_seen_by_owners_and_view_all(org: Org, bot: Caller) -> None:
    _, parent = await make_integration(bot, "Lead", "Invoice__c", "Invoice_Line__c")
    user = await log_in(org, USERNAME)
    assert await user.rows("SELECT Id FROM Lead") == []
    assert len(await user.rows("SELECT Id FROM Invoice_Line__c")) == 3
    row = org.rows("ObjectPermissions", ParentId=parent, SobjectType="Lead")[0]["Id"]
    await bot.rest(
        "PATCH", f"sobjects/ObjectPermissions/{row}", {"PermissionsViewAllRecords": True}
    )
    rows = await user.rows("SELECT Id FROM Lead")
    assert len(rows) == 3
    hidden = org.rows("Case")[0]["Id"]
    assert (await user.rest("GET", f"sobjects/Case/{hidden}")).status == 404


async def test_access_ends_with_the_psl(org: Org, bot: Caller) -> None:
    user_id, _ = await make_integration(bot, "Account")
    user = await log_in(org, USERNAME)
    assert await user.rows("SELECT Id FROM Account")
    psl = org.rows("PermissionSetLicenseAssign", AssigneeId=user_id)[0]["Id"]
    org.remove_row("PermissionSetLicenseAssign", psl)
    assert (await user.query("SELECT Id FROM Account")).code == "INVALID_TYPE"


async def test_login_history_and_tokens_show_ones_own_rows_only(org: Org, bot: Caller) -> None:
    await make_integration(bot, "Account")
    user = await log_in(org, USERNAME)
    mine = await user.rows("SELECT UserId FROM LoginHistory")
    assert {row["UserId"] for row in mine} == {org.user(USERNAME)["Id"]}
    assert len({row["UserId"] for row in await bot.rows("SELECT UserId FROM LoginHistory")}) > 3
    assert await bot.rows("SELECT AppName FROM OauthToken") == []
    org.grant_bot(org.provisioner.username, "CustomizeApplication")
    assert [row["AppName"] for row in await bot.rows("SELECT AppName FROM OauthToken")]
    refused = await bot.query("SELECT Id FROM LoginHistory WHERE Status = 'Success'")
    assert refused.code == "INVALID_FIELD"
    assert "field 'Status' can not be filtered in a query call" in refused.message


async def test_used_licenses_filters_until_version_63(bot: Caller) -> None:
    soql = "SELECT Id FROM UserLicense WHERE UsedLicenses > 0"
    assert (await bot.query(soql, version="63.0")).status == 200
    assert (await bot.query(soql, version="64.0")).code == "INVALID_FIELD"


async def test_definitions_answer_with_view_setup_or_not_at_all(bot: Caller) -> None:
    rows = await bot.rows(
        "SELECT QualifiedApiName, DataType, IsCalculated, ReferenceTo FROM FieldDefinition"
        " WHERE EntityDefinition.QualifiedApiName IN ('Invoice_Line__c')"
    )
    found = {row["QualifiedApiName"]: row for row in rows}
    assert found["Invoice__c"]["DataType"] == "Master-Detail(Invoice)"
    assert found["Invoice__c"]["ReferenceTo"] == {"referenceTo": ["Invoice__c"]}
    assert found["Total__c"]["DataType"] == "Formula (Currency)"
    entity = (
        await bot.rows(
            "SELECT Label, InternalSharingModel FROM EntityDefinition"
            " WHERE QualifiedApiName = 'Lead'"
        )
    )[0]
    assert (entity["Label"], entity["InternalSharingModel"]) == ("Lead", "Private")
    async with SalesforceSandbox(Switches(definitions_answer=False)) as sf:
        blind = await bot_of(sf)
        refused = await blind.query("SELECT Label FROM EntityDefinition")
        refused.rests_on(Fact.HIDDEN_OBJECT)
    async with SalesforceSandbox(Switches(sharing_model_visible=False)) as sf:
        answer = await (await bot_of(sf)).query("SELECT InternalSharingModel FROM EntityDefinition")
        assert answer.code == "INVALID_FIELD"


@pytest.mark.parametrize(
    ("sobject", "code"),
    [
        ("FieldDefinition", "MALFORMED_QUERY"),
        ("Knowledge__kav", "INVALID_QUERY_FILTER_OPERATOR"),
    ],
)
async def test_some_objects_demand_a_filter(sobject: str, code: str) -> None:
    switches = Switches(needs_filter_code=code)
    async with SalesforceSandbox(switches, bot_sees=["Knowledge__kav"]) as sf:
        bot = await bot_of(sf)
        answer = await bot.query(f"SELECT Id FROM {sobject}")
        assert answer.rests_on(Fact.NEEDS_FILTER).code == code
        rows = await bot.rows("SELECT Id FROM Knowledge__kav WHERE PublishStatus = 'Draft'")
        assert len(rows) == 3


async def test_external_client_apps_may_be_unreadable(bot: Caller) -> None:
    soql = "SELECT Id, DeveloperName FROM ExternalClientApplication"
    assert len(await bot.rows(soql)) == 3
    old = await bot.query(soql, version="59.0")
    assert old.rests_on(Fact.HIDDEN_OBJECT).code == "INVALID_TYPE"
    async with SalesforceSandbox(Switches(external_apps_readable=False)) as sf:
        answer = await (await bot_of(sf)).query(soql)
        answer.rests_on(Fact.HIDDEN_OBJECT)


async def test_connected_apps_show_no_consumer_key(bot: Caller) -> None:
    (row,) = await bot.rows(
        "SELECT Name, OptionsAllowAdminApprovedUsersOnly FROM ConnectedApplication"
    )
    assert (row["Name"], row["OptionsAllowAdminApprovedUsersOnly"]) == ("Legacy_Sync", True)
    refused = await bot.query("SELECT ConsumerKey FROM ConnectedApplication")
    assert refused.code == "INVALID_FIELD"


async def test_without_api_enabled_nothing_answers(org: Org, bot: Caller) -> None:
    org.grant_bot(org.provisioner.username, "-ApiEnabled")
    answer = await bot.query("SELECT Id FROM Organization")
    assert answer.rests_on(Fact.API_DISABLED).code == "API_DISABLED_FOR_ORG"
    assert answer.status == 403


async def test_data_is_written_with_object_permissions_only(org: Org, bot: Caller) -> None:
    _, parent = await make_integration(bot, "Account")
    user = await log_in(org, USERNAME)
    refused = await user.make("Account", Name="New")
    assert refused.rests_on(Fact.DATA_RIGHTS).status == 403
    row = org.rows("ObjectPermissions", ParentId=parent)[0]["Id"]
    await bot.rest("PATCH", f"sobjects/ObjectPermissions/{row}", {"PermissionsCreate": True})
    made = (await user.make("Account", Name="New")).id
    assert org.rows("Account", Id=made)[0]["OwnerId"] == org.user(USERNAME)["Id"]
    field = await user.make("Account", Name="New", Phone="1")
    field.rests_on(Fact.NO_SUCH_COLUMN)


@every_position("picklists_list_grantable")
async def test_the_picklists_may_list_what_can_be_granted(*, position: bool) -> None:
    async with bot_where(picklists_list_grantable=position) as bot:
        for sobject, field in (("ObjectPermissions", "SobjectType"), ("FieldPermissions", "Field")):
            described = (await bot.rest("GET", f"sobjects/{sobject}/describe")).body
            (picklist,) = [one for one in described["fields"] if one["name"] == field]
            assert bool(picklist["picklistValues"]) is position
        await grant(bot, await make_set(bot), "Account")


@every_position("relationship_order_marks_master")
async def test_a_master_is_marked_by_its_order_or_by_its_cascade_only(*, position: bool) -> None:
    async with bot_where(relationship_order_marks_master=position) as bot:
        bot.org.grant_bot(bot.org.provisioner.username, objects={"Invoice_Line__c": True})
        line = (await bot.rest("GET", "sobjects/Invoice_Line__c/describe")).body
        (master,) = [one for one in line["fields"] if one["name"] == "Invoice__c"]
        assert master["cascadeDelete"] is True
        assert (master["relationshipOrder"] == 0) is position
