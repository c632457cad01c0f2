"""Many requests at once: one after the other in one org, side by side in two; dead runs end too."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest

from bot.flows import catalogue, provisioning, sweeping
from bot.flows.intake import seats_of
from store.records import Request, State
from tests.core.cast import NOON, a_finding, a_request
from tests.story.house import House


async def asked(house: House, number: int, org: str) -> None:
    domain = {"uat": "uat", "prod": "prod"}[org]
    await house.ask(org=org, name=f"Sync {number} {domain}")
    await house.card(number)


async def test_two_requests_in_one_org_are_written_one_after_the_other(house: House) -> None:
    for number in (1, 2):
        await asked(house, number, "uat")
    hold = house.org.faults.hold(method="POST", sobject="User")
    await house.approve(1)
    await hold.reached()
    await house.approve(2)
    await asyncio.sleep(0.3)
    assert not [one for one in await house.journal(2) if one.event in {"batch", "done"}]
    hold.release()
    for number in (1, 2):
        await house.ends("live", number=number)
    users = [(await house.request(number)).user_id for number in (1, 2)]
    assert len(set(users)) == 2


async def test_two_orgs_are_written_side_by_side(house: House) -> None:
    await asked(house, 1, "uat")
    await asked(house, 2, "prod")
    hold = house.org.faults.hold(method="POST", sobject="User")
    await house.approve(1)
    await hold.reached()
    await house.approve(2)
    other = await house.ends("live", number=2)
    assert house.salesforce.production.user(other.username) is not None
    assert str((await house.request(1)).state) == "approved"
    hold.release()
    await house.ends("live", number=1)


async def test_a_withdrawal_waits_for_the_run_that_writes_in_its_org(house: House) -> None:
    """Undo of one request and provisioning of another never write at the same time."""
    for number in (1, 2):
        await asked(house, number, "uat")
    await house.approve(1)
    await house.ends("live", number=1)
    hold = house.org.faults.hold(method="POST", sobject="User")
    await house.approve(2)
    await hold.reached()
    await house.person("rae").command("/integration-user withdraw IU-2")
    hold.release()
    await house.ends("withdrawn", number=2)
    assert str((await house.request(1)).state) == "live"


async def test_a_seat_is_free_again_after_the_refresh_that_follows_the_undo(house: House) -> None:
    async def free() -> tuple[int, int]:
        async with house.app.database.read() as conn:
            license_seats, psl_seats = await seats_of(conn, "uat")
        return license_seats.free, psl_seats.free

    before = await free()
    await house.ask()
    assert await free() == (before[0] - 1, before[1] - 1)
    house.org.propagation.next_logins_fail(99, "invalid_client_id", "client identifier invalid")
    await house.approve()
    await house.ends("provisioned")
    await catalogue.refresh(house.app.context, "uat")
    assert await free() == (before[0] - 1, before[1] - 1)
    await house.person("rae").command("/integration-user withdraw IU-1")
    await house.ends("withdrawn")
    await catalogue.refresh(house.app.context, "uat")
    assert await free() == before


async def failed(house: House, run: str) -> None:
    """Wait for a run's end in the engine."""

    async def ended() -> bool:
        state = await house.app.engine.result(run)
        return state is not None and state.status.ended

    await house.until_async(ended)


async def assert_found_dead(house: House, run: str) -> Request:
    await sweeping.sweep(house.app.context)
    request = await house.ends("blocked")
    assert request.finding is not None
    assert request.finding.code == "run_failed"
    assert run in request.finding.cause
    await house.told()
    assert "retry" in house.person("rae").dm[0].buttons
    return request


async def boom(*_: Any, **__: Any) -> None:
    raise RuntimeError("a bug")


async def nothing(*_: Any) -> None:
    """End without an end."""


async def test_a_run_that_broke_off_becomes_a_finding_with_a_way_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.ask()
    await house.card()
    with monkeypatch.context() as patch:
        patch.setattr(house.app.context.gateways["uat"], "observe", boom)
        await house.approve()
        await failed(house, "provision-1-1")
    await assert_found_dead(house, "provision-1-1")
    await house.person("rae").click(house.person("rae").dm[0], "retry")
    await house.ends("live")


async def test_a_run_that_ended_without_an_end_is_found_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.ask()
    await house.card()
    with monkeypatch.context() as patch:
        patch.setattr(provisioning, "finish", nothing)
        await house.approve()
        await failed(house, "provision-1-1")
    await assert_found_dead(house, "provision-1-1")


async def test_a_run_that_nobody_knows_any_more_is_found_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.ask()
    await house.card()
    with monkeypatch.context() as patch:
        patch.setattr(house.app.context.gateways["uat"], "observe", boom)
        await house.approve()
        await failed(house, "provision-1-1")
    engine: Any = house.app.engine
    await engine._runs._client.delete_workflows_async(["provision-1-1"])
    await assert_found_dead(house, "provision-1-1")


async def test_an_undo_that_broke_off_can_be_asked_for_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.ask()
    await house.card()
    house.org.set_seats(licenses=1)
    await house.approve()
    await house.ends("blocked")
    with monkeypatch.context() as patch:
        patch.setattr(house.app.context.gateways["uat"], "observe", boom)
        await house.person("rae").command("/integration-user withdraw IU-1")
        await failed(house, "undo-1-1")
    await sweeping.sweep(house.app.context)
    request = await house.ends("blocked")
    assert request.finding is not None
    assert request.finding.code == "undo_incomplete"
    assert "undo-1-1" in request.finding.cause
    assert "Retry" not in request.finding.remedy
    await house.person("rae").command("/integration-user withdraw IU-1")
    await house.ends("withdrawn")


async def test_a_preflight_that_broke_off_is_simply_run_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(house.app.context.gateways["uat"], "survey", boom)
        await house.ask()
        await failed(house, "preflight-1-1")
    await sweeping.sweep(house.app.context)
    await house.card()


async def test_a_healthy_run_is_left_alone(house: House) -> None:
    await house.ask()
    await house.card()
    hold = house.org.faults.hold(method="POST", sobject="User")
    await house.approve()
    await hold.reached()
    await sweeping.sweep(house.app.context)
    assert str((await house.request()).state) == "approved"
    hold.release()
    await house.ends("live")
    await sweeping.sweep(house.app.context)
    assert str((await house.request()).state) == "live"


@pytest.mark.parametrize(
    ("next_try_at", "run"), [(NOON, "smoke-17-3"), (None, None)], ids=["under way", "by hand"]
)
def test_a_test_of_the_login_is_looked_after_while_one_is_under_way(
    next_try_at: datetime | None, run: str | None
) -> None:
    """Also while people were told that the org's calls are used up, or how to test by hand."""
    for finding in (None, a_finding("api_quota"), a_finding("not_proven")):
        request = a_request(
            state=State.PROVISIONED, smokes=3, next_try_at=next_try_at, finding=finding
        )
        assert sweeping.expected_run(request) == run
