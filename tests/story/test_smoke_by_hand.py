"""A login that the bot cannot try: a person does, and only the right one may say so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.core import outage
from bot.core.lifecycle import Refusal
from bot.core.policy import Actor
from bot.flows import requests
from bot.sandbox.orgs import MAINTENANCE, Reply
from store.records import Request
from tests.story.house import Build, House
from tests.story.looking import (
    asked_and_approved,
    finding,
    house_where,
    run_test,
    token_requests,
)


@pytest.fixture
async def keyless(build: Build) -> AsyncIterator[House]:
    """A house whose app `keyless` is the warehouse app, without the bot having its key."""

    def without_a_key(house: House) -> None:
        app = house.org.apps["warehouse"]
        words = {"label": app.label, "kind": app.kind, "name": app.name}
        house.configure({"orgs.uat.apps.keyless": {**words, "consumer_key": app.consumer_key}})

    async with house_where(build, without_a_key) as house:
        yield house


async def not_proven(house: House, app: str | None) -> Request:
    await asked_and_approved(house, app=app)
    request = await finding(house, "not_proven")
    assert str(request.state) == "provisioned"
    await house.told()
    return request


@pytest.mark.parametrize("app", [None, "keyless"])
async def test_what_cannot_be_tested_stays_provisioned_and_says_how_to_test_by_hand(
    keyless: House, app: str | None
) -> None:
    before = token_requests(keyless.org)
    request = await not_proven(keyless, app)
    assert token_requests(keyless.org) == before
    message = keyless.person("olu").dm[0]
    command = f"--username {request.username} --instance-url {keyless.org.url}"
    assert "sf org login jwt" in message.readable()
    assert command in message.readable()
    assert "confirm_live" in message.buttons
    (reply,) = message.replies
    assert "could not test" in reply.text
    assert keyless.slack.complaints == []


@pytest.mark.parametrize("by", ["olu", "bea"])
async def test_owner_or_backup_owner_confirms_and_that_is_journaled_as_by_hand(
    keyless: House, by: str
) -> None:
    """The owner in the direct message, the backup owner, who has none, in the answer to `show`."""
    await not_proven(keyless, "keyless")
    assert keyless.person("rae").dm[0].buttons == ["withdraw"]
    person = keyless.person(by)
    if by == "olu":
        await person.click(person.dm[0], "confirm_live")
    else:
        assert person.dm == []
        await person.command("/integration-user show IU-1")
        await person.click(person.ephemerals()[-1], "confirm_live")
    request = await keyless.ends("live")
    assert request.finding is None
    (line,) = [one for one in await keyless.journal() if one.event == "live"]
    assert line.actor == f"U0{by.upper()}"
    assert "by hand" in line.detail
    await keyless.told()
    card = keyless.find("C0APPROVE", 1)
    assert card
    assert "confirmed by hand" in card.readable()


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (Actor(user="U0OLU"), True),
        (Actor(user="U0BEA"), True),
        (Actor(user="U0MAX", is_admin=True), True),
        (Actor(user="U0RAE"), False),
        (Actor(user="U0ADA", is_approver=True), False),
        (Actor(user="U0SAM"), False),
    ],
)
async def test_who_may_confirm(house: House, actor: Actor, may: bool) -> None:  # noqa: FBT001 - drawn from a table
    await not_proven(house, None)
    if may:
        await requests.confirm_live(house.app.context, 1, actor)
    else:
        with pytest.raises(Refusal):
            await requests.confirm_live(house.app.context, 1, actor)
    assert str((await house.request()).state) == ("live" if may else "provisioned")


async def test_a_request_that_was_proven_has_nothing_to_confirm(house: House) -> None:
    await asked_and_approved(house)
    await house.ends("live")
    with pytest.raises(Refusal, match="IU-1"):
        await requests.confirm_live(house.app.context, 1, Actor(user="U0OLU"))


async def test_a_test_without_a_key_changes_nothing_and_posts_no_second_line(
    keyless: House,
) -> None:
    before = await not_proven(keyless, "keyless")
    assert "Not tested: The bot has no private key" in await run_test(keyless)
    request = await keyless.request()
    assert (request.state, request.finding) == (before.state, before.finding)
    await keyless.told()
    assert len(keyless.person("olu").dm[0].replies) == 1
    await requests.confirm_live(keyless.app.context, 1, Actor(user="U0OLU"))
    await run_test(keyless)
    request = await keyless.request()
    assert (str(request.state), request.finding) == ("live", None)


async def test_a_key_that_comes_later_lets_the_test_make_it_live(keyless: House) -> None:
    await not_proven(keyless, "keyless")
    await keyless.app.stop()
    app = keyless.org.apps["warehouse"]
    words = {"label": app.label, "kind": app.kind, "name": app.name}
    key = {"consumer_key": app.consumer_key, "private_key_file": "keys/uat-warehouse.pem"}
    keyless.configure({"orgs.uat.apps.keyless": {**words, **key}})
    await keyless.app.start()
    await keyless.ready()
    assert "right ones" in await run_test(keyless, by="olu")
    request = await keyless.ends("live")
    assert request.finding is None


async def test_a_failing_test_blocks_only_what_is_not_live_yet(
    keyless: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From provisioned a test changes the state; live and blocked keep theirs."""
    await asked_and_approved(keyless, app="warehouse")
    await keyless.ends("live")
    wrong = {"error": "invalid_grant", "error_description": "invalid assertion"}
    keyless.org.faults.add(Reply(status=400, body=wrong), path="oauth2/token")
    await run_test(keyless)
    request = await finding(keyless, "key_mismatch")
    assert str(request.state) == "live"
    assert not any("blocked" in one.text for one in keyless.person("rae").dm[0].replies)
    monkeypatch.setattr(outage, "PATIENCE", timedelta(0))
    keyless.org.faults.add(MAINTENANCE, path="oauth2/token", times=2)
    await run_test(keyless)
    request = await finding(keyless, "org_busy")
    assert str(request.state) == "live"
    assert request.finding
    assert "test again" in request.finding.remedy
    await run_test(keyless, by="ada")
    request = await keyless.request()
    assert (str(request.state), request.finding) == ("live", None)
    (row,) = keyless.org.rows("SetupEntityAccess", ParentId=request.permission_sets[0].id)
    keyless.org.remove_row("SetupEntityAccess", str(row["Id"]))
    await run_test(keyless)
    request = await finding(keyless, "not_pre_authorised")
    assert str(request.state) == "live"
    assert request.finding
    assert "does not put it back by itself. In Setup, assign" in request.finding.remedy
    assert "Retry" not in request.finding.remedy


async def test_a_passing_test_of_a_blocked_request_leaves_it_blocked_until_retry(
    house: House,
) -> None:
    house.org.propagation.next_logins_fail(1, "invalid_grant", "invalid assertion")
    await asked_and_approved(house)
    await house.ends("blocked")
    assert "right ones" in await run_test(house)
    request = await house.request()
    assert str(request.state) == "blocked"
    assert request.finding
    await house.person("ada").command("/integration-user retry IU-1")
    assert (await house.ends("live")).finding is None


async def test_a_test_of_what_has_no_user_or_for_a_stranger_is_refused(house: House) -> None:
    await house.ask({"perm:Account": ["read"]}, objects=["Account"])
    await house.card()
    answer = await house.person("rae").command("/integration-user test IU-1")
    assert "no user yet" in answer.readable()
    answer = await house.person("sam").command("/integration-user test IU-1")
    assert "no user yet" not in answer.readable()
    assert not [one for one in await house.journal() if one.event in {"tested", "own_login"}]
