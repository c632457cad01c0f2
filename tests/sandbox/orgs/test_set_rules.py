"""What the org demands of permission sets and their rows (salesforce-provisioning 1.6-1.9)."""

import pytest

from bot.sandbox.orgs import Fact, Org
from tests.sandbox.orgs.callers import Caller, bot_where, every_position
from tests.sandbox.orgs.making import (
    assign,
    grant,
    license_user,
    make_integration,
    make_set,
    make_user,
    psl_id,
)


@pytest.mark.parametrize("name", ["1st", "With Space", "End_", "Two__Marks", "_Under", "Ümlaut"])
async def test_a_set_name_has_a_strict_shape(bot: Caller, name: str) -> None:
    answer = await bot.make("PermissionSet", Name=name, Label="A set")
    answer.rests_on(Fact.SET_NAME)


@every_position("duplicate_set_name_code")
async def test_a_set_name_is_used_once(position: str) -> None:
    async with bot_where(duplicate_set_name_code=position) as bot:
        await make_set(bot)
        answer = await bot.make("PermissionSet", Name="integration_sync", Label="Again")
        assert answer.rests_on(Fact.SET_NAME_TAKEN).code == position


async def test_the_licence_of_a_set_is_fixed_and_real(bot: Caller) -> None:
    user = await make_user(bot)
    wrong = await bot.make("PermissionSet", Name="A", Label="A", LicenseId=user)
    wrong.rests_on(Fact.CROSS_REFERENCE)
    made = await make_set(bot)
    change = await bot.rest("PATCH", f"sobjects/PermissionSet/{made}", {"LicenseId": None})
    change.rests_on(Fact.NOT_WRITABLE)


async def test_sets_of_profiles_can_be_read_and_not_modified(bot: Caller) -> None:
    own = (await bot.rows("SELECT Id FROM PermissionSet WHERE IsOwnedByProfile = true LIMIT 1"))[0]
    change = await bot.rest("PATCH", f"sobjects/PermissionSet/{own['Id']}", {"Label": "Mine"})
    change.rests_on(Fact.SET_OF_PROFILE)
    row = await bot.make(
        "ObjectPermissions", ParentId=own["Id"], SobjectType="Account", PermissionsRead=True
    )
    row.rests_on(Fact.SET_OF_PROFILE)


async def test_system_permissions_depend_on_others(bot: Caller) -> None:
    answer = await bot.make(
        "PermissionSet", Name="A", Label="A", PermissionsCustomizeApplication=True
    )
    answer.rests_on(Fact.SYSTEM_DEPENDS)
    assert answer.message == (
        "Permission CustomizeApplication depends on permission(s): ManageTranslation"
    )


async def test_a_set_goes_only_when_nobody_has_it(bot: Caller) -> None:
    _, parent = await make_integration(bot, "Account")
    refused = await bot.rest("DELETE", f"sobjects/PermissionSet/{parent}")
    refused.rests_on(Fact.SET_ASSIGNED)
    row = await bot.one(
        "SELECT Id FROM PermissionSetAssignment WHERE PermissionSet.Name = 'Integration_Sync'"
    )
    assert (await bot.rest("DELETE", f"sobjects/PermissionSetAssignment/{row}")).status == 204
    assert (await bot.rest("DELETE", f"sobjects/PermissionSet/{parent}")).status == 204
    assert not await bot.rows(f"SELECT Id FROM ObjectPermissions WHERE ParentId = '{parent}'")
    again = await bot.rest("DELETE", f"sobjects/PermissionSet/{parent}")
    assert again.rests_on(Fact.ROW_DELETED).status == 404


@pytest.mark.parametrize(
    ("verbs", "missing"),
    [
        (("Create",), "Permission Create Account depends on permission(s): Read Account"),
        (("Edit",), "Permission Edit Account depends on permission(s): Read Account"),
        (
            ("Read", "Delete"),
            "Permission Delete Account depends on permission(s): Edit Account",
        ),
        (("ViewAllRecords",), "Permission Read All Account depends on permission(s): Read Account"),
        (
            ("Read", "Edit", "Delete", "ModifyAllRecords"),
            "Permission Modify All Account depends on permission(s): Read All Account",
        ),
    ],
)
async def test_object_verbs_need_others(bot: Caller, verbs: tuple[str, ...], missing: str) -> None:
    parent = await make_set(bot)
    on = {f"Permissions{one}": True for one in verbs}
    answer = await bot.make("ObjectPermissions", ParentId=parent, SobjectType="Account", **on)
    assert answer.rests_on(Fact.OBJECT_DEPENDS).code == "FIELD_INTEGRITY_EXCEPTION"
    assert answer.message == missing
    assert not bot.org.rows("ObjectPermissions", ParentId=parent)


