"""A login that does not work yet: when it is waited for, how long, and who is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.sandbox.orgs import DROP_BEFORE, Org
from bot.sandbox.orgs.faults import Fault
from bot.sandbox.workspace import Message
from store.records import Request
from tests.story.house import Build, House
from tests.story.looking import (
    NOT_ADMIN_APPROVED,
    NOT_APPROVED,
    READ_ACCOUNT,
    asked_and_approved,
    house_where,
    looked,
    run_test,
    token_requests,
    waits,
)

SOON = timedelta(seconds=5)
"""What a busy machine may take for one look."""


async def until_waiting(house: House, number: int = 1) -> Request:
    """Wait until the first look is over and the next is due."""

    async def waiting() -> Request | None:
        request = await house.request(number)
        return request if request.tries else None

    found: Request = await house.until_async(waiting)
    return found


@pytest.mark.parametrize(
    ("error", "description", "refusals"),
    [
        ("invalid_client_id", "client identifier invalid", 1),
        ("app_not_found", "External client app is not installed in this org", 2),
        (*NOT_APPROVED, 1),
        (*NOT_ADMIN_APPROVED, 1),
        ("OAUTH_APP_ACCESS_DENIED", "user is not admin approved to access this app", 1),
    ],
)
async def test_an_app_that_has_not_arrived_yet_is_waited_for(
    build: Build, error: str, description: str, refusals: int
) -> None:
    async with build(tables=waits("2s")) as house:
        house.org.propagation.next_logins_fail(refusals, error, description)
        await asked_and_approved(house)
        waiting = await until_waiting(house)
        assert str(waiting.state) == "provisioned"
        assert waiting.finding is None
        card = await house.slack.until(
            lambda: (one := house.find("C0APPROVE", 1)) and "Next try" in one.readable() and one
        )
        assert "tries again by itself" in card.readable()
        request = await house.ends("live")
        first, second = await looked(house, 2)
        assert f"refused: {error}: {description}" in first
        assert "Next try at" in first
        assert "right ones" in second
        assert request.next_try_at is None
        await house.told()
        told = house.find("C0APPROVE", 1)
        assert told
        assert "Next try" not in told.readable()
        assert house.slack.complaints == []


async def test_the_last_try_is_at_the_end_of_the_patience_and_then_it_is_a_finding(
    build: Build,
) -> None:
    async with build(tables=waits("2s")) as house:
        house.org.propagation.next_logins_fail(99, *NOT_ADMIN_APPROVED)
        await asked_and_approved(house)
        request = await house.ends("blocked")
        assert request.finding
        assert request.finding.code == "not_pre_authorised"
        assert len(await looked(house)) == 2
        (last,) = [line.at for line in await house.journal() if line.event == "blocked"]
        assert request.proof_until
        assert timedelta(0) <= last - request.proof_until < SOON
        assert "the time to wait is over" in (await looked(house))[-1]
        await house.told()
        (reply,) = house.person("rae").dm[0].replies
        assert "is blocked" in reply.text


async def test_without_patience_there_is_one_try(build: Build) -> None:
    async with build(tables=waits("0s")) as house:
        house.org.propagation.next_logins_fail(1, *NOT_APPROVED)
        await asked_and_approved(house)
        request = await house.ends("blocked")
        assert request.finding
        assert request.finding.code == "not_pre_authorised"
        assert len(await looked(house)) == 1


def grant_gone(org: Org, request: Request) -> None:
    (row,) = org.rows("SetupEntityAccess", ParentId=request.permission_sets[0].id)
    org.remove_row("SetupEntityAccess", str(row["Id"]))


def assignment_gone(org: Org, request: Request) -> None:
    (row,) = org.rows("PermissionSetAssignment", PermissionSetId=request.permission_sets[0].id)
    org.remove_row("PermissionSetAssignment", str(row["Id"]))


@pytest.mark.parametrize("taken_away", [grant_gone, assignment_gone])
async def test_what_somebody_took_away_is_not_waited_for_and_retry_puts_it_back(
    house: House, taken_away: object
) -> None:
    hold = house.org.faults.hold(path="oauth2/token")
    await asked_and_approved(house)
    await hold.reached()
    assert callable(taken_away)
    taken_away(house.org, await house.request())
    hold.release()
    request = await house.ends("blocked")
    assert request.finding
    assert request.finding.code == "not_pre_authorised"
    assert "press Retry to put it back" in request.finding.remedy
    assert len(await looked(house)) == 1
    await house.person("rae").command("/integration-user retry IU-1")
    await house.ends("live")


async def test_nothing_sleeps_in_the_queue_while_a_request_waits(house: House) -> None:
    house.org.propagation.next_logins_fail(1, *NOT_ADMIN_APPROVED)
    await asked_and_approved(house)
    waiting = await until_waiting(house)
    await house.ask(READ_ACCOUNT, objects=["Account"], name="Second sync")
    await house.approve(2)
    await house.ends("live", number=2)
    first = await house.request()
    assert str(first.state) == "provisioned"
    assert first.tries == 1
    (line,) = [one for one in await house.journal() if one.event == "look"]
    assert waiting.next_try_at == line.at + timedelta(seconds=15)


async def test_a_restart_in_between_goes_on_waiting(build: Build) -> None:
    async with house_where(build, tables=waits("3s")) as house:
        house.org.propagation.next_logins_fail(1, *NOT_APPROVED)
        await asked_and_approved(house)
        before = await until_waiting(house)
        await house.app.stop()
        house.restarted()
        await house.app.start()
        request = await house.ends("live")
        assert request.smokes == before.smokes == 2
        assert len(await looked(house)) == 2


async def test_an_org_that_is_away_during_the_test_is_said_once_and_takes_no_time_of_the_login(
    house: House,
) -> None:
    house.org.propagation.next_logins_fail(1, *NOT_ADMIN_APPROVED)
    fault = house.org.faults.add(DROP_BEFORE, path="oauth2/token", times=1000)
    await asked_and_approved(house)
    rae, olu = house.person("rae"), house.person("olu")
    for messages in (lambda: rae.dm, lambda: olu.dm, lambda: [house.find("C0APPROVE", 1)]):
        told = await house.slack.until(lambda read=messages: away_in(read()))
        assert "nobody has to do anything" in told
        assert "minutes to reach every part" not in told
    await house.until_async(lambda: hit(fault, 3))
    house.org.faults.clear()
    waiting = await until_waiting(house)
    lines = await house.journal()
    (look,) = [line for line in lines if line.event == "look"]
    assert waiting.tries == 1
    assert waiting.next_try_at == look.at + timedelta(seconds=15)
    (made,) = [line for line in lines if line.event == "provisioned"]
    assert waiting.proof_until
    assert waiting.proof_until > made.at + timedelta(minutes=10)
    assert len([line for line in lines if line.event == "unavailable"]) == 1
    logins = [line for line in lines if line.event == "own_login"]
    assert len(logins) == fault.hits + 1
    await run_test(house)
    await house.ends("live")


def away_in(messages: Sequence[Message | None]) -> str | None:
    """What a person reads while the org is away."""
    said = [one.readable() for one in messages if one]
    return next((one for one in said if "The org does not answer" in one), None)


async def hit(fault: Fault, times: int) -> bool:
    return fault.hits >= times


async def test_a_test_of_a_live_user_waits_too_and_leaves_the_state(build: Build) -> None:
    async with build(tables=waits("2s")) as house:
        await asked_and_approved(house)
        await house.ends("live")
        before = token_requests(house.org)
        house.org.propagation.next_logins_fail(1, *NOT_APPROVED)
        assert "Next try at" in await run_test(house)
        assert "right ones" in (await looked(house, 3))[-1]
        request = await house.request()
        assert str(request.state) == "live"
        assert request.finding is None
        assert token_requests(house.org) == before + 2
