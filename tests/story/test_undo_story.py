"""Withdraw, whenever it comes: what is ours is taken away, what is not stays, and it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot.sandbox.orgs import API_LIMIT, DROP_AFTER, DROP_BEFORE, Reply
from store.records import Request
from tests.core.errors import API_ERRORS, UNDO
from tests.story.asking import everything
from tests.story.house import House

SET = "Integration_Warehouse_Sync_IU1"
IN_USE = [one for one in API_ERRORS if one.at == UNDO]
"""What an org says of a user that something else still needs (2.2)."""


async def withdraw(house: House, who: str = "rae", number: int = 1) -> str:
    answer = await house.person(who).command(f"/integration-user withdraw IU-{number}")
    return answer.readable()


async def withdrawn(house: House) -> Request:
    request = await house.ends("withdrawn")
    assert request.finding is None
    await house.told()
    assert house.slack.complaints == []
    return request


def others(house: House) -> Mapping[str, Any]:
    """The org without the request's own user, which can never be deleted."""
    snapshot: dict[str, Any] = house.org.snapshot()
    mine = "warehouse-sync@integrations.acme.example.uat"
    users = {name: row for name, row in snapshot["users"].items() if name != mine}
    return snapshot | {"users": users}


async def test_before_approval_it_ends_at_once_and_the_card_says_so(house: House) -> None:
    before = house.org.snapshot()
    await house.ask()
    await house.card()
    await withdraw(house)
    await withdrawn(house)
    card = house.find("C0APPROVE", 1)
    assert card is not None
    assert card.buttons == []
    assert "withdrawn" in card.readable()
    assert house.org.snapshot() == before


async def test_while_the_run_waits_for_the_org_nothing_is_ever_written(house: House) -> None:
    before = house.org.snapshot()
    await house.ask()
    await house.card()
    hold = house.org.faults.hold(path="composite")
    await house.approve()
    await hold.reached()
    await withdraw(house)
    hold.release()
    await withdrawn(house)
    assert house.org.snapshot() == before
    assert not [one for one in await house.journal() if one.event == "intent"]


