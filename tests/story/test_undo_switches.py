"""Undo where nobody could confirm what an org does with the permission set licence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot.sandbox.orgs import Switches
from tests.story.asking import EVERYTHING, EVERYTHING_OBJECTS
from tests.story.house import Build, House

SET = "Integration_Warehouse_Sync_IU1"
POSITIONS: Mapping[str, Switches] = {
    "default": Switches(),
    "psl_auto_assigned": Switches(psl_auto_assigned=False),
    "psl_auto_removed": Switches(psl_auto_removed=False),
    "psl_removal_refused_in_use": Switches(psl_removal_refused_in_use=True),
    "inactive_user_keeps_psl_seat": Switches(inactive_user_keeps_psl_seat=False),
}


@pytest.mark.parametrize(
    ("sets", "position"),
    [
        ("unlicensed", "default"),
        ("unlicensed", "psl_removal_refused_in_use"),
        *(("psl", position) for position in POSITIONS),
    ],
)
async def test_undo_leaves_the_org_as_it_was_whatever_becomes_of_the_licence(
    build: Build, sets: str, position: str
) -> None:
    tables = {"orgs.uat": {"permission_sets": sets}}
    async with build(tables=tables, switches=POSITIONS[position]) as house:
        before = house.org.snapshot()
        username = await not_yet_live(house)
        assert_made(house, username, sets)
        await house.person("rae").command("/integration-user withdraw IU-1")
        await house.ends("withdrawn")
        after: dict[str, Any] = house.org.snapshot()
        assert after["users"].pop(username)["IsActive"] is False
        assert after == before


async def not_yet_live(house: House) -> str:
    """Everything is made, and the login is still being waited for; answers the username."""
    house.org.propagation.next_logins_fail(99, "invalid_client_id", "client identifier invalid")
    await house.ask(EVERYTHING, objects=EVERYTHING_OBJECTS)
    card = await house.card()
    await house.person("ada").click(card, "approve")
    return (await house.ends("provisioned", "blocked")).username


def assert_made(house: House, username: str, sets: str) -> None:
    snapshot: dict[str, Any] = house.org.snapshot()
    data = snapshot["sets"][SET]
    assert data["licensed"] == (sets == "psl")
    assert "Account" in data["objects"]
    held = [one for user, one in snapshot["assignments"] if user == username]
    if sets == "psl":
        app = snapshot["sets"][f"{SET}_App"]
        assert (data["apps"], app["apps"]) == ([], ["Warehouse_Sync"])
        assert app["licensed"] is False
        assert app["objects"] == {}
        assert held == [SET, f"{SET}_App"]
    else:
        assert data["apps"] == ["Warehouse_Sync"]
        assert held == [SET]


async def test_two_sets_end_live_and_the_card_names_both(build: Build) -> None:
    tables = {"orgs.uat": {"permission_sets": "psl"}}
    async with build(tables=tables) as house:
        house.org.insert("PermissionSet", Name=f"{SET}_App", Label="Somebody else's")
        await house.ask(EVERYTHING, objects=EVERYTHING_OBJECTS)
        card = await house.card()
        assert f"Create the permission set {SET}_2 " in card.readable()
        await house.person("ada").click(card, "approve")
        request = await house.ends("live")
        assert [one.name for one in request.permission_sets] == [f"{SET}_2", f"{SET}_2_App"]
        await house.told()
        assert house.slack.complaints == []


async def test_without_an_app_licensed_data_needs_no_second_set(build: Build) -> None:
    tables = {"orgs.uat": {"permission_sets": "psl"}}
    async with build(tables=tables) as house:
        await house.ask(app=None)
        await house.approve()
        request = await house.ends("provisioned")
        assert request.finding is not None
        assert request.finding.code == "not_proven"
        assert [one.name for one in request.permission_sets] == [SET]
