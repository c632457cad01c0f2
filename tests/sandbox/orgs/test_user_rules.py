"""What the org demands of users (salesforce-provisioning 1.5, 2.2, 5.2, 7.3)."""

import pytest

from bot.sandbox.orgs import Fact, Org, SalesforceSandbox, Switches
from tests.sandbox.orgs.callers import Caller, bot_where, every_position, log_in
from tests.sandbox.orgs.making import USERNAME, make_set, make_user, profile_id, user_body

NINE = (
    "Username",
    "LastName",
    "Alias",
    "Email",
    "TimeZoneSidKey",
    "LocaleSidKey",
    "EmailEncodingKey",
    "LanguageLocaleKey",
    "ProfileId",
)


@pytest.mark.parametrize("field", NINE)
async def test_each_of_the_nine_fields_is_required(bot: Caller, field: str) -> None:
    answer = await bot.make("User", **await user_body(bot, **{field: ...}))
    answer.rests_on(Fact.MISSING)
    assert answer.body == [
        {
            "message": f"Required fields are missing: [{field}]",
            "errorCode": "REQUIRED_FIELD_MISSING",
            "fields": [field],
        }
    ]


async def test_nine_fields_make_an_active_user_with_the_profiles_own_set(bot: Caller) -> None:
    user = await make_user(bot)
    (row,) = await bot.rows(
        f"SELECT IsActive, Name, UserType, CreatedBy.Username FROM User WHERE Id = '{user}'"
    )
    assert (row["IsActive"], row["Name"], row["UserType"]) == (True, "Sync", "Standard")
    assert row["CreatedBy"]["Username"] == bot.org.provisioner.username
    (own,) = await bot.rows(
        "SELECT PermissionSet.IsOwnedByProfile FROM PermissionSetAssignment"
        f" WHERE AssigneeId = '{user}'"
    )
    assert own["PermissionSet"]["IsOwnedByProfile"] is True


async def test_a_long_alias_and_unknown_time_zones_are_refused(bot: Caller) -> None:
    long = await bot.make("User", **await user_body(bot, Alias="integrate"))
    assert long.rests_on(Fact.TOO_LONG).code == "STRING_TOO_LONG"
    assert long.body[0]["fields"] == ["Alias"]
    zone = await bot.make("User", **await user_body(bot, TimeZoneSidKey="Mars/Olympus"))
    assert zone.rests_on(Fact.PICKLIST).code == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


@every_position("username_shape_code")
async def test_a_username_looks_like_email(position: str) -> None:
    async with bot_where(username_shape_code=position) as bot:
        name = await bot.make("User", **await user_body(bot, Username="warehouse"))
        assert name.rests_on(Fact.USERNAME_SHAPE).code == position
        assert name.body[0]["fields"] == ["Username"]


async def test_an_email_looks_like_one(bot: Caller) -> None:
    mail = await bot.make("User", **await user_body(bot, Email="nobody"))
    assert mail.rests_on(Fact.EMAIL).body[0]["fields"] == ["Email"]


@every_position("uppercase_username_refused")
async def test_capitals_in_a_username_are_lowered_or_refused(*, position: bool) -> None:
    async with bot_where(uppercase_username_refused=position) as bot:
        answer = await bot.make("User", **await user_body(bot, Username=USERNAME.upper()))
        if position:
            answer.rests_on(Fact.USERNAME_CASE)
        assert bool(bot.org.rows("User", Username=USERNAME)) is not position


@pytest.mark.parametrize(
    "taken", ["billing-sync@integrations.acme.example", "sap@integrations.acme.example.uat"]
)
async def test_a_username_of_another_org_is_taken_here_too(bot: Caller, taken: str) -> None:
    answer = await bot.make("User", **await user_body(bot, Username=taken))
    assert answer.rests_on(Fact.USERNAME_TAKEN).code == "DUPLICATE_USERNAME"
    assert answer.message.startswith("Duplicate Username.<br>The username already exists in this")
    assert not await bot.rows(f"SELECT Id FROM User WHERE Username = '{taken}'")


async def test_a_nickname_is_unique_and_made_when_left_out(bot: Caller) -> None:
    await make_user(bot, CommunityNickname="sync")
    answer = await bot.make(
        "User", **await user_body(bot, Username="b@acme.example", CommunityNickname="sync")
    )
    assert answer.rests_on(Fact.NICKNAME_TAKEN).code == "DUPLICATE_COMM_NICKNAME"
    await make_user(bot, Username="b@acme.example")


async def test_seats_are_active_users_and_deactivating_frees_one(org: Org, bot: Caller) -> None:
    org.set_seats(licenses=3)
    user = await make_user(bot)
    body = await user_body(bot, Username="b@acme.example")
    refused = await bot.make("User", **body)
    assert refused.rests_on(Fact.SEAT).code == "LICENSE_LIMIT_EXCEEDED"
    assert refused.message == "License Limit Exceeded"
    gone = await bot.rest("PATCH", f"sobjects/User/{user}", {"IsActive": False})
    assert gone.status == 204
    assert (await bot.make("User", **body)).status == 201
    again = await bot.rest("PATCH", f"sobjects/User/{user}", {"IsActive": True})
    again.rests_on(Fact.SEAT)