async def test_a_details_read_needs_its_masters_read_in_the_same_set(bot: Caller) -> None:
    parent = await make_set(bot)
    answer = await bot.make(
        "ObjectPermissions", ParentId=parent, SobjectType="Invoice_Line__c", PermissionsRead=True
    )
    answer.rests_on(Fact.MASTER_DEPENDS)
    assert answer.message == (
        "Permission Read Invoice_Line__c depends on permission(s): Read Invoice__c"
    )
    master = await grant(bot, parent, "Invoice__c")
    await grant(bot, parent, "Invoice_Line__c")
    taken = await bot.rest("DELETE", f"sobjects/ObjectPermissions/{master}")
    taken.rests_on(Fact.MASTER_DEPENDS)
    off = await bot.rest(
        "PATCH", f"sobjects/ObjectPermissions/{master}", {"PermissionsRead": False}
    )
    off.rests_on(Fact.MASTER_DEPENDS)
    assert bot.org.rows("ObjectPermissions", Id=master)[0]["PermissionsRead"] is True


async def test_seeing_all_assets_needs_seeing_all_accounts_in_the_same_set(bot: Caller) -> None:
    parent = await make_set(bot)
    on = {"PermissionsRead": True, "PermissionsViewAllRecords": True}
    account = await grant(bot, parent, "Account")
    answer = await bot.make("ObjectPermissions", ParentId=parent, SobjectType="Asset", **on)
    assert answer.rests_on(Fact.ACROSS_DEPENDS).code == "FIELD_INTEGRITY_EXCEPTION"
    assert answer.message == "Permission Read All Asset depends on permission(s): Read All Account"
    assert await grant(bot, parent, "Asset")
    assert (await bot.rest("PATCH", f"sobjects/ObjectPermissions/{account}", on)).status == 204
    (asset,) = bot.org.rows("ObjectPermissions", ParentId=parent, SobjectType="Asset")
    assert (await bot.rest("PATCH", f"sobjects/ObjectPermissions/{asset['Id']}", on)).status == 204
    taken = await bot.rest("DELETE", f"sobjects/ObjectPermissions/{account}")
    taken.rests_on(Fact.ACROSS_DEPENDS)


async def test_an_object_row_without_permission_cannot_be(bot: Caller) -> None:
    parent = await make_set(bot)
    empty = await bot.make("ObjectPermissions", ParentId=parent, SobjectType="Account")
    empty.rests_on(Fact.OBJECT_ALL_FALSE)
    row = await grant(bot, parent, "Account")
    off = await bot.rest("PATCH", f"sobjects/ObjectPermissions/{row}", {"PermissionsRead": False})
    assert off.status == 204
    assert not bot.org.rows("ObjectPermissions", ParentId=parent)


@every_position("duplicate_object_row_code")
async def test_one_row_for_a_set_and_object_or_field(position: str) -> None:
    async with bot_where(duplicate_object_row_code=position) as bot:
        parent = await make_set(bot)
        await grant(bot, parent, "Account")
        body = {"ParentId": parent, "SobjectType": "Account", "PermissionsRead": True}
        answer = await bot.make("ObjectPermissions", **body)
        assert answer.rests_on(Fact.OBJECT_TWICE).code == position
        await grant_field(bot, parent, "Account.Phone")
        twice = await bot.make("FieldPermissions", **body, Field="Account.Phone")
        assert twice.rests_on(Fact.FIELD_TWICE).code == position


async def test_rows_belong_to_sets_and_to_objects_that_can_be_granted(bot: Caller) -> None:
    profile = (await bot.rows("SELECT Id FROM Profile LIMIT 1"))[0]["Id"]
    wrong = await bot.make(
        "ObjectPermissions", ParentId=profile, SobjectType="Account", PermissionsRead=True
    )
    assert wrong.rests_on(Fact.CROSS_REFERENCE).status == 400
    setup = await bot.make(
        "ObjectPermissions",
        ParentId=await make_set(bot),
        SobjectType="PermissionSet",
        PermissionsRead=True,
    )
    setup.rests_on(Fact.PICKLIST)


async def test_the_integration_user_licence_holds_no_standard_object(bot: Caller) -> None:
    seat = await bot.one("SELECT Id FROM UserLicense WHERE Name = 'Salesforce Integration'")
    parent = await make_set(bot, LicenseId=seat)
    answer = await bot.make(
        "ObjectPermissions", ParentId=parent, SobjectType="Account", PermissionsRead=True
    )
    answer.rests_on(Fact.LICENSE_OBJECT)
    await grant(bot, parent, "Invoice__c")


