"""Every error that the chapters list meets the real client, and ends in what to do and by whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core import outage
from bot.sandbox.orgs import API_LIMIT, ROW_LOCKED, Reply
from store.records import Finding, State
from tests.core.errors import (
    API_ERRORS,
    AWAY,
    ITSELF,
    LOGIN_ERRORS,
    OPERATOR,
    PASSES,
    UNDO,
    first_of_each_line,
)
from tests.story.house import House
from tests.story.looking import READ_ACCOUNT, asked_and_approved, finding, problem

STRUCK = [
    one for one in first_of_each_line(API_ERRORS) if one.at not in {UNDO, PASSES, AWAY, ITSELF}
]
"""What a run can meet, one error for each line of the table, in the order of its calls.

Every other error meets the same client in tests/salesforce/test_client_errors.py.
"""

PASSING = [
    ROW_LOCKED,
    Reply(status=400, body=[{"errorCode": "X", "message": "could not acquire lock"}]),
    Reply(
        status=400,
        body=[{"errorCode": "X", "message": "Group membership operation already in progress"}],
    ),
    Reply(
        status=403,
        body=[
            {
                "errorCode": "REQUEST_LIMIT_EXCEEDED",
                "message": "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
            }
        ],
        whole=True,
    ),
    Reply(status=500, body=[{"errorCode": "UNKNOWN_EXCEPTION", "message": "x"}], whole=True),
    Reply(status=503, body=[{"errorCode": "SERVER_UNAVAILABLE", "message": "x"}], whole=True),
    Reply(status=400, body=[{"errorCode": "QUERY_TIMEOUT", "message": "x"}]),
]

FIELDS = {"perm:Account": ["read"], "fields:Account": ["Industry"]}
OWN_LOGIN = list({(one.who, one.own): one for one in reversed(LOGIN_ERRORS)}.values())
"""For each person who can help, one error of the bot's own login; all meet the client elsewhere."""


async def approved(house: House) -> None:
    await house.ask(READ_ACCOUNT, objects=["Account"])
    await house.approve()


async def told_to(house: House, code: str, who: str, words: str) -> Finding:
    found = (await finding(house, code)).finding
    assert found
    assert found.who == who
    assert words[:60].split("<", maxsplit=1)[0] in found.cause
    await house.told()
    message = house.person("rae").dm[0]
    assert found.remedy[:50] in message.readable()
    assert {"retry", "withdraw"} <= set(message.buttons)
    return found


async def press_retry(house: House) -> None:
    await house.person("rae").click(house.person("rae").dm[0], "retry")


async def test_every_api_error_is_a_finding_from_which_a_retry_goes_on(house: House) -> None:
    """Each strikes the call that it belongs to, so what was made before it stays and is gone on."""
    house.patience = 60
    for one in STRUCK:
        reply = Reply(status=one.status, body=one.body, whole=not one.at)
        about = {"method": "POST", "sobject": one.at} if one.at else {"path": "composite"}
        begun = one is not STRUCK[0]
        if not begun:
            await house.ask(FIELDS, objects=["Account"])
            await house.card()
        fault = house.org.faults.add(reply, **about, times=9)
        await (press_retry(house) if begun else house.approve())
        await house.ends("blocked")
        found = await told_to(house, one.finding, one.who, one.message)
        assert one.error in found.cause
        assert fault.hits, one
        house.org.faults.clear()
    assert {one.at for one in STRUCK} >= {"PermissionSet", "User", "PermissionSetAssignment"}
    await press_retry(house)
    await house.ends("live")
    assert house.slack.complaints == []


@pytest.mark.parametrize("reply", PASSING, ids=lambda one: str(one.body)[:60])
async def test_an_api_error_that_passes_by_itself_troubles_nobody(
    house: House, reply: Reply
) -> None:
    fault = house.org.faults.add(reply, method="POST", sobject="PermissionSetAssignment")
    await approved(house)
    request = await house.ends("live", "blocked")
    assert (str(request.state), request.finding) == ("live", None)
    assert fault.hits == 1


async def test_what_somebody_assigned_in_the_same_moment_is_a_duplicate_and_no_finding(
    house: House,
) -> None:
    """An admin takes the licence away and gives it again, then assigns the set: each as we do."""
    licence, assignment = "PermissionSetLicenseAssign", "PermissionSetAssignment"
    first = house.org.faults.hold(method="POST", sobject=assignment)
    house.org.faults.add(ROW_LOCKED, method="POST", sobject=assignment)
    await approved(house)
    await first.reached()
    request = await house.request()
    user = house.org.user(request.username)
    assert user
    (row,) = house.org.rows(licence, AssigneeId=user["Id"])
    house.org.remove_row(licence, str(row["Id"]))
    again = house.org.faults.hold(method="POST", sobject=licence)
    first.release()
    await again.reached()
    house.org.world.add(
        licence, AssigneeId=user["Id"], PermissionSetLicenseId=row["PermissionSetLicenseId"]
    )
    last = house.org.faults.hold(method="POST", sobject=assignment)
    again.release()
    await last.reached()
    set_id = request.permission_sets[0].id
    house.org.world.add(assignment, AssigneeId=user["Id"], PermissionSetId=set_id)
    last.release()
    request = await house.ends("live", "blocked")
    assert (str(request.state), request.finding) == ("live", None)


