"""What the smoke test tries as the new user, what it concludes, and what it leaves behind."""

from __future__ import annotations

import logging

import pytest
from structlog.testing import capture_logs

from bot.sandbox.orgs import DROP_BEFORE, SESSION_EXPIRED, Org, Reply
from bot.sandbox.orgs.world import Session
from tests.story.house import House
from tests.story.looking import asked_and_approved, finding, looked, run_test

CASE = {"perm:Case": ["read"]}
_BUSY = [{"errorCode": "UNABLE_TO_LOCK_ROW", "message": "unable to obtain exclusive access"}]


def asked_by(org: Org, username: str) -> list[set[tuple[str, str]]]:
    """What a user asked of the org, and of which object, one request after the other."""
    return [
        {
            (part.path.rstrip("/").rpartition("/")[2], part.sobject or "")
            for part in one.parts
            if part.reference
        }
        for one in org.requests
        if one.user == username
    ]


def living_sessions(org: Org, user_id: str | None) -> int:
    return sum(one.valid and one.user_id == user_id for one in org.world.sessions.values())


def bot_sees_cases(org: Org) -> None:
    """An admin lets the bot's user see every case."""
    (own,) = org.rows("PermissionSet", Name="Integration_User_Bot")
    org.insert(
        "ObjectPermissions",
        ParentId=own["Id"],
        SobjectType="Case",
        PermissionsRead=True,
        PermissionsViewAllRecords=True,
    )


def powerful_set(org: Org, right: str) -> None:
    """Somebody else's set with a system permission."""
    org.world.add("PermissionSet", Name="Power", Label="Power", **{f"Permissions{right}": True})


async def test_each_object_is_described_and_queried_and_one_that_is_not_granted_refused(
    house: House,
) -> None:
    await asked_and_approved(house, {"perm:Account": ["read"], "perm:Knowledge__kav": ["read"]})
    request = await house.ends("live")
    asked = asked_by(house.org, request.username)
    assert asked == [
        {("describe", "Account"), ("describe", "Knowledge__kav")},
        {("query", "Account"), ("query", "Knowledge__kav"), ("query", "Opportunity")},
    ]
    (saw,) = await looked(house)
    assert "org and user are the right ones" in saw
    assert "Account can be described and its records read" in saw
    assert "Opportunity, which was not granted, was refused as it should be" in saw
    assert "Not tested: records of Knowledge__kav: the org takes no plain query of it" in saw
    assert "Knowledge__kav requires a filter by PublishStatus" in saw
    assert "The access token was revoked" in saw


async def test_no_token_lives_on_and_the_login_is_journaled_as_the_bots_own(house: House) -> None:
    await asked_and_approved(house)
    request = await house.ends("live")
    assert len([one for one in house.org.requests if one.path.endswith("/revoke")]) == 1
    assert living_sessions(house.org, request.user_id) == 0
    (own,) = [line for line in await house.journal() if line.event == "own_login"]
    assert own.actor == "engine"
    assert own.after == {"username": request.username, "app": "warehouse"}
    (row,) = house.org.rows("LoginHistory", UserId=request.user_id)
    assert own.at <= row["LoginTime"]  # type: ignore[operator]  # it is a moment


async def test_a_login_after_which_the_org_hangs_up_is_journaled_revoked_and_tried_again(
    house: House,
) -> None:
    house.org.faults.add(DROP_BEFORE, method="GET", path="Account/describe", user=None)
    await asked_and_approved(house)
    request = await house.ends("live")
    assert len(house.org.rows("LoginHistory", UserId=request.user_id)) == 2
    assert len([line for line in await house.journal() if line.event == "own_login"]) == 2
    assert living_sessions(house.org, request.user_id) == 0
    (saw,) = await looked(house)
    assert "right ones" in saw


async def test_a_busy_org_and_an_expired_session_are_no_findings(house: House) -> None:
    busy = house.org.faults.add(Reply(status=400, body=_BUSY), path="Account/describe")
    expired = house.org.faults.add(SESSION_EXPIRED, path="query", sobject="Opportunity")
    await asked_and_approved(house)
    request = await house.ends("live")
    assert (busy.hits, expired.hits) == (1, 1)
    assert living_sessions(house.org, request.user_id) == 0


async def test_no_secret_gets_into_the_database_or_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("urllib3", "simple_salesforce", "bot", "slack_sdk"):
        caplog.set_level(logging.DEBUG, logger=name)
    house.org.propagation.next_logins_fail(1, "invalid_grant", "audience is invalid")
    with capture_logs() as ours:
        await asked_and_approved(house, app="legacy")
        await house.ends("live")
        await house.told()
    tokens = [*house.org.world.sessions, *house.salesforce.production.world.sessions]
    assert len(tokens) >= 3
    secrets = [one.encode() for one in tokens] + [b"eyJhbGciOi", b"PRIVATE KEY"]
    places = {"logs": caplog.text.encode() + repr(ours).encode()}
    for file in house.folder.glob("bot.db*"):
        places[file.name] = file.read_bytes()
    assert len(places) >= 2
    for secret in secrets:
        assert [name for name, text in places.items() if secret in text] == []