@every_position("psl_lacks_text")
async def test_a_set_of_the_psl_holds_no_object_that_the_psl_does_not_include(
    position: str,
) -> None:
    async with bot_where(psl_lacks_text=position) as bot:
        bot.org.leave_out_of_psl("Case")
        parent = await make_set(bot, LicenseId=await psl_id(bot))
        on = {"PermissionsRead": True, "PermissionsCreate": True}
        answer = await bot.make("ObjectPermissions", ParentId=parent, SobjectType="Case", **on)
        assert answer.rests_on(Fact.PSL_HOLDS).code == "FIELD_INTEGRITY_EXCEPTION"
        said = f"The {position} doesn't allow the permission: Read Case, Create Case"
        assert answer.message == said
        await grant(bot, parent, "Account")


async def test_a_set_without_a_licence_holds_any_object_and_its_assignment_is_refused(
    bot: Caller,
) -> None:
    bot.org.leave_out_of_psl("Case")
    user, parent = await make_user(bot), await make_set(bot)
    await grant(bot, parent, "Case")
    await license_user(bot, user)
    answer = await bot.make("PermissionSetAssignment", AssigneeId=user, PermissionSetId=parent)
    answer.rests_on(Fact.ASSIGN_NEEDS_PSL)
    assert answer.message == "The user license doesn't allow the permission: Read Case"


async def test_a_set_of_the_psl_holds_the_user_permissions_that_the_psl_includes(
    bot: Caller,
) -> None:
    psl = await psl_id(bot)
    answer = await bot.make(
        "PermissionSet", Name="A", Label="A", LicenseId=psl, PermissionsManageUsers=True
    )
    answer.rests_on(Fact.PSL_HOLDS)
    parent = await make_set(bot, LicenseId=psl)
    change = {"PermissionsManageUsers": True}
    later = await bot.rest("PATCH", f"sobjects/PermissionSet/{parent}", change)
    later.rests_on(Fact.PSL_HOLDS)
    unbound = await make_set(bot, name="Unbound")
    free = await bot.rest("PATCH", f"sobjects/PermissionSet/{unbound}", change)
    assert free.status == 204


async def test_modify_all_data_shows_virtual_rows_that_nobody_changes(bot: Caller) -> None:
    row = (
        await bot.rows(
            "SELECT Id, PermissionsModifyAllRecords FROM ObjectPermissions"
            " WHERE Parent.IsOwnedByProfile = true AND SobjectType = 'Account'"
        )
    )[0]
    assert row["Id"].startswith("000")
    assert row["PermissionsModifyAllRecords"] is True
    answer = await bot.rest("DELETE", f"sobjects/ObjectPermissions/{row['Id']}")
    answer.rests_on(Fact.VIRTUAL_ROW)


async def test_view_all_fields_keeps_read_on_every_field(bot: Caller) -> None:
    parent = await make_set(bot)
    field = await grant_field(bot, parent, "Account.Phone")
    await grant(bot, parent, "Account", "Read", "ViewAllFields")
    off = await bot.rest("PATCH", f"sobjects/FieldPermissions/{field}", {"PermissionsRead": False})
    assert off.rests_on(Fact.VIEW_ALL_FIELDS).message.startswith("Read permission is required")


async def test_view_all_fields_came_with_version_63(bot: Caller) -> None:
    parent = await make_set(bot)
    body = {
        "ParentId": parent,
        "SobjectType": "Account",
        "PermissionsRead": True,
        "PermissionsViewAllFields": True,
    }
    old = await bot.rest("POST", "sobjects/ObjectPermissions", body, version="62.0")
    assert old.rests_on(Fact.NO_SUCH_COLUMN).code == "INVALID_FIELD"
    assert (await bot.rest("POST", "sobjects/ObjectPermissions", body, version="63.0")).id


async def grant_field(bot: Caller, parent: str, field: str, *, edit: bool = False) -> str:
    made = await bot.make(
        "FieldPermissions",
        ParentId=parent,
        SobjectType=field.partition(".")[0],
        Field=field,
        PermissionsRead=True,
        PermissionsEdit=edit,
    )
    return made.id


