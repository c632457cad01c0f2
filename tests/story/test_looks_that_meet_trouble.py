"""Whichever single call of a look meets trouble that passes: the end is the same as undisturbed.

Which parts of a call may meet it, and what a look then raises, is told in tests/salesforce.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from itertools import count
from typing import Any

import pytest

from bot.flows import slots
from bot.sandbox.orgs import API_LIMIT, DROP_BEFORE, OUT_OF_TIME, Reply
from store import catalogue, reports
from store.records import State
from tests.modes import Mode
from tests.salesforce.reading import ago, login, seat
from tests.story.house import House
from tests.story.looking import (
    READ_ACCOUNT,
    asked_and_approved,
    finding,
    looked,
    problem,
    run_test,
)
from tests.story.test_smoke_proof import CASE, bot_sees_cases

TROUBLES = {"used up calls": API_LIMIT, "a query out of time": replace(OUT_OF_TIME, whole=True)}
REVOKED = "The access token was revoked."
LEFT = "The access token could not be revoked; it ends with its session."


@pytest.fixture
def mode() -> Mode:
    """What an org answers does not depend on how Slack reaches the bot."""
    return "socket"


@pytest.fixture(params=TROUBLES.values(), ids=TROUBLES)
def trouble(request: pytest.FixtureRequest) -> Reply:
    """What one call meets."""
    found: Reply = request.param
    return found


async def assert_same_whichever_call(
    house: House, trouble: Reply, look: Callable[[], Awaitable[Any]]
) -> None:
    """Look undisturbed, then once for every call of it, which meets the trouble."""
    before = len(house.org.requests)
    undisturbed = await look()
    calls = len(house.org.requests) - before
    assert calls
    for number in range(calls):
        fault = house.org.faults.add(trouble, skip=number)
        assert await look() == undisturbed, f"call {number + 1} of {calls}"
        assert fault.hits == 1


async def test_the_check_before_the_card(house: House, trouble: Reply) -> None:
    numbers = count(1)

    async def checked() -> tuple[object, ...]:
        """What Ada and Rae read of the next request; it is withdrawn, so that its seat is free."""
        number = next(numbers)
        await house.ask(READ_ACCOUNT, objects=["Account"], name="Sync")
        card = await house.card(number)
        request = await house.request(number)
        assert request.preflight
        assert (request.finding, request.preflight.problems) == (None, ())
        said = card.readable().partition("*Asked by*")[0].replace(f"IU-{number} ", "IU-1 ")
        await house.person("rae").command(f"/integration-user withdraw IU-{number}")
        await house.ends("withdrawn", number=number)
        return said, request.preflight.risks, request.preflight.license_seats

    await assert_same_whichever_call(house, trouble, checked)


async def test_the_check_of_an_org_that_lets_the_bot_read_too_little(
    house: House, trouble: Reply
) -> None:
    """The bot's own rights are asked for after a refusal; without them the wrong one is accused."""
    house.org.grant_bot(house.org.provisioner.username, "-ViewSetup")
    await house.ask(READ_ACCOUNT, objects=["Account"])
    assert "View Setup" in await problem(house, "missing_right")

    async def checked_again() -> object:
        before = await house.request()
        await house.person("rae").click(house.person("rae").dm[0], "recheck")

        async def judged() -> object:
            request = await house.request()
            newer = request.preflight and request.preflights > before.preflights
            return request.preflight if newer else None

        preflight = await house.until_async(judged)
        await house.told()
        return preflight.problems

    await assert_same_whichever_call(house, trouble, checked_again)


async def test_the_refresh_of_the_catalogue(house: House, trouble: Reply) -> None:
    async def refreshed() -> tuple[object, ...]:
        async with house.app.database.read() as conn:
            before = await catalogue.org(conn, "uat")
        assert before

        async def newer() -> object:
            async with house.app.database.read() as conn:
                found = await catalogue.org(conn, "uat")
            return found if found and found.ended_at != before.ended_at else None

        await house.refresh()
        found = await house.until_async(newer)
        async with house.app.database.read() as conn:
            names = await catalogue.object_names(conn, "uat")
            facts = await catalogue.facts(conn, "uat", names)
        return asdict(found) | {"begun_at": None, "ended_at": None}, facts

    await assert_same_whichever_call(house, trouble, refreshed)


async def test_the_look_for_users_that_nobody_uses(house: House, trouble: Reply) -> None:
    house.org.grant_bot(house.org.provisioner.username, "CustomizeApplication")
    login(house.org, seat(house.org, made=ago(days=90)), ago(days=70))
    numbers = count()

    async def kept() -> object:
        slot = f"2026-11-25-{next(numbers)}"

        async def there() -> object:
            async with house.app.database.read() as conn:
                return await reports.get(conn, job="stale", org="uat", slot=slot)

        async with house.app.database.write() as conn:
            await slots.enqueue(house.app.context, conn, "stale", "uat", slot)
        found = await house.until_async(there)
        assert not found.body["missing"]
        return {**found.body, "at": None}

    await assert_same_whichever_call(house, trouble, kept)


async def test_the_test_of_a_user_that_sees_less_than_the_bot(house: House, trouble: Reply) -> None:
    bot_sees_cases(house.org)
    await asked_and_approved(house, CASE)
    await house.ends("blocked")

    async def tested() -> tuple[object, ...]:
        """What the test says; a token that was not taken back is no matter of access."""
        said = await run_test(house)
        request = await finding(house, "sees_nothing")
        return said.replace(LEFT, REVOKED), request.state, request.finding

    await assert_same_whichever_call(house, trouble, tested)


async def test_a_request_whose_test_was_not_finished_does_not_go_live(house: House) -> None:
    bot_sees_cases(house.org)
    fault = house.org.faults.add(
        API_LIMIT, user=house.org.provisioner.username, sobject="Case", path="query", times=1000
    )
    await asked_and_approved(house, CASE)
    request = await finding(house, "api_quota")
    assert request.state is State.PROVISIONED
    await house.told()
    assert "by itself" in house.person("rae").dm[0].readable()
    assert fault.hits
    house.org.faults.clear()
    request = await house.ends("live", "blocked")
    assert request.finding
    assert request.finding.code == "sees_nothing"
    (said,) = await looked(house)
    assert "Not tested" not in said


async def test_an_org_that_hangs_up_is_told_in_words_and_in_no_name_of_an_error(
    house: House,
) -> None:
    house.org.faults.add(DROP_BEFORE, path="composite", times=1000)
    await house.ask(READ_ACCOUNT, objects=["Account"])
    rae = house.person("rae")
    words = "The org does not answer (no connection was made, or it broke off)"
    await house.slack.until(
        lambda: rae.dm and words in rae.dm[0].readable(), timeout=house.patience
    )
    (line,) = [one for one in await house.journal() if one.event == "unavailable"]
    assert line.detail == f"{words}; trying again by itself"
    house.org.faults.clear()
    await house.card()