async def test_used_licenses_counts_or_lags_a_day(org: Org, bot: Caller) -> None:
    soql = "SELECT UsedLicenses FROM UserLicense WHERE Name = 'Salesforce Integration'"
    before = (await bot.rows(soql))[0]["UsedLicenses"]
    org.take_seat()
    assert (await bot.rows(soql))[0]["UsedLicenses"] == before + 1
    async with SalesforceSandbox(Switches(used_licenses_lag=True)) as sf:
        late = await log_in(sf.sandbox, sf.sandbox.provisioner.username, "provisioner")
        sf.sandbox.take_seat()
        assert (await late.rows(soql))[0]["UsedLicenses"] == before


async def test_marketing_user_wants_a_feature_licence(bot: Caller) -> None:
    answer = await bot.make("User", **await user_body(bot, UserPermissionsMarketingUser=True))
    assert answer.rests_on(Fact.FEATURE_SEAT).code == "LICENSE_LIMIT_EXCEEDED"


async def test_a_trigger_of_the_org_rolls_a_user_back(org: Org, bot: Caller) -> None:
    org.world.user_trigger = "UserTrigger: execution of BeforeInsert caused by: too bad"
    answer = await bot.make("User", **await user_body(bot))
    assert answer.rests_on(Fact.TRIGGER).code == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    assert org.user(USERNAME) is None


async def test_users_can_never_be_deleted(bot: Caller) -> None:
    user = await make_user(bot)
    answer = await bot.rest("DELETE", f"sobjects/User/{user}")
    answer.rests_on(Fact.USER_FOREVER)


async def test_writing_users_takes_manage_users(org: Org, bot: Caller) -> None:
    body = await user_body(bot)
    org.grant_bot(org.provisioner.username, "-ManageUsers")
    answer = await bot.make("User", **body)
    assert answer.rests_on(Fact.RIGHTS).status == 403


async def test_bad_and_foreign_ids_are_refused(bot: Caller) -> None:
    bad = await bot.make("User", **await user_body(bot, ProfileId="profile"))
    assert bad.rests_on(Fact.BAD_ID).code == "MALFORMED_ID"
    other = await bot.make("User", **await user_body(bot, ProfileId=await make_set(bot)))
    assert other.rests_on(Fact.CROSS_REFERENCE).code == "INVALID_CROSS_REFERENCE_KEY"


async def test_ids_of_15_characters_are_taken_and_answered_with_18(bot: Caller) -> None:
    short = (await profile_id(bot))[:15]
    user = await make_user(bot, ProfileId=short)
    assert len(user) == 18
    row = (await bot.rest("GET", f"sobjects/User/{user[:15]}")).body
    assert row["Id"] == user
    assert row["ProfileId"] == await profile_id(bot)


async def test_unknown_and_read_only_columns_are_refused(bot: Caller) -> None:
    unknown = await bot.make("User", **await user_body(bot, Shoe="44"))
    assert unknown.rests_on(Fact.NO_SUCH_COLUMN).code == "INVALID_FIELD"
    when = await bot.make(
        "PermissionSetAssignment",
        AssigneeId=await make_user(bot),
        PermissionSetId=await make_set(bot),
        ExpirationDate="soon",
    )
    when.rests_on(Fact.BAD_JSON)
    fixed = await bot.make("User", **await user_body(bot, CreatedDate="2026-01-01T00:00:00Z"))
    assert fixed.rests_on(Fact.NOT_WRITABLE).code == "INVALID_FIELD_FOR_INSERT_UPDATE"


async def test_a_locked_password_can_only_be_unlocked(org: Org, bot: Caller) -> None:
    (row,) = await bot.rows("SELECT Id FROM UserLogin WHERE IsFrozen = false LIMIT 1")
    answer = await bot.rest("PATCH", f"sobjects/UserLogin/{row['Id']}", {"IsPasswordLocked": True})
    answer.rests_on(Fact.LOCKED_OUT)
    frozen = await bot.rest("PATCH", f"sobjects/UserLogin/{row['Id']}", {"IsFrozen": True})
    assert frozen.status == 204


async def test_a_login_row_may_not_exist_before_the_first_login(bot: Caller) -> None:
    user = await make_user(bot)
    assert not await bot.rows(f"SELECT Id FROM UserLogin WHERE UserId = '{user}'")
    async with SalesforceSandbox(Switches(login_row_before_login=True)) as sf:
        other = await log_in(sf.sandbox, sf.sandbox.provisioner.username, "provisioner")
        user = await make_user(other)
        assert await other.rows(f"SELECT Id FROM UserLogin WHERE UserId = '{user}'")


async def test_user_login_cannot_be_created(bot: Caller) -> None:
    answer = await bot.make("UserLogin", IsFrozen=True)
    assert answer.rests_on(Fact.NO_SUCH_CALL).code == "INVALID_TYPE_FOR_OPERATION"