@pytest.mark.parametrize(
    "field",
    [
        "Account.Id",
        "Account.Name",
        "Account.OwnerId",
        "Account.CreatedDate",
        "Account.BillingStreet",
        "Invoice__c.Currency_Code__c",
        "Invoice_Line__c.Invoice__c",
        "Account.Nonsense",
    ],
)
async def test_fields_that_are_not_permissionable_are_refused(bot: Caller, field: str) -> None:
    parent = await make_set(bot)
    answer = await bot.make(
        "FieldPermissions",
        ParentId=parent,
        SobjectType=field.partition(".")[0],
        Field=field,
        PermissionsRead=True,
    )
    assert answer.rests_on(Fact.FIELD_PICKLIST).code == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert answer.message == f"Field Name: bad value for restricted picklist field: {field}"


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("Invoice_Line__c", "Object Type Name: bad value for restricted picklist field: {}"),
        ("Invoice_Line__c.Note__c", "Field Name: bad value for restricted picklist field: {}"),
    ],
)
async def test_what_was_deleted_is_refused_by_name_until_it_is_restored(
    org: Org, bot: Caller, gone: str, said: str
) -> None:
    parent = await make_set(bot)
    row = {
        "ParentId": parent,
        "SobjectType": "Invoice_Line__c",
        "Field": "Invoice_Line__c.Note__c",
        "PermissionsRead": True,
    }
    org.world.drop(gone)
    answer = await bot.make("FieldPermissions", **row)
    assert answer.code == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert answer.message == said.format(gone)
    org.world.restore()
    assert (await bot.make("FieldPermissions", **row)).id


async def test_a_compound_is_granted_as_a_whole_and_lookups_may_drop_id(bot: Caller) -> None:
    parent = await make_set(bot)
    await grant_field(bot, parent, "Account.BillingAddress")
    await grant_field(bot, parent, "Contact.Account")
    rows = await bot.rows(
        f"SELECT SobjectType, Field FROM FieldPermissions WHERE ParentId = '{parent}'"
    )
    assert [row["Field"] for row in rows] == ["Account.BillingAddress", "Contact.AccountId"]


@pytest.mark.parametrize("field", ["Invoice__c.Gross__c", "Invoice__c.Number__c"])
async def test_formulas_and_auto_numbers_are_read_only(bot: Caller, field: str) -> None:
    parent = await make_set(bot)
    row = await grant_field(bot, parent, field)
    answer = await bot.rest("PATCH", f"sobjects/FieldPermissions/{row}", {"PermissionsEdit": True})
    answer.rests_on(Fact.FIELD_READ_ONLY)


async def test_field_rows_follow_their_own_rules(bot: Caller) -> None:
    parent = await make_set(bot)
    body = {"ParentId": parent, "SobjectType": "Account", "Field": "Account.Phone"}
    (await bot.make("FieldPermissions", **body)).rests_on(Fact.FIELD_ALL_FALSE)
    (await bot.make("FieldPermissions", **body, PermissionsEdit=True)).rests_on(
        Fact.FIELD_EDIT_READ
    )
    other = body | {"SobjectType": "Contact", "PermissionsRead": True}
    (await bot.make("FieldPermissions", **other)).rests_on(Fact.FIELD_PREFIX)
    row = await grant_field(bot, parent, "Account.Phone")
    off = await bot.rest("PATCH", f"sobjects/FieldPermissions/{row}", {"PermissionsRead": False})
    assert off.status == 204
    assert not bot.org.rows("FieldPermissions", ParentId=parent)


async def test_a_field_may_need_its_object(bot: Caller) -> None:
    assert await grant_field(bot, await make_set(bot), "Account.Phone", edit=True)
    switches = {"field_needs_object_read": True, "field_edit_needs_object_edit": True}
    async with bot_where(**switches) as strict:
        parent = await make_set(strict)
        body = {
            "ParentId": parent,
            "SobjectType": "Account",
            "Field": "Account.Phone",
            "PermissionsRead": True,
        }
        (await strict.make("FieldPermissions", **body)).rests_on(Fact.FIELD_OBJECT)
        await grant(strict, parent, "Account")
        edit = await strict.make("FieldPermissions", **body, PermissionsEdit=True)
        edit.rests_on(Fact.FIELD_OBJECT)
        assert (await strict.make("FieldPermissions", **body)).id


@every_position("plural_nouns")
async def test_messages_name_objects_by_api_name_or_plural(*, position: bool) -> None:
    async with bot_where(plural_nouns=position) as bot:
        answer = await bot.make(
            "ObjectPermissions",
            ParentId=await make_set(bot),
            SobjectType="Account",
            PermissionsCreate=True,
        )
        noun = "Accounts" if position else "Account"
        assert answer.message.endswith(f"depends on permission(s): Read {noun}")


async def test_an_assigned_set_gains_only_what_its_users_may_have(org: Org, bot: Caller) -> None:
    user, parent = await make_user(bot), await make_set(bot)
    await assign(bot, user, parent)
    answer = await bot.make(
        "ObjectPermissions", ParentId=parent, SobjectType="Account", PermissionsRead=True
    )
    answer.rests_on(Fact.ASSIGN_NEEDS_PSL)
    assert answer.message.startswith("Can't save permission set Integration_Sync")
    await license_user(bot, user)
    await grant(bot, parent, "Account")
    assert await psl_id(bot)
