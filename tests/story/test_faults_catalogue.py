"""Every error that the chapters list meets the real client, and ends in what to do and by whom."""

from __future__ import annotations

import pytest

from bot.sandbox.orgs import API_LIMIT, ROW_LOCKED, Reply
from store.records import Finding, State
from tests.story.house import House
from tests.story.looking import READ_ACCOUNT, asked_and_approved, finding, problem

ADMIN, OPERATOR, REQUESTER = "Salesforce admin", "bot operator", "requester"

API = [
    (400, "LICENSE_LIMIT_EXCEEDED", "License Limit Exceeded", "no_seat", ADMIN),
    (
        400,
        "FIELD_INTEGRITY_EXCEPTION",
        "The user license doesn't allow the permission: Create Lead",
        "license_forbids",
        REQUESTER,
    ),
    (
        400,
        "FIELD_INTEGRITY_EXCEPTION",
        "Permission A depends on permission(s): B",
        "needs_other_right",
        REQUESTER,
    ),
    (
        400,
        "FIELD_INTEGRITY_EXCEPTION",
        "Can't assign permission set",
        "rights_do_not_fit",
        REQUESTER,
    ),
    (
        400,
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "bad value for restricted picklist field: X.Y",
        "field_refused",
        REQUESTER,
    ),
    (
        400,
        "MIXED_DML_OPERATION",
        "DML operation on setup object is not permitted after you have updated a non-setup object",
        "mixed_dml",
        ADMIN,
    ),
    (400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", "reference_invalid", None),
    (
        400,
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "insufficient access rights on cross-reference id: 00e000000000001",
        "missing_right",
        ADMIN,
    ),
    (
        400,
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "insufficient access rights on object id",
        "missing_right",
        ADMIN,
    ),
    (403, "INSUFFICIENT_ACCESS", "insufficient access rights", "missing_right", ADMIN),
    (
        400,
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        "UserGuard: execution of BeforeInsert caused by: no cost centre",
        "org_automation",
        ADMIN,
    ),
    (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Ask Max first", "org_automation", ADMIN),
    (400, "CANNOT_EXECUTE_FLOW_TRIGGER", "The flow failed", "org_automation", ADMIN),
    (
        400,
        "REQUIRED_FIELD_MISSING",
        "Required fields are missing: [Region__c]",
        "value_missing",
        ADMIN,
    ),
    (400, "STRING_TOO_LONG", "Alias: data value too large", "value_refused", REQUESTER),
    (400, "INVALID_EMAIL_ADDRESS", "invalid email address", "value_refused", REQUESTER),
    (400, "MALFORMED_ID", "id value of incorrect type", "value_refused", REQUESTER),
    (400, "INVALID_FIELD", "No such column 'X'", "field_not_visible", ADMIN),
    (400, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to write", "field_not_visible", ADMIN),
    (400, "INVALID_TYPE_FOR_OPERATION", "cannot insert", "object_not_visible", ADMIN),
    (400, "ENTITY_IS_DELETED", "entity is deleted", "gone", REQUESTER),
    (404, "NOT_FOUND", "The requested resource does not exist", "gone", REQUESTER),
    (403, "API_DISABLED_FOR_ORG", "API is not enabled", "api_disabled", ADMIN),
    (403, "API_CURRENTLY_DISABLED", "API is disabled for this User", "api_disabled", ADMIN),
    (400, "INVALID_PROFILE", "invalid profile", "profile_refused", ADMIN),
    (400, "SOMETHING_NEW", "nobody knows it", "refused", ADMIN),
]
"""Status, code and words (salesforce-provisioning 2.2); what comes of them, and for whom."""

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

OWN_LOGIN = [
    ("invalid_grant", "user hasn't approved this consumer", "not_pre_authorised", ADMIN),
    ("invalid_app_access", "user is not admin approved", "not_pre_authorised", ADMIN),
    ("app_not_found", "External client app is not installed", "app_not_installed", ADMIN),
    ("invalid_client_id", "client identifier invalid", "unknown_client", OPERATOR),
    ("invalid_grant", "audience is invalid", "wrong_audience", OPERATOR),
    ("invalid_grant", "Audience validation failed", "wrong_audience", OPERATOR),
    ("invalid_grant", "invalid assertion", "key_mismatch", OPERATOR),
    ("invalid_grant", "Failed: : Couldn't validate jwt token.", "key_mismatch", OPERATOR),
    ("invalid_grant", "expired authorization code", "clock_skew", OPERATOR),
    ("invalid_grant", "inactive user", "user_inactive", ADMIN),
    ("inactive_user", "user is inactive", "user_inactive", ADMIN),
    ("inactive_org", "organization is locked", "org_inactive", "Salesforce support"),
    ("invalid_grant", "ip restricted", "ip_restricted", ADMIN),
    ("something_new", "nobody knows it", "login_refused", ADMIN),
]
"""The token endpoint's errors (salesforce-auth-and-monitoring 1.4) for the bot's own login."""


async def approved(house: House) -> None:
    await house.ask(READ_ACCOUNT, objects=["Account"])
    await house.approve()


async def told_to(house: House, code: str, who: str | None, words: str) -> Finding:
    found = (await finding(house, code)).finding
    assert found
    assert who in (None, found.who)
    assert words[:60].split("<", maxsplit=1)[0] in found.cause
    await house.told()
    message = house.person("rae").dm[0]
    assert found.remedy[:50] in message.readable()
    assert {"retry", "withdraw"} <= set(message.buttons)
    return found


async def test_every_api_error_is_a_finding_from_which_a_retry_goes_on(house: House) -> None:
    house.patience = 60
    begun = False
    for status, error, words, code, who in API:
        body = [{"errorCode": error, "message": words}]
        fault = house.org.faults.add(
            Reply(status=status, body=body), method="POST", sobject="User", times=2
        )
        if begun:
            await house.person("rae").click(house.person("rae").dm[0], "retry")
        else:
            await approved(house)
            begun = True
        await house.ends("blocked")
        found = await told_to(house, code, who, words)
        assert "Salesforce said" in found.cause
        assert fault.hits
        house.org.faults.clear()
    await house.person("rae").click(house.person("rae").dm[0], "retry")
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
    hold = house.org.faults.hold(method="POST", sobject="PermissionSetAssignment")
    await approved(house)
    await hold.reached()
    request = await house.request()
    user = house.org.user(request.username)
    assert user
    house.org.world.add(
        "PermissionSetAssignment",
        AssigneeId=user["Id"],
        PermissionSetId=request.permission_sets[0].id,
    )
    hold.release()
    request = await house.ends("live", "blocked")
    assert (str(request.state), request.finding) == ("live", None)


async def test_every_refusal_of_the_bots_own_login_is_a_finding_from_which_a_retry_goes_on(
    house: House,
) -> None:
    house.patience = 60
    begun = False
    for error, description, code, who in OWN_LOGIN:
        body = {"error": error, "error_description": description}
        if not begun:
            await house.ask(READ_ACCOUNT, objects=["Account"])
            await house.card()
        house.org.expire_sessions()
        house.org.faults.add(Reply(status=400, body=body), path="oauth2/token", times=9)
        if begun:
            await house.person("rae").click(house.person("rae").dm[0], "retry")
        else:
            await house.approve()
            begun = True
        await house.ends("blocked")
        found = await told_to(house, code, who, description)
        assert "The bot itself could not log in." in found.cause
        house.org.faults.clear()
    await house.person("rae").click(house.person("rae").dm[0], "retry")
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
    house.org.faults.clear()
    await house.card()
    await house.told()
    assert (await house.request()).finding is None
    assert len([one for one in message.replies if "used up" in one.readable()]) == 1


async def test_a_check_that_cannot_log_in_is_told_and_checked_again(house: House) -> None:
    house.org.expire_sessions()
    body = {"error": "invalid_grant", "error_description": "ip restricted"}
    house.org.faults.add(Reply(status=400, body=body), path="oauth2/token", times=9)
    await house.ask(READ_ACCOUNT, objects=["Account"])
    assert "The bot itself could not log in" in await problem(house, "ip_restricted")
    house.org.faults.clear()
    await house.person("rae").click(house.person("rae").dm[0], "recheck")
    await house.card()
