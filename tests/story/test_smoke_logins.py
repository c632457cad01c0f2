"""The token endpoint's errors, each a finding that one can act on; and which audience is tried."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from bot.core import diagnosis
from bot.sandbox.orgs import Org, Reply
from bot.sandbox.orgs import Switches as OrgSwitches
from bot.sandbox.orgs.world import NEW_PROFILE, Session
from store.records import Finding
from tests.core.errors import LOGIN_ERRORS
from tests.story.house import Build, House
from tests.story.looking import (
    asked_and_approved,
    finding,
    house_where,
    looked,
    run_test,
    token_requests,
    waits,
)

AT_ONCE = list(
    {
        one.who: one
        for one in reversed(LOGIN_ERRORS)
        if not diagnosis.may_be_propagation(one.error, one.description)
    }.values()
)
"""For each person who can help, one error; all meet the client in test_client_errors.py."""


async def test_every_other_error_is_a_finding_at_once_on_a_live_user_and_a_pass_clears_it(
    house: House,
) -> None:
    await asked_and_approved(house, app="legacy")
    await house.ends("live")
    assert len(AT_ONCE) == 4
    for one in AT_ONCE:
        tries = 2 if "udience" in one.description else 1
        house.org.propagation.next_logins_fail(tries, one.error, one.description)
        assert f"refused: {one.error}: {one.description}" in await run_test(house)
        found = (await finding(house, one.finding)).finding
        assert found
        assert found.who == one.who
        assert one.description in found.cause
        assert found.remedy
        assert "The bot itself" not in found.cause
    request = await house.request()
    assert str(request.state) == "live"
    await house.told()
    card = house.find("C0APPROVE", 1)
    assert card
    assert "the last test failed" in card.readable()
    await run_test(house)
    assert (await house.request()).finding is None


def frozen(org: Org, username: str) -> None:
    org.freeze(username)


def frozen_in_other_words(org: Org, username: str) -> None:
    org.world.switches = OrgSwitches(frozen_error="inactive_user")
    org.freeze(username)


def expired_and_refused(org: Org, _username: str) -> None:
    org.world.switches = OrgSwitches(expired_certificate_refused=True)
    org.expire_certificate("warehouse")


def deactivated(org: Org, username: str) -> None:
    org.deactivate(username)


def outside(org: Org, _username: str) -> None:
    org.restrict_ip(NEW_PROFILE)


def busy(org: Org, _username: str) -> None:
    org.world.hourly_logins = 0


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (frozen, "user_inactive"),
        (frozen_in_other_words, "user_inactive"),
        (deactivated, "user_inactive"),
        (outside, "ip_restricted"),
        (busy, "login_rate"),
        (expired_and_refused, "key_mismatch"),
    ],
)
async def test_what_people_do_in_the_org_blocks_the_first_test(
    house: House, happens: Callable[[Org, str], None], code: str
) -> None:
    hold = house.org.faults.hold(path="oauth2/token")
    await asked_and_approved(house)
    await hold.reached()
    happens(house.org, (await house.request()).username)
    hold.release()
    request = await house.ends("blocked")
    assert request.finding
    assert request.finding.code == code
    await house.told()
    message = house.person("olu").dm[0].readable()
    assert request.finding.remedy[:60] in message


async def first_finding(house: House, **details: str) -> Finding:
    await asked_and_approved(house, **details)
    request = await house.ends("blocked")
    assert request.finding
    return request.finding


async def test_a_key_that_does_not_fit_the_app_is_named(build: Build) -> None:
    tables = {"orgs.uat.apps.warehouse": {"private_key_file": "keys/uat-legacy.pem"}}
    async with build(tables=tables) as house:
        found = await first_finding(house)
        assert found.code == "key_mismatch"
        assert token_requests(house.org) == 2  # the bot's own, and one as the new user


@pytest.mark.parametrize(
    ("switches", "code"),
    [
        (OrgSwitches(), "unknown_client"),
        (OrgSwitches(unknown_app_error="app_not_found"), "app_not_installed"),
    ],
)
async def test_a_consumer_key_that_the_org_does_not_know_is_a_finding_after_the_patience(
    build: Build, switches: OrgSwitches, code: str
) -> None:
    tables = {**waits("0s"), "orgs.uat.apps.warehouse": {"consumer_key": "3MVG9unknown"}}
    async with build(switches=switches, tables=tables) as house:
        assert (await first_finding(house)).code == code


@pytest.mark.parametrize(
    "switches",
    [
        OrgSwitches(not_granted_error="invalid_grant"),
        OrgSwitches(not_granted_error="OAUTH_APP_ACCESS_DENIED"),
    ],
)
async def test_an_app_grant_that_takes_a_second_to_arrive_is_waited_for_in_every_wording(
    build: Build, switches: OrgSwitches
) -> None:
    tables = waits("4s")
    async with build(switches=switches, tables=tables) as house:
        house.org.propagation.seconds = 1.0
        await asked_and_approved(house)
        await house.ends("live")
        assert len(await looked(house)) == 2


async def test_an_external_client_app_is_asked_with_its_my_domain_only(house: House) -> None:
    """Its certificate has expired, which nobody minds where the org does not (1.6)."""
    house.org.expire_certificate("warehouse")
    before = token_requests(house.org)
    await asked_and_approved(house)
    await house.ends("live")
    assert token_requests(house.org) == before + 1


@pytest.mark.parametrize("text", ["audience is invalid", "Audience validation failed"])
async def test_a_connected_app_may_want_the_other_audience_which_is_then_remembered(
    build: Build, text: str
) -> None:
    switches = OrgSwitches(connected_app_audience="generic", wrong_audience_text=text)
    async with build(switches=switches) as house:
        before = token_requests(house.org)
        await asked_and_approved(house, app="legacy")
        await house.ends("live")
        assert token_requests(house.org) == before + 2
        await run_test(house)
        assert token_requests(house.org) == before + 3
        assert (await house.request()).finding is None
        await house.told()
        (told,) = house.person("olu").dm
        assert "aud = `https://test.salesforce.com`" in told.readable()


async def test_a_configured_audience_is_the_only_one(build: Build) -> None:
    def my_domain_only(house: House) -> None:
        house.configure({"orgs.uat": {"audience": house.org.url}})

    switches = OrgSwitches(connected_app_audience="generic")
    async with house_where(build, my_domain_only, switches=switches) as house:
        before = token_requests(house.org)
        assert (await first_finding(house, app="legacy")).code == "wrong_audience"
        assert token_requests(house.org) == before + 1


async def test_no_other_error_moves_on_to_the_next_audience(house: House) -> None:
    before = token_requests(house.org)
    house.org.propagation.next_logins_fail(1, "invalid_grant", "invalid assertion")
    assert (await first_finding(house)).code == "key_mismatch"
    assert token_requests(house.org) == before + 1


async def test_the_other_audiences_complaint_does_not_hide_that_an_app_may_still_arrive(
    build: Build,
) -> None:
    switches = OrgSwitches(wrong_audience_external="invalid_grant")
    async with build(switches=switches, tables=waits("2s")) as house:
        house.org.propagation.next_logins_fail(
            1, "app_not_found", "External client app is not installed in this org"
        )
        await asked_and_approved(house)
        await house.ends("live")
        assert "app_not_found" in (await looked(house, 2))[0]


async def test_another_instance_is_logged_and_never_followed(house: House) -> None:
    await house.ask({"perm:Account": ["read"]}, objects=["Account"])
    body = {"access_token": "T", "instance_url": "https://elsewhere.example"}
    hold = house.org.faults.hold(path="oauth2/token")
    house.org.faults.add(Reply(status=200, body=body), path="oauth2/token")
    with capture_logs() as logs:
        await house.approve()
        await hold.reached()
        user_id = str((await house.request()).user_id)
        body["id"] = f"https://login.salesforce.com/id/{house.org.id}/{user_id}"
        house.org.world.sessions["T"] = Session(user_id=user_id, app="warehouse")
        hold.release()
        request = await house.ends("live")
    said = [one for one in logs if one["event"] == "org.instance_url"]
    assert [one["host"] for one in said] == ["elsewhere.example"]
    assert any(one.user == request.username for one in house.org.requests)
