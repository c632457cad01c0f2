"""`permission_sets` of an org is changed in the configuration while a request is under way."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.orgs import DROP_AFTER, DROP_BEFORE
from bot.sandbox.orgs.faults import Drop
from bot.sandbox.workspace import Message
from store.records import Request
from tests.story.asking import EVERYTHING, EVERYTHING_OBJECTS
from tests.story.house import Build, House
from tests.story.looking import finding, house_where
from tests.story.test_asked_again import blocked_long_ago, retried

DOMAIN = "integrations.acme.example.uat"
SET = "Integration_Sap_IU1"
NAMES = {
    ("unlicensed", "psl"): {f"{SET}_2": True, f"{SET}_2_App": False},
    ("psl", "unlicensed"): {f"{SET}_2": False},
}
"""After which change which sets are wanted, and which of them is licensed."""

each_way = pytest.mark.parametrize(("first", "second"), NAMES)


def written(mode: str) -> dict[str, dict[str, str]]:
    return {"orgs.uat": {"permission_sets": mode}}


async def switched(house: House, mode: str) -> None:
    """The operator changes the mode and restarts the bot."""
    await house.app.stop()
    house.configure(written(mode))
    await house.app.start()
    await house.ready()


async def blocked_by_its_username(house: House) -> Message:
    """The sets are made, and the user's name turns out to be taken; answers Rae's message."""
    await house.ask(EVERYTHING, objects=EVERYTHING_OBJECTS, name="SAP")
    await house.approve()
    await finding(house, "username_taken")
    await house.told()
    return house.person("rae").dm[0]


async def asked_under_another_username(house: House, second: str) -> Message:
    """The mode is changed, and Rae takes another username; answers the new card."""
    message = await blocked_by_its_username(house)
    await switched(house, second)
    await house.person("rae").click(message, "new_username")
    return await house.slack.until(lambda: _card_of(house, f"sap-2@{DOMAIN}"), timeout=20)


def _card_of(house: House, username: str) -> Message | None:
    cards = house.slack.channel("C0APPROVE").messages
    open_ = (one for one in cards if "approve" in one.buttons and username in one.readable())
    return next(open_, None)


def sets_of(house: House) -> dict[str, Any]:
    """The sets of request 1 in the org."""
    sets: Any = house.org.snapshot()["sets"]
    return {name: one for name, one in sets.items() if "_IU1" in name}


def held_by(house: House, request: Request) -> list[str]:
    """The sets that the user of a request holds."""
    assigned: Any = house.org.snapshot()["assignments"]
    return [name for user, name in assigned if user == request.username]


@each_way
async def test_what_was_made_in_the_other_mode_is_made_anew_as_approved_and_the_old_one_goes(
    build: Build, first: str, second: str
) -> None:
    async with house_where(build, tables=written(first)) as house:
        card = await asked_under_another_username(house, second)
        wanted = NAMES[first, second]
        for name, licensed in wanted.items():
            license_ = "Salesforce API Integration" if licensed else "None"
            assert f"Create the permission set {name} (License: {license_})" in card.readable()
        await house.person("ada").click(card, "approve")
        request = await house.ends("live", "blocked")
        assert (str(request.state), request.finding) == ("live", None)
        made = sets_of(house)
        assert {name: one["licensed"] for name, one in made.items()} == wanted
        assert held_by(house, request) == sorted(wanted)
        assert {one.name for one in request.permission_sets} == set(wanted)
        assert any(
            line.event == "done" and line.detail == f"Delete the permission set {SET}"
            for line in await house.journal()
        )
        await house.told()
        assert house.slack.complaints == []


@each_way
@pytest.mark.parametrize("approved", [True, False])
async def test_withdrawing_after_a_change_of_mode_takes_away_every_set_that_was_made(
    build: Build, first: str, second: str, *, approved: bool
) -> None:
    async with house_where(build, tables=written(first)) as house:
        before = house.org.snapshot()["sets"]
        card = await asked_under_another_username(house, second)
        if approved:
            house.org.propagation.next_logins_fail(1, "invalid_grant", "invalid assertion")
            await house.person("ada").click(card, "approve")
            await finding(house, "key_mismatch")
        await house.person("rae").command("/integration-user withdraw IU-1")
        await house.ends("withdrawn")
        assert house.org.snapshot()["sets"] == before
        end = (await house.journal())[-1]
        assert "Nothing of this request is left." in end.detail


@each_way
async def test_undo_finds_sets_of_the_other_mode_that_somebody_stopped_from_going(
    build: Build, first: str, second: str
) -> None:
    """Another user holds the old set, so it stays, and the end says so."""
    async with house_where(build, tables=written(first)) as house:
        message = await blocked_by_its_username(house)
        house.org.assign_by_hand(f"billing-sync@{DOMAIN}", SET)
        await switched(house, second)
        await house.person("rae").click(message, "new_username")
        card = await house.slack.until(lambda: _card_of(house, f"sap-2@{DOMAIN}"), timeout=20)
        house.org.propagation.next_logins_fail(1, "invalid_grant", "invalid assertion")
        await house.person("ada").click(card, "approve")
        await finding(house, "key_mismatch")
        await house.person("rae").command("/integration-user withdraw IU-1")
        await house.ends("withdrawn")
        assert list(sets_of(house)) == [SET]
        assert f"The permission set {SET} stays" in (await house.journal())[-1].detail


@each_way
async def test_a_user_made_before_the_change_holds_only_what_was_approved_after_it(
    build: Build, first: str, second: str
) -> None:
    """The approval got too old, so the user and its sets are there when the mode changes."""
    async with house_where(build, tables=written(first)) as house:
        old = await blocked_long_ago(house)
        before = held_by(house, old)
        await switched(house, second)
        await retried(house)
        await house.approve()
        request = await house.ends("live", "blocked")
        assert (str(request.state), request.finding) == ("live", None)
        assert request.user_id == old.user_id
        held = held_by(house, request)
        assert held == sorted(sets_of(house))
        assert set(held).isdisjoint(before)
        assert {one.name for one in request.permission_sets} == set(held)


@each_way
@pytest.mark.parametrize("drop", [DROP_BEFORE, DROP_AFTER], ids=["before", "after"])
async def test_a_reply_lost_around_the_end_of_an_old_set_leaves_only_what_was_approved(
    build: Build, first: str, second: str, drop: Drop
) -> None:
    async with house_where(build, tables=written(first)) as house:
        await blocked_long_ago(house)
        await switched(house, second)
        await retried(house)
        lost = house.org.faults.add(drop, method="DELETE", sobject="PermissionSet")
        await house.approve()
        request = await house.ends("live", "blocked")
        assert lost.hits == 1
        assert (str(request.state), request.finding) == ("live", None)
        assert held_by(house, request) == sorted(sets_of(house))
        assert {one.name for one in request.permission_sets} == set(sets_of(house))


@each_way
async def test_a_mode_changed_back_takes_the_first_sets_again_and_the_second_ones_go(
    build: Build, first: str, second: str
) -> None:
    async with house_where(build, tables=written(first)) as house:
        house.org.world.taken.add(f"sap-2@{DOMAIN}")
        card = await asked_under_another_username(house, second)
        ids = {name: house.org.rows("PermissionSet", Name=name)[0]["Id"] for name in sets_of(house)}
        await house.person("ada").click(card, "approve")
        await finding(house, "username_taken")
        assert set(sets_of(house)) == {*ids, *NAMES[first, second]}
        await switched(house, first)
        await house.told()
        await house.person("rae").click(house.person("rae").dm[0], "new_username")
        card = await house.slack.until(lambda: _card_of(house, f"sap-3@{DOMAIN}"), timeout=20)
        await house.person("ada").click(card, "approve")
        await house.ends("live")
        assert set(sets_of(house)) == set(ids)
        for name, row_id in ids.items():
            assert house.org.rows("PermissionSet", Name=name)[0]["Id"] == row_id


@pytest.mark.parametrize("mode_of_sets", ["unlicensed", "psl"])
async def test_a_set_of_ours_with_another_licence_stops_the_run_and_is_made_again_by_a_retry(
    build: Build, mode_of_sets: str
) -> None:
    """A run that was under way during the check made it: nobody else could."""
    async with house_where(build, tables=written(mode_of_sets)) as house:
        await blocked_by_its_username(house)
        (row,) = house.org.rows("PermissionSet", Name=SET)
        licensed = mode_of_sets == "psl"
        other = None if licensed else house.org.world.psl()["Id"]
        house.org.world.tables.put("PermissionSet", row | {"LicenseId": other})
        house.org.world.taken.discard(f"sap@{DOMAIN}")
        await house.person("rae").command("/integration-user retry IU-1")
        found = (await finding(house, "other_license")).finding
        assert found is not None
        assert found.who == "Salesforce admin"
        assert SET in found.cause
        house.org.remove_row("PermissionSet", str(row["Id"]))
        await house.person("rae").command("/integration-user retry IU-1")
        await house.ends("live")
        assert sets_of(house)[SET]["licensed"] is licensed
