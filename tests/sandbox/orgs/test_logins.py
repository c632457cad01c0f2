"""Who gets a token, and why not (auth-and-monitoring 1.1-1.5, 8.1)."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from bot.sandbox.orgs import Fact, Org, SalesforceSandbox, Switches
from bot.sandbox.orgs.keys import key_pair
from tests.sandbox.orgs.callers import (
    Caller,
    assertion,
    bot_where,
    every_position,
    log_in,
    login_error,
    token_for,
)
from tests.sandbox.orgs.making import (
    USERNAME,
    allow_app,
    assign,
    make_integration,
    make_set,
    make_user,
)

NOT_INSTALLED = ("app_not_found", "External client app is not installed in this org")


async def bot_of(sf: SalesforceSandbox) -> Caller:
    return await log_in(sf.sandbox, sf.sandbox.provisioner.username, "provisioner")


async def test_a_granted_user_gets_a_token_and_is_who_it_says(org: Org, bot: Caller) -> None:
    user, _ = await make_integration(bot, "Account")
    answer = await token_for(org, assertion(org, USERNAME))
    assert sorted(answer.body) == ["access_token", "id", "instance_url", "scope", "token_type"]
    assert answer.body["id"].endswith(f"/id/{org.id}/{user}")
    assert answer.body["instance_url"] == org.my_domain_url
    assert answer.body["access_token"].startswith(org.id[:15] + "!")
    info = await Caller(org, answer.body["access_token"]).call("GET", "/services/oauth2/userinfo")
    assert (info.body["user_id"], info.body["organization_id"]) == (user, org.id)
    assert info.body["preferred_username"] == USERNAME


async def test_string_and_far_exp_are_fine_and_past_exp_is_not(org: Org) -> None:
    name = org.provisioner.username
    for exp in (str(int(time.time()) + 60), (int(time.time()) + 300) * 1000):
        answer = await token_for(org, assertion(org, name, "provisioner", exp=exp))
        assert answer.status == 200
    late = await token_for(org, assertion(org, name, "provisioner", exp=int(time.time()) - 1))
    assert login_error(late.rests_on(Fact.LOGIN_EXPIRED)) == (
        "invalid_grant",
        "expired authorization code",
    )


async def test_what_is_no_jwt_or_signed_by_another_key_is_an_invalid_assertion(org: Org) -> None:
    bad = ("invalid_grant", "invalid assertion")
    nonsense = await token_for(org, "nonsense")
    assert login_error(nonsense.rests_on(Fact.LOGIN_ASSERTION)) == bad
    app = org.apps["warehouse"]
    claims = {
        "iss": app.consumer_key,
        "sub": org.provisioner.username,
        "aud": org.url,
        "exp": int(time.time()) + 60,
    }
    other = jwt.encode(claims, key_pair("stranger").private_key_pem, algorithm="RS256")
    assert login_error(await token_for(org, other)) == bad
    plain = jwt.encode(claims, "a shared secret that is long enough", algorithm="HS256")
    assert login_error(await token_for(org, plain)) == bad


async def test_unknown_and_foreign_keys_differ(sf: SalesforceSandbox, org: Org) -> None:
    name = org.provisioner.username
    unknown = await token_for(org, assertion(org, name, iss="3MVG9unknown"))
    assert login_error(unknown.rests_on(Fact.LOGIN_UNKNOWN_APP)) == (
        "invalid_client_id",
        "client identifier invalid",
    )
    foreign = sf.production.apps["warehouse"].consumer_key
    other = await token_for(org, assertion(org, name, iss=foreign))
    assert login_error(other.rests_on(Fact.LOGIN_OTHER_ORG)) == NOT_INSTALLED


async def test_an_external_client_app_takes_my_domain_only(org: Org) -> None:
    name = org.provisioner.username
    generic = await token_for(
        org, assertion(org, name, "provisioner", aud="https://test.salesforce.com")
    )
    assert login_error(generic.rests_on(Fact.LOGIN_AUDIENCE)) == NOT_INSTALLED
    wrong = await token_for(org, assertion(org, name, "provisioner", aud="https://example.com"))
    assert login_error(wrong) == ("invalid_grant", "audience is invalid")


@pytest.mark.parametrize("position", ["both", "generic"])
async def test_a_connected_app_takes_the_generic_host_and_perhaps_my_domain(
    position: str,
) -> None:
    async with SalesforceSandbox(Switches(connected_app_audience=position)) as sf:
        org = sf.sandbox
        await make_integration(await bot_of(sf), "Account", app="legacy")
        test = assertion(org, USERNAME, "legacy", aud="https://test.salesforce.com")
        assert (await token_for(org, test)).status == 200
        mine = await token_for(org, assertion(org, USERNAME, "legacy"))
        assert (mine.status == 200) is (position == "both")
        login = assertion(org, USERNAME, "legacy", aud="https://login.salesforce.com")
        assert login_error(await token_for(org, login))[1] == "audience is invalid"


@every_position("frozen_error")
async def test_inactive_frozen_and_unknown_users_look_alike(position: str) -> None:
    async with bot_where(frozen_error=position) as bot:
        org = bot.org
        await make_integration(bot, "Account")
        said = (position, "inactive user")
        nobody = await token_for(org, assertion(org, "nobody@acme.example"))
        assert login_error(nobody.rests_on(Fact.LOGIN_INACTIVE)) == said
        org.freeze(USERNAME)
        assert login_error(await token_for(org, assertion(org, USERNAME))) == said
        org.freeze(USERNAME, frozen=False)
        assert (await token_for(org, assertion(org, USERNAME))).status == 200
        org.deactivate(USERNAME)
        assert login_error(await token_for(org, assertion(org, USERNAME))) == said


@every_position("expired_certificate_refused")
async def test_an_expired_certificate_lets_in_or_not(*, position: bool) -> None:
    async with bot_where(expired_certificate_refused=position) as bot:
        await make_integration(bot, "Account")
        bot.org.expire_certificate("warehouse")
        answer = await token_for(bot.org, assertion(bot.org, USERNAME))
        if position:
            answer.rests_on(Fact.LOGIN_CERTIFICATE)
            assert login_error(answer) == ("invalid_grant", "invalid assertion")
        else:
            assert answer.status == 200


@every_position("jwt_access_tokens")
async def test_a_token_of_either_shape_opens_the_org_and_can_be_revoked(*, position: bool) -> None:
    async with bot_where(jwt_access_tokens=position) as bot:
        assert bot.token
        assert bot.token.startswith("eyJ" if position else bot.org.id[:15] + "!")
        assert bot.token.count(".") == (2 if position else 0)
        assert await bot.rows("SELECT Id FROM Organization")
        gone = await bot.call("POST", "/services/oauth2/revoke", data={"token": bot.token})
        assert gone.status == 200
        assert (await bot.query("SELECT Id FROM Organization")).status == 401


async def test_an_admin_approved_app_wants_a_grant_that_reaches_the_user(
    org: Org, bot: Caller
) -> None:
    user, parent = await make_user(bot), await make_set(bot)
    await allow_app(bot, parent)
    answer = await token_for(org, assertion(org, USERNAME))
    assert login_error(answer.rests_on(Fact.LOGIN_NOT_GRANTED)) == (
        "invalid_app_access",
        "user is not admin approved to access this app",
    )
    await assign(bot, user, parent)
    assert (await token_for(org, assertion(org, USERNAME))).status == 200
    org.remove_row("SetupEntityAccess", org.rows("SetupEntityAccess", ParentId=parent)[0]["Id"])
    assert (await token_for(org, assertion(org, USERNAME))).status == 400


async def test_a_grant_on_the_profile_reaches_every_user_of_it(org: Org, bot: Caller) -> None:
    await make_user(bot)
    profile = org.user(USERNAME)["ProfileId"]
    own = org.rows("PermissionSet", ProfileId=profile)[0]["Id"]
    org.world.add("SetupEntityAccess", ParentId=own, SetupEntityId=org.apps["warehouse"].id)
    assert (await token_for(org, assertion(org, USERNAME))).status == 200


async def test_the_missing_grant_may_be_called_not_approved() -> None:
    async with SalesforceSandbox(Switches(not_granted_error="invalid_grant")) as sf:
        await make_user(await bot_of(sf))
        answer = await token_for(sf.sandbox, assertion(sf.sandbox, USERNAME))
        assert login_error(answer) == ("invalid_grant", "user hasn't approved this consumer")


async def test_a_self_authorise_app_wants_the_users_own_approval(org: Org, bot: Caller) -> None:
    await make_integration(bot, "Account", app="self_service")
    answer = await token_for(org, assertion(org, USERNAME, "self_service"))
    assert login_error(answer.rests_on(Fact.LOGIN_NOT_APPROVED)) == (
        "invalid_grant",
        "user hasn't approved this consumer",
    )
    org.approve(USERNAME, "self_service")
    assert (await token_for(org, assertion(org, USERNAME, "self_service"))).status == 200


async def test_propagation_fails_the_next_logins_of_integration_users_only(
    org: Org, bot: Caller
) -> None:
    await make_integration(bot, "Account")
    org.propagation.next_logins_fail(2, "invalid_client_id", "client identifier invalid")
    assert await log_in(org, org.provisioner.username, "provisioner")
    for _ in range(2):
        answer = await token_for(org, assertion(org, USERNAME))
        answer.rests_on(Fact.LOGIN_PROPAGATION)
    assert (await token_for(org, assertion(org, USERNAME))).status == 200


async def test_propagation_by_the_clock_answers_as_before_the_grant() -> None:
    now = [datetime.now(UTC)]
    async with SalesforceSandbox(clock=lambda: now[0]) as sf:
        await make_integration(await bot_of(sf), "Account")
        sf.sandbox.propagation.seconds = 120
        early = await token_for(sf.sandbox, assertion(sf.sandbox, USERNAME))
        early.rests_on(Fact.LOGIN_NOT_GRANTED)
        now[0] += timedelta(seconds=120)
        late = assertion(sf.sandbox, USERNAME, exp=int(now[0].timestamp()) + 60)
        assert (await token_for(sf.sandbox, late)).status == 200


async def test_ip_ranges_of_the_profile_count_for_jwt(org: Org, bot: Caller) -> None:
    await make_integration(bot, "Account")
    org.restrict_ip("Minimum Access - API Only Integrations")
    answer = await token_for(org, assertion(org, USERNAME))
    assert login_error(answer.rests_on(Fact.LOGIN_BLOCKED)) == ("invalid_grant", "ip restricted")
    assert org.rows("LoginHistory")[-1]["Status"] == "Restricted IP"


async def test_logins_an_hour_are_limited(org: Org, bot: Caller) -> None:
    await make_integration(bot, "Account")
    org.world.hourly_logins = 1
    assert (await token_for(org, assertion(org, USERNAME))).status == 200
    answer = await token_for(org, assertion(org, USERNAME))
    answer.rests_on(Fact.LOGIN_RATE)


async def test_the_form_is_read_strictly(org: Org) -> None:
    signed = assertion(org, org.provisioner.username, "provisioner")
    scoped = await token_for(org, signed, scope="api")
    assert login_error(scoped.rests_on(Fact.LOGIN_SCOPE))[0] == "invalid_scope"
    path = "/services/oauth2/token"
    json_body = await Caller(org).call("POST", path, json={"assertion": signed})
    assert login_error(json_body.rests_on(Fact.LOGIN_GRANT))[0] == "unsupported_grant_type"
    get = await Caller(org).call("GET", path)
    assert login_error(get.rests_on(Fact.LOGIN_METHOD))[0] == "invalid_request"


async def test_logins_leave_history_and_last_login(org: Org, bot: Caller) -> None:
    user, _ = await make_integration(bot, "Account")
    await log_in(org, USERNAME)
    org.deactivate(USERNAME)
    await token_for(org, assertion(org, USERNAME))
    rows = org.rows("LoginHistory", UserId=user)
    assert [row["Status"] for row in rows] == ["Success", "Failed: inactive user"]
    assert {row["LoginType"] for row in rows} == {"Remote Access 2.0"}
    assert org.user(USERNAME)["LastLoginDate"] is not None
    async with SalesforceSandbox(Switches(jwt_sets_last_login=False)) as sf:
        await make_integration(await bot_of(sf), "Account")
        await log_in(sf.sandbox, USERNAME)
        assert sf.sandbox.user(USERNAME)["LastLoginDate"] is None


async def test_revoked_and_expired_tokens_are_401(org: Org, bot: Caller) -> None:
    gone = await bot.call("POST", "/services/oauth2/revoke", data={"token": bot.token})
    assert gone.status == 200
    answer = await bot.query("SELECT Id FROM Organization")
    assert answer.rests_on(Fact.SESSION).status == 401
    assert answer.body == [
        {"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}
    ]
    again = await bot.call("POST", "/services/oauth2/revoke", data={"token": bot.token})
    again.rests_on(Fact.NO_SUCH_GRANT)
    other = await log_in(org, org.provisioner.username, "provisioner")
    org.expire_sessions()
    assert (await other.query("SELECT Id FROM Organization")).status == 401
    info = await other.call("GET", "/services/oauth2/userinfo")
    assert (info.status, info.text) == (403, "Bad_OAuth_Token")


async def test_a_token_is_worth_nothing_in_another_org(sf: SalesforceSandbox, bot: Caller) -> None:
    answer = await Caller(sf.production, bot.token).query("SELECT Id FROM Organization")
    assert answer.status == 401


async def test_two_logins_at_once_are_two_sessions(org: Org) -> None:
    name = org.provisioner.username
    pair = await asyncio.gather(*(log_in(org, name, "provisioner") for _ in range(2)))
    assert pair[0].token != pair[1].token
