"""What a provisioned integration user is made of, made through the org's own API."""

from tests.sandbox.orgs.callers import Caller

USERNAME = "sync@integrations.acme.example.uat"


async def profile_id(bot: Caller) -> str:
    """Any profile of the integration licence: an org may have several."""
    rows = await bot.rows(
        "SELECT Id FROM Profile WHERE UserLicense.Name = 'Salesforce Integration' LIMIT 1"
    )
    return str(rows[0]["Id"])


async def psl_id(bot: Caller) -> str:
    return await bot.one(
        "SELECT Id FROM PermissionSetLicense WHERE DeveloperName = 'SalesforceAPIIntegrationPsl'"
    )


async def user_body(bot: Caller, **changes: object) -> dict[str, object]:
    right: dict[str, object] = {
        "Username": USERNAME,
        "LastName": "Sync",
        "Alias": "iu17",
        "Email": "olu@acme.example",
        "TimeZoneSidKey": "Europe/Berlin",
        "LocaleSidKey": "en_US",
        "EmailEncodingKey": "UTF-8",
        "LanguageLocaleKey": "en_US",
        "ProfileId": await profile_id(bot),
    }
    made = right | changes
    return {key: value for key, value in made.items() if value is not ...}


async def make_user(bot: Caller, **changes: object) -> str:
    return (await bot.make("User", **await user_body(bot, **changes))).id


async def make_set(bot: Caller, name: str = "Integration_Sync", **more: object) -> str:
    return (await bot.make("PermissionSet", Name=name, Label=name, **more)).id


async def grant(bot: Caller, parent: str, sobject: str, *verbs: str) -> str:
    on = {f"Permissions{one}": True for one in (verbs or ("Read",))}
    return (await bot.make("ObjectPermissions", ParentId=parent, SobjectType=sobject, **on)).id


async def license_user(bot: Caller, user: str) -> str:
    psl = await psl_id(bot)
    made = await bot.make("PermissionSetLicenseAssign", AssigneeId=user, PermissionSetLicenseId=psl)
    return made.id


async def assign(bot: Caller, user: str, parent: str) -> str:
    made = await bot.make("PermissionSetAssignment", AssigneeId=user, PermissionSetId=parent)
    return made.id


async def allow_app(bot: Caller, parent: str, app: str = "warehouse") -> str:
    app_id = bot.org.world.apps[app].id
    return (await bot.make("SetupEntityAccess", ParentId=parent, SetupEntityId=app_id)).id


async def make_integration(bot: Caller, *objects: str, app: str = "warehouse") -> tuple[str, str]:
    """A whole integration user with one set; answers (user id, set id)."""
    parent = await make_set(bot)
    for name in objects:
        await grant(bot, parent, name)
    await allow_app(bot, parent, app)
    user = await make_user(bot)
    await license_user(bot, user)
    await assign(bot, user, parent)
    return user, parent
