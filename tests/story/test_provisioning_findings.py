"""What stops a run for good becomes a finding: what is wrong, what to do, and who."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core import outage
from bot.sandbox.orgs import Reply, Switches
from store.records import Finding
from tests.story.asking import EVERYTHING, EVERYTHING_OBJECTS
from tests.story.house import Build, House


async def approved_then(house: House, act: Callable[[House], Any]) -> None:
    """Something happens in the org after the card was posted and before it is approved."""
    await house.ask(EVERYTHING, objects=EVERYTHING_OBJECTS)
    await house.card()
    act(house)
    await house.approve()


async def blocked(house: House, code: str) -> Finding:
    request = await house.ends("live", "blocked")
    assert request.finding is not None
    assert request.finding.code == code, request.finding
    assert request.finding.remedy
    assert request.finding.who
    await house.told()
    dm = house.person("rae").dm[0]
    assert request.finding.remedy.split(",")[0] in dm.readable()
    assert "retry" in dm.buttons
    return request.finding


async def retried(house: House) -> None:
    await house.person("rae").click(house.person("rae").dm[0], "retry")
    await house.ends("live")


@pytest.mark.parametrize("code", ["LICENSE_LIMIT_EXCEEDED", "FIELD_INTEGRITY_EXCEPTION"])
async def test_a_licence_seat_that_went_meanwhile_is_missed_and_a_retry_takes_a_free_one(
    build: Build, code: str
) -> None:
    switches = Switches(psl_exhausted_code=code)
    async with build(switches=switches) as house:
        await approved_then(house, lambda one: one.org.set_seats(psls=1))
        finding = await blocked(house, "no_seat")
        assert "permission set licence" in finding.cause
        assert house.org.user((await house.request()).username) is None
        house.org.set_seats(psls=10)
        await retried(house)


async def test_a_user_seat_taken_by_hand_is_missed(house: House) -> None:
    def take(one: House) -> None:
        one.org.set_seats(licenses=3)
        one.org.take_seat()

    await approved_then(house, take)
    finding = await blocked(house, "no_seat")
    assert "user" in finding.cause
    house.org.set_seats(licenses=10)
    await retried(house)


async def test_a_right_that_the_bot_lost_is_named_with_the_step_it_stopped(house: House) -> None:
    bot = house.org.provisioner.username
    await approved_then(house, lambda one: one.org.grant_bot(bot, "-ManageUsers"))
    finding = await blocked(house, "missing_right")
    assert "Create the user" in finding.cause
    assert "permission set Integration_" not in finding.cause
    house.org.grant_bot(bot, "ManageUsers")
    await retried(house)


async def test_a_trigger_of_the_org_is_quoted(house: House) -> None:
    def trigger(one: House) -> None:
        one.org.world.user_trigger = "UserGuard: every user needs a cost centre"

    await approved_then(house, trigger)
    finding = await blocked(house, "org_automation")
    assert "every user needs a cost centre" in finding.cause
    house.org.world.user_trigger = None
    await retried(house)


GONE = [
    ("Invoice_Line__c", "object_gone", "The object Invoice_Line__c cannot be granted"),
    ("Invoice_Line__c.Note__c", "field_refused", "The field Invoice_Line__c.Note__c cannot be"),
]


@pytest.mark.parametrize(("gone", "code", "words"), GONE)
async def test_who_asked_withdraws_what_was_deleted_after_the_approval_and_asks_without_it(
    house: House, gone: str, code: str, words: str
) -> None:
    sets = house.org.snapshot()["sets"]
    await approved_then(house, lambda one: one.org.world.drop(gone))
    finding = await blocked(house, code)
    assert words in finding.cause
    assert finding.who == "requester"
    rae = house.person("rae")
    said = rae.dm[0].readable()
    assert "Withdraw this request and ask again without it" in said
    assert "cannot be set up as it was asked for" in said
    assert "Once the cause is gone" not in said
    assert "time_zone" not in said
    await rae.click(rae.dm[0], "withdraw")
    await house.ends("withdrawn")
    assert house.org.snapshot()["sets"] == sets
    await house.refresh()
    left = {key: value for key, value in EVERYTHING.items() if gone not in key}
    if "." in gone:
        left |= {"fields:Invoice_Line__c": ["Total__c"], "edit_fields:Invoice_Line__c": []}
    objects = [one for one in EVERYTHING_OBJECTS if one != gone]
    await house.ask(left, objects=objects, name="Warehouse again")
    await house.approve(2)
    assert (await house.ends("live", "blocked", number=2)).finding is None


@pytest.mark.parametrize(("gone", "code", "words"), GONE)
async def test_what_was_deleted_after_the_approval_and_is_restored_goes_on_by_retry(
    house: House, gone: str, code: str, words: str
) -> None:
    await approved_then(house, lambda one: one.org.world.drop(gone))
    assert words in (await blocked(house, code)).cause
    assert "ask a Salesforce admin to restore it, then press Retry" in (
        house.person("rae").dm[0].readable()
    )
    house.org.world.restore()
    await retried(house)


async def test_a_time_zone_that_the_org_does_not_know_is_the_operators_and_takes_a_new_request(
    build: Build,
) -> None:
    """What was approved keeps the old one: a retry meets it again, a new request does not."""
    async with build(tables={"orgs.uat": {"time_zone": "Antarctica/Troll"}}) as house:
        await house.ask(EVERYTHING, objects=EVERYTHING_OBJECTS)
        await house.approve()
        finding = await blocked(house, "locale_refused")
        assert finding.who == "bot operator"
        assert "Antarctica/Troll" in finding.cause
        await house.app.stop()
        house.configure({})
        await house.app.start()
        await house.ready()
        rae = house.person("rae")
        assert "cannot be set up as it was asked for" in rae.dm[0].readable()
        await rae.click(rae.dm[0], "retry")
        await house.until_async(lambda: provisioned(house, 2))
        await blocked(house, "locale_refused")
        await rae.click(rae.dm[0], "withdraw")
        await house.ends("withdrawn")
        await house.ask(EVERYTHING, objects=EVERYTHING_OBJECTS, name="Warehouse again")
        await house.approve(2)
        assert (await house.ends("live", "blocked", number=2)).finding is None
        await house.app.stop()


async def provisioned(house: House, runs: int) -> bool:
    request = await house.request()
    return request.provisions >= runs and str(request.state) == "blocked"


@pytest.mark.parametrize(
    "about",
    [{"path": "composite"}, {"sobject": "User"}, {"path": "oauth2/token"}],
    ids=["altogether", "for one write", "for the test of the login"],
)
async def test_an_org_that_stays_away_is_told_after_an_hour(
    house: House, monkeypatch: pytest.MonkeyPatch, about: dict[str, str]
) -> None:
    monkeypatch.setattr(outage, "PATIENCE", timedelta(0))
    page = Reply(status=503, body="<html>maintenance</html>", whole=True)
    await approved_then(
        house,
        lambda one: one.org.faults.add(page, method="POST", **about, times=1000),
    )
    finding = await blocked(house, "org_busy")
    assert "HTTP 503" in finding.cause
    assert len([one for one in await house.journal() if one.event == "unavailable"]) == 1
    house.org.faults.clear()
    await retried(house)


async def test_another_org_at_the_address_is_not_written_to(house: House) -> None:
    def refreshed(one: House) -> None:
        row = one.org.rows("Organization")[0]
        one.org.world.tables.remove("Organization", str(row["Id"]))
        one.org.world.tables.put("Organization", row | {"Id": "00DAnother00000AAA"})

    before = house.org.snapshot()
    await approved_then(house, refreshed)
    await blocked(house, "org_changed")
    assert house.org.snapshot() == before


async def test_a_key_that_does_not_fit_any_more_is_the_bots_own_login(house: House) -> None:
    """The bot's session ended, and its app's certificate was replaced."""

    def replaced(one: House) -> None:
        world: Any = one.org.world
        other = world.apps["warehouse"].certificate_pem
        world.apps["provisioner"] = replace(world.apps["provisioner"], certificate_pem=other)
        one.org.expire_sessions()

    await approved_then(house, replaced)
    finding = await blocked(house, "key_mismatch")
    assert "The bot itself" in finding.cause