@pytest.mark.parametrize("sobject", ["PermissionSet", "ObjectPermissions", "User"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_in_the_middle_the_run_stops_at_its_next_step_and_is_undone(
    house: House, sobject: str, *, after: bool
) -> None:
    await withdrawn_in_the_middle(house, sobject, after=after)


async def test_the_same_race_is_settled_by_either_database(any_house: House) -> None:
    await withdrawn_in_the_middle(any_house, "User", after=True)


async def withdrawn_in_the_middle(house: House, sobject: str, *, after: bool) -> None:
    before = others(house)
    hold = house.org.faults.hold(after=after, method="POST", sobject=sobject)
    await everything(house)
    await hold.reached()
    said = await withdraw(house)
    assert "IU-1" in said
    assert (await house.request()).withdrawing
    hold.release()
    request = await withdrawn(house)
    assert others(house) == before
    assert not house.org.rows("PermissionSetAssignment", PermissionSetId=None)
    user = house.org.user(request.username)
    assert (user is not None) == (sobject == "User")
    if user:
        assert not user["IsActive"]
    written = [one for entry in house.org.requests for one in entry.writes]
    assert "POST PermissionSetAssignment" not in written


async def provisioned(house: House) -> Request:
    """A request that waits for its first login: everything is made, nothing is proven."""
    house.org.propagation.next_logins_fail(99, "invalid_client_id", "client identifier invalid")
    await everything(house)
    return await house.ends("provisioned")


async def test_when_provisioned_everything_is_taken_away_and_the_user_stays_inactive(
    house: House,
) -> None:
    before = others(house)
    request = await provisioned(house)
    await withdraw(house, "olu")
    await withdrawn(house)
    assert others(house) == before
    user = house.org.user(request.username)
    assert user is not None
    assert not user["IsActive"]
    lines = [one for one in await house.journal() if (one.run or "").startswith("undo-")]
    done = [one.step for one in lines if one.event == "done"]
    assert done == [one.step for one in lines if one.event == "intent"]
    assert len(done) == 5
    assert not [one for one in house.org.requests if "password" in one.path]


@pytest.mark.parametrize("drop", [DROP_BEFORE, DROP_AFTER], ids=["before", "after"])
async def test_a_connection_lost_around_the_undo_changes_nothing(house: House, drop: Any) -> None:
    before = others(house)
    await provisioned(house)
    fault = house.org.faults.add(drop, method="DELETE", sobject="PermissionSetAssignment")
    await withdraw(house)
    await withdrawn(house)
    assert fault.hits == 1
    assert others(house) == before
    done = [
        one.step
        for one in await house.journal()
        if one.event == "done" and (one.run or "").startswith("undo-")
    ]
    assert len(done) == len(set(done)) == 5


async def test_an_org_that_is_away_is_waited_for(house: House) -> None:
    before = others(house)
    await provisioned(house)
    page = Reply(status=503, body="<html>maintenance</html>", whole=True)
    house.org.faults.add(page, method="POST", path="composite", times=3)
    await withdraw(house)
    await withdrawn(house)
    assert others(house) == before


async def test_when_blocked_what_was_made_is_taken_away(house: House) -> None:
    before = house.org.snapshot()
    await house.ask()
    await house.card()
    house.org.set_seats(licenses=1)
    await house.approve()
    request = await house.ends("blocked")
    assert request.finding is not None
    assert house.org.rows("PermissionSet", Name=SET)
    await house.told()
    await house.person("rae").click(house.person("rae").dm[0], "withdraw")
    await withdrawn(house)
    assert house.org.snapshot() == before


async def test_a_second_withdrawal_is_refused_with_words(house: House) -> None:
    await provisioned(house)
    hold = house.org.faults.hold(method="DELETE", sobject="PermissionSet")
    await withdraw(house)
    await hold.reached()
    assert "is being withdrawn" in await withdraw(house, "olu")
    assert (
        "is being withdrawn"
        in (await house.person("rae").command("/integration-user test IU-1")).readable()
    )
    hold.release()
    await withdrawn(house)
    assert "withdrawn" in await withdraw(house)
    assert len([one for one in await house.journal() if one.event == "withdrawing"]) == 1


async def test_an_undo_that_cannot_finish_says_what_is_left_and_withdraw_goes_on(
    house: House,
) -> None:
    before = others(house)
    request = await provisioned(house)
    for one in IN_USE:
        no = Reply(status=400, body=one.body)
        fault = house.org.faults.add(no, method="PATCH", sobject="User", times=99)
        await withdraw(house)
        request = await house.ends("blocked")
        assert request.finding is not None
        assert (request.finding.code, request.finding.who) == ("undo_incomplete", one.who)
        assert f"Deactivate the user {request.username}" in request.finding.cause
        assert one.message in request.finding.cause
        assert "Retry" not in request.finding.remedy
        assert not request.withdrawing
        assert 0 < fault.hits <= 2
        house.org.faults.clear()
    done = {one.step for one in await house.journal() if one.event == "done"}
    assert f"delete-set:{SET}" in done
    answer = await house.person("rae").command("/integration-user retry IU-1")
    assert "withdraw" in answer.readable().lower()
    assert str((await house.request()).state) == "blocked"
    await withdraw(house)
    await withdrawn(house)
    assert others(house) == before


async def test_used_up_calls_while_it_is_undone_are_told_once_and_it_goes_on_by_itself(
    house: House,
) -> None:
    before = others(house)
    await provisioned(house)
    house.org.faults.add(API_LIMIT, path="composite", times=1000)
    await withdraw(house)
    await house.until_async(lambda: _undone(house, 3))
    await house.told()
    request = await house.request()
    assert request.withdrawing
    message = house.person("rae").dm[0]
    assert "The API calls of this org are used up" in message.readable()
    assert "asks it again by itself" in message.readable()
    assert len([one for one in message.replies if "used up" in one.readable()]) == 1
    assert len([one for one in await house.journal() if one.event == "unavailable"]) == 1
    house.org.faults.clear()
    await withdrawn(house)
    assert others(house) == before


async def _undone(house: House, runs: int) -> bool:
    return (await house.request()).undos > runs


async def test_a_set_that_somebody_else_received_stays_and_is_told(house: House) -> None:
    await provisioned(house)
    bea = "bea@acme.example.uat"
    house.org.assign_by_hand(bea, SET)
    await withdraw(house)
    await withdrawn(house)
    there = house.org.rows("PermissionSet", Name=SET)
    assert len(there) == 1
    left = house.org.rows("PermissionSetAssignment", PermissionSetId=there[0]["Id"])
    assert [one["AssigneeId"] for one in left] == [(house.org.user(bea) or {})["Id"]]
    assert not house.org.rows("SetupEntityAccess", ParentId=there[0]["Id"])
    end = (await house.journal())[-1]
    assert end.event == "withdrawn"
    assert f"{SET} stays" in end.detail
    assert "one other user" in end.detail


async def test_what_was_taken_away_by_hand_already_counts_as_undone(house: House) -> None:
    before = others(house)
    request = await provisioned(house)
    user = house.org.user(request.username)
    assert user is not None
    made = house.org.rows("PermissionSet", Name=SET)[0]
    for row in house.org.rows("PermissionSetAssignment", PermissionSetId=made["Id"]):
        house.org.remove_row("PermissionSetAssignment", str(row["Id"]))
    house.org.deactivate(request.username)
    await withdraw(house)
    await withdrawn(house)
    assert others(house) == before
