"""Who may have which set, seat and app (salesforce-provisioning 1.3, 1.7, 1.10, 1.12, 5.2)."""

import pytest

from bot.sandbox.orgs import DOCUMENTED_RIGHTS, Fact, Org, SalesforceSandbox, Switches
from tests.sandbox.orgs.callers import Caller, bot_where, every_position, log_in, part, results
from tests.sandbox.orgs.making import (
    allow_app,
    assign,
    grant,
    license_user,
    make_integration,
    make_set,
    make_user,
    psl_id,
)


async def bot_of(sf: SalesforceSandbox) -> Caller:
    return await log_in(sf.sandbox, sf.sandbox.provisioner.username, "provisioner")


async def test_a_set_needs_the_psl_first(bot: Caller) -> None:
    user, parent = await make_user(bot), await make_set(bot)
    await grant(bot, parent, "Lead", "Read", "Create")
    answer = await bot.make("PermissionSetAssignment", AssigneeId=user, PermissionSetId=parent)
    assert answer.rests_on(Fact.ASSIGN_NEEDS_PSL).code == "FIELD_INTEGRITY_EXCEPTION"
    assert answer.message == (
        "The user license doesn't allow the permission: Read Lead, Create Lead"
    )
    await license_user(bot, user)
    await assign(bot, user, parent)


@every_position("all_offending_listed")
async def test_all_offending_permissions_are_named_or_the_first(*, position: bool) -> None:
    async with bot_where(all_offending_listed=position) as bot:
        user, parent = await make_user(bot), await make_set(bot)
        await grant(bot, parent, "Lead", "Read", "Create")
        answer = await bot.make("PermissionSetAssignment", AssigneeId=user, PermissionSetId=parent)
        named = "Read Lead, Create Lead" if position else "Read Lead"
        assert answer.message == f"The user license doesn't allow the permission: {named}"


async def test_a_set_is_assigned_once(bot: Caller) -> None:
    user, parent = await make_integration(bot, "Account")
    answer = await bot.make("PermissionSetAssignment", AssigneeId=user, PermissionSetId=parent)
    assert answer.rests_on(Fact.ASSIGNED_TWICE).code == "DUPLICATE_VALUE"
    assert answer.message.startswith("Duplicate PermissionSetAssignment. Assignee: 005")


async def test_a_sets_user_licence_is_the_profiles(bot: Caller) -> None:
    user = await make_user(bot)
    full = await bot.one("SELECT Id FROM UserLicense WHERE Name = 'Salesforce'")
    parent = await make_set(bot, LicenseId=full)
    answer = await bot.make("PermissionSetAssignment", AssigneeId=user, PermissionSetId=parent)
    answer.rests_on(Fact.ASSIGN_LICENSE)


async def test_a_psl_licensed_set_brings_the_psl_and_takes_it_along(bot: Caller) -> None:
    user = await make_user(bot)
    parent = await make_set(bot, LicenseId=await psl_id(bot))
    await grant(bot, parent, "Account")
    row = await assign(bot, user, parent)
    soql = f"SELECT Id FROM PermissionSetLicenseAssign WHERE AssigneeId = '{user}'"
    assert len(await bot.rows(soql)) == 1
    assert (await bot.rest("DELETE", f"sobjects/PermissionSetAssignment/{row}")).status == 204
    assert not await bot.rows(soql)


async def test_the_psl_may_not_come_by_itself_nor_go() -> None:
    async with SalesforceSandbox(Switches(psl_auto_assigned=False)) as sf:
        bot = await bot_of(sf)
        user = await make_user(bot)
        parent = await make_set(bot, LicenseId=await psl_id(bot))
        await grant(bot, parent, "Account")
        answer = await bot.make("PermissionSetAssignment", AssigneeId=user, PermissionSetId=parent)
        answer.rests_on(Fact.ASSIGN_NEEDS_PSL)
    async with SalesforceSandbox(Switches(psl_auto_removed=False)) as sf:
        bot = await bot_of(sf)
        user = await make_user(bot)
        row = await assign(bot, user, await make_set(bot, LicenseId=await psl_id(bot)))
        await bot.rest("DELETE", f"sobjects/PermissionSetAssignment/{row}")
        soql = f"SELECT Id FROM PermissionSetLicenseAssign WHERE AssigneeId = '{user}'"
        assert len(await bot.rows(soql)) == 1


async def test_psl_seats_are_rows_those_of_inactive_users_too(org: Org, bot: Caller) -> None:
    org.set_seats(psls=3)
    answer = await bot.make(
        "PermissionSetLicenseAssign",
        AssigneeId=await make_user(bot),
        PermissionSetLicenseId=await psl_id(bot),
    )
    assert answer.rests_on(Fact.PSL_SEAT).code == "LICENSE_LIMIT_EXCEEDED"
    async with SalesforceSandbox(Switches(inactive_user_keeps_psl_seat=False)) as sf:
        sf.sandbox.set_seats(psls=3)
        other = await bot_of(sf)
        await license_user(other, await make_user(other))


async def test_a_psl_is_given_once(bot: Caller) -> None:
    user = await make_user(bot)
    await license_user(bot, user)
    answer = await bot.make(
        "PermissionSetLicenseAssign", AssigneeId=user, PermissionSetLicenseId=await psl_id(bot)
    )
    assert answer.rests_on(Fact.PSL_TWICE).code == "DUPLICATE_VALUE"
    assert answer.message.startswith("duplicate value found")