async def test_refusals_of_the_bots_own_login_are_findings_from_which_a_retry_goes_on(
    house: House,
) -> None:
    house.patience = 60
    for one in OWN_LOGIN:
        body = {"error": one.error, "error_description": one.description}
        begun = one is not OWN_LOGIN[0]
        if not begun:
            await house.ask(READ_ACCOUNT, objects=["Account"])
            await house.card()
        house.org.expire_sessions()
        house.org.faults.add(Reply(status=400, body=body), path="oauth2/token", times=9)
        await (press_retry(house) if begun else house.approve())
        await house.ends("blocked")
        found = await told_to(house, one.finding, one.own, one.description)
        assert "The bot itself could not log in." in found.cause
        house.org.faults.clear()
    await press_retry(house)
    await house.ends("live")


async def test_an_address_without_an_org_is_waited_for_and_then_told_to_the_operator(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First while nobody was asked, where Check again goes on; then after the approval."""
    monkeypatch.setattr(outage, "PATIENCE", timedelta(0))
    gone = Reply(status=420, body="<html></html>", whole=True)
    house.org.expire_sessions()
    house.org.faults.add(gone, path="oauth2/token", times=1000)
    await house.ask(READ_ACCOUNT, objects=["Account"])
    said = await problem(house, "no_such_host")
    assert "HTTP 420" in said
    assert OPERATOR in said
    assert "press Check again" in said
    lines = [one.event for one in await house.journal()]
    assert lines.count("unavailable") == 1
    rae = house.person("rae")
    assert any("needs a change" in one.readable() for one in rae.dm[0].replies)
    house.org.faults.clear()
    await rae.click(rae.dm[0], "recheck")
    await house.card()
    house.org.faults.add(gone, path="composite", times=1000)
    await house.approve()
    await house.ends("blocked")
    await told_to(house, "no_such_host", OPERATOR, "No org is found")
    house.org.faults.clear()
    await press_retry(house)
    await house.ends("live")


async def test_used_up_calls_are_told_once_and_work_resumes_by_itself(house: House) -> None:
    await house.ask(READ_ACCOUNT, objects=["Account"])
    await house.card()
    house.org.faults.add(API_LIMIT, path="composite", times=1000)
    await house.approve()
    request = await finding(house, "api_quota")
    assert request.state is State.APPROVED
    fault = house.org.faults.add(API_LIMIT, path="composite", times=1)
    await house.until_async(lambda: _counted(house, 2))
    await house.told()
    message = house.person("rae").dm[0]
    said = [one.readable() for one in message.replies if "used up" in one.readable()]
    assert len(said) == 1
    assert "by itself" in message.readable()
    assert "retry" not in message.buttons
    assert len([one for one in await house.journal() if one.event == "unavailable"]) == 1
    assert fault.hits <= 1
    house.org.faults.clear()
    request = await house.ends("live", "blocked")
    assert (str(request.state), request.finding) == ("live", None)


async def test_used_up_calls_during_the_test_are_told_once_and_it_goes_on_by_itself(
    house: House,
) -> None:
    hold = house.org.faults.hold(path="oauth2/token")
    await asked_and_approved(house)
    await hold.reached()
    house.org.faults.add(API_LIMIT, path="composite|query", times=1000)
    hold.release()
    request = await finding(house, "api_quota")
    assert request.state is State.PROVISIONED
    tests = request.smokes
    await house.until_async(lambda: _tested(house, tests + 1))
    await house.told()
    message = house.person("rae").dm[0]
    said = message.readable()
    assert "set up, being tested" in said
    assert "used up" in said
    assert "*Next try*" in said
    assert "minutes to reach every part" not in said
    assert len([one for one in message.replies if "used up" in one.readable()]) == 1
    assert "confirm_live" not in house.person("olu").dm[0].buttons
    house.org.faults.clear()
    assert (await house.ends("live")).finding is None


async def _tested(house: House, looks: int) -> bool:
    return (await house.request()).smokes > looks


async def _counted(house: House, runs: int) -> bool:
    return (await house.request()).provisions > runs


async def test_used_up_calls_before_the_card_are_told_and_the_card_comes_by_itself(
    house: House,
) -> None:
    house.org.faults.add(API_LIMIT, path="composite", times=1000)
    await house.ask(READ_ACCOUNT, objects=["Account"])
    await finding(house, "api_quota")
    await house.told()
    message = house.person("rae").dm[0]
    assert "by itself" in message.readable()
    assert "cannot do now" in message.readable()
    house.org.faults.clear()
    await house.card()
    await house.told()
    assert (await house.request()).finding is None
    assert len([one for one in message.replies if "used up" in one.readable()]) == 1
    assert len([one for one in await house.journal() if one.event == "unavailable"]) == 1


async def test_a_check_that_cannot_log_in_is_told_and_checked_again(house: House) -> None:
    house.org.expire_sessions()
    body = {"error": "invalid_grant", "error_description": "ip restricted"}
    house.org.faults.add(Reply(status=400, body=body), path="oauth2/token", times=9)
    await house.ask(READ_ACCOUNT, objects=["Account"])
    assert "The bot itself could not log in" in await problem(house, "ip_restricted")
    house.org.faults.clear()
    await house.person("rae").click(house.person("rae").dm[0], "recheck")
    await house.card()