@pytest.mark.parametrize(
    ("token_of", "what"),
    [
        ("00DSb0000000099AAA/{user}", "ended in the org 00DSb0000000099AAA"),
        ("{org}/005Sb0000000099AAA", "ended in the user 005Sb0000000099AAA"),
    ],
)
async def test_a_token_of_another_org_or_user_blocks(
    house: House, token_of: str, what: str
) -> None:
    await house.ask({"perm:Account": ["read"]}, objects=["Account"])
    body: dict[str, str] = {"access_token": "T"}
    hold = house.org.faults.hold(path="oauth2/token")
    house.org.faults.add(Reply(status=200, body=body), path="oauth2/token")
    await house.approve()
    await hold.reached()
    user_id = str((await house.request()).user_id)
    house.org.world.sessions["T"] = Session(user_id=user_id, app="warehouse")
    identity = token_of.format(org=house.org.id, user=user_id)
    body["id"] = f"https://login.salesforce.com/id/{identity}"
    hold.release()
    request = await house.ends("blocked")
    assert request.finding
    assert request.finding.code == "wrong_identity"
    assert what in request.finding.cause


async def test_records_that_only_the_bot_sees_are_sees_nothing(house: House) -> None:
    bot_sees_cases(house.org)
    await house.ask(CASE, objects=["Case"])
    card = await house.card()
    assert "Case is shared privately" in card.readable()
    await house.approve()
    request = await house.ends("blocked")
    assert request.finding
    assert request.finding.code == "sees_nothing"
    assert "Case" in request.finding.cause
    await house.told()
    assert "sees no record" in house.person("rae").dm[0].readable()


async def test_records_that_the_bot_cannot_look_for_are_not_tested_and_that_is_said(
    house: House,
) -> None:
    await asked_and_approved(house, CASE)
    await house.ends("live")
    words = "records of Case: the user sees none, and the bot cannot look for itself"
    assert words in (await looked(house))[0]
    await house.told()
    card = house.find("C0APPROVE", 1)
    assert card
    assert words in card.readable()
    for name in ("rae", "olu"):
        assert words in house.person(name).dm[0].readable()


async def test_records_that_the_bot_does_not_see_either_are_not_tested(house: House) -> None:
    house.org.grant_bot(house.org.provisioner.username, objects={"Case": True})
    await asked_and_approved(house, CASE)
    await house.ends("live")
    assert "the user sees none, and the bot sees none itself" in (await looked(house))[0]


async def test_view_all_is_no_private_sharing_risk(house: House) -> None:
    bot_sees_cases(house.org)
    await house.ask({"perm:Case": ["read", "view_all"]}, objects=["Case"])
    assert "shared privately" not in (await house.card()).readable()
    await house.approve()
    await house.ends("live")


@pytest.mark.parametrize("right", ["ViewAllData", "ModifyAllData"])
async def test_a_user_who_sees_more_than_was_granted_blocks(house: House, right: str) -> None:
    powerful_set(house.org, right)
    await house.ask({"perm:Account": ["read"]}, objects=["Account"])
    hold = house.org.faults.hold(path="oauth2/token")
    await house.approve()
    await hold.reached()
    house.org.assign_by_hand((await house.request()).username, "Power")
    hold.release()
    request = await house.ends("blocked")
    assert request.finding
    assert request.finding.code == "sees_too_much"
    assert "Opportunity" in request.finding.cause


async def test_where_nothing_is_left_to_be_refused_that_is_not_tested(house: House) -> None:
    await asked_and_approved(house)
    request = await house.ends("live")
    every = house.org.world.add("PermissionSet", Name="Every", Label="Every")
    for one in house.org.world.schema.values():
        house.org.world.add(
            "ObjectPermissions", ParentId=every["Id"], SobjectType=one.name, PermissionsRead=True
        )
    house.org.assign_by_hand(request.username, "Every")
    saw = await run_test(house)
    assert "Not tested: a refusal: no object was found that nothing grants" in saw
    assert (await house.request()).finding is None


async def test_an_object_that_is_refused_to_the_user_blocks_and_is_named(house: House) -> None:
    no = [{"errorCode": "INVALID_TYPE", "message": "sObject type 'Account' is not supported."}]
    house.org.faults.add(Reply(status=400, body=no), path="/query", sobject="Account")
    await asked_and_approved(house)
    request = await finding(house, "object_not_visible")
    assert str(request.state) == "blocked"
    assert request.finding
    assert "a look at Account" in request.finding.cause