async def test_a_psl_in_use_may_stay(bot: Caller) -> None:
    user, _ = await make_integration(bot, "Account")
    soql = f"SELECT Id FROM PermissionSetLicenseAssign WHERE AssigneeId = '{user}'"
    gone = await bot.rest("DELETE", f"sobjects/PermissionSetLicenseAssign/{await bot.one(soql)}")
    assert gone.status == 204
    async with SalesforceSandbox(Switches(psl_removal_refused_in_use=True)) as sf:
        strict = await bot_of(sf)
        user, _ = await make_integration(strict, "Account")
        soql = f"SELECT Id FROM PermissionSetLicenseAssign WHERE AssigneeId = '{user}'"
        stays = await strict.rest(
            "DELETE", f"sobjects/PermissionSetLicenseAssign/{await strict.one(soql)}"
        )
        stays.rests_on(Fact.PSL_IN_USE)


async def test_psl_rows_are_never_updated_and_groups_are_not_sets(bot: Caller) -> None:
    user = await make_user(bot)
    row = await license_user(bot, user)
    answer = await bot.rest("PATCH", f"sobjects/PermissionSetLicenseAssign/{row}", {})
    answer.rests_on(Fact.NO_SUCH_CALL)
    neither = await bot.make("PermissionSetAssignment", AssigneeId=user)
    neither.rests_on(Fact.ASSIGN_ONE)


@pytest.mark.parametrize("together", [True, False])
async def test_psl_and_set_in_one_composite_is_a_switch(*, together: bool) -> None:
    async with SalesforceSandbox(Switches(psl_and_set_in_one_composite=together)) as sf:
        bot = await bot_of(sf)
        user, parent = await make_user(bot), await make_set(bot)
        await grant(bot, parent, "Account")
        psl = {"AssigneeId": user, "PermissionSetLicenseId": await psl_id(bot)}
        answer = await bot.composite(
            part("POST", "sobjects/PermissionSetLicenseAssign", "psl", psl),
            part(
                "POST",
                "sobjects/PermissionSetAssignment",
                "set",
                {"AssigneeId": user, "PermissionSetId": parent},
            ),
        )
        assert (results(answer)["set"]["httpStatusCode"] == 201) is together
        later = await bot.make("PermissionSetAssignment", AssigneeId=user, PermissionSetId=parent)
        assert (later.status == 201) is not together


@pytest.mark.parametrize("app", ["warehouse", "legacy"])
async def test_an_app_of_either_kind_is_granted_and_its_type_derived(bot: Caller, app: str) -> None:
    row = await allow_app(bot, await make_set(bot), app)
    kind = "ConnectedApplication" if app == "legacy" else "ExternalClientApplication"
    (found,) = await bot.rows(f"SELECT SetupEntityType FROM SetupEntityAccess WHERE Id = '{row}'")
    assert found["SetupEntityType"] == kind


async def test_app_access_has_its_own_rules(bot: Caller) -> None:
    parent = await make_set(bot)
    app = bot.org.apps["warehouse"].id
    typed = await bot.make(
        "SetupEntityAccess",
        ParentId=parent,
        SetupEntityId=app,
        SetupEntityType="ExternalClientApplication",
    )
    assert typed.rests_on(Fact.NOT_WRITABLE).code == "INVALID_FIELD_FOR_INSERT_UPDATE"
    other = bot.org.world.family[1].apps["warehouse"].id
    foreign = await bot.make("SetupEntityAccess", ParentId=parent, SetupEntityId=other)
    foreign.rests_on(Fact.CROSS_REFERENCE)


@every_position("duplicate_app_grant_code")
async def test_an_app_is_granted_once(position: str) -> None:
    async with bot_where(duplicate_app_grant_code=position) as bot:
        parent = await make_set(bot)
        await allow_app(bot, parent)
        app = bot.org.apps["warehouse"].id
        twice = await bot.make("SetupEntityAccess", ParentId=parent, SetupEntityId=app)
        assert twice.rests_on(Fact.APP_TWICE).code == position


@every_position("app_on_psl_set_code")
async def test_a_psl_licensed_set_holds_no_app(position: str) -> None:
    async with bot_where(app_on_psl_set_code=position) as bot:
        licensed = await make_set(bot, "Licensed", LicenseId=await psl_id(bot))
        app = bot.org.apps["warehouse"].id
        refused = await bot.make("SetupEntityAccess", ParentId=licensed, SetupEntityId=app)
        assert refused.rests_on(Fact.APP_ON_PSL_SET).code == position


async def test_app_access_may_take_two_more_rights() -> None:
    strict = Switches(app_grant_needs_modify_all=True)
    async with SalesforceSandbox(strict) as sf:
        bot = await bot_of(sf)
        answer = await bot.make(
            "SetupEntityAccess",
            ParentId=await make_set(bot),
            SetupEntityId=sf.sandbox.apps["warehouse"].id,
        )
        answer.rests_on(Fact.APP_RIGHTS)
    async with SalesforceSandbox(strict, provisioner_rights=DOCUMENTED_RIGHTS) as sf:
        bot = await bot_of(sf)
        assert await allow_app(bot, await make_set(bot))


@pytest.mark.parametrize(
    ("right", "sobject"),
    [
        ("AssignPermissionSets", "PermissionSetAssignment"),
        ("ManageUsers", "PermissionSetLicenseAssign"),
        ("ManageProfilesPermissionsets", "ObjectPermissions"),
        ("ManageProfilesPermissionsets", "FieldPermissions"),
        ("ManageProfilesPermissionsets", "SetupEntityAccess"),
        ("ManageProfilesPermissionsets", "PermissionSet"),
    ],
)
async def test_each_write_takes_its_right(org: Org, bot: Caller, right: str, sobject: str) -> None:
    org.grant_bot(org.provisioner.username, f"-{right}")
    answer = await bot.make(sobject)
    assert answer.rests_on(Fact.RIGHTS).code == "INSUFFICIENT_ACCESS_OR_READONLY"
