"""Whatever is true of Slack that nobody could confirm: a request is asked, approved and live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import pytest

from bot.sandbox.workspace import Message, Switches
from tests.story.house import ACCESS, DETAILS, Build, House

Positions = Mapping[str, Any]

STRICTER: Positions = {
    "trigger_seconds": 2.5,
    "ack_seconds": 2.5,
    "redeliver_unacked": False,
    "response_url_uses": 0,
    "typed_values_survive_update": False,
    "typing_changes_hash": True,
    "unsupported_blocks": frozenset({"plan", "table"}),
    "groups_in_plan": False,
}
OTHER: Positions = {
    "late_ack_obeyed": True,
    "response_url_seconds": -1.0,
    "stale_parent_hash": False,
    "count_after_escaping": False,
    "refuse_unknown_properties": False,
    "tables_on_home": True,
    "container_on_home": True,
    "card_in_modal": True,
    "data_table_rows": 201,
    "chart_series": 12,
    "foreigners_visible": False,
    "deleted_parent_refused": True,
}
NO_DIRECT: Positions = {"dm_by_user_id": False}
"""The app may not open a direct message either: its manifest asks for no im:write."""

GROUPS = [STRICTER, OTHER, NO_DIRECT]
NAMED = {"approval": {"approvers": ["U0ADA"]}, "slack": {"admins": ["U0MAX"]}}
"""People by name, as a plan without groups needs."""

GRANTED = {
    "licensed": False,
    "objects": {"Account": ["PermissionsRead"], "Order": ["PermissionsEdit", "PermissionsRead"]},
    "fields": {"Account.Industry": (True, False)},
    "apps": ["Warehouse_Sync"],
}


def test_every_switch_of_the_workspace_is_moved_once() -> None:
    default = Switches()
    moved = [name for group in GROUPS for name in group]
    assert sorted(moved) == sorted(one.name for one in fields(Switches))
    for name, value in [pair for group in GROUPS for pair in group.items()]:
        assert getattr(default, name) != value, name


async def asked(house: House) -> None:
    """Rae takes the wrong org first, and the form is changed under her hands twice."""
    form = await house.open_form(purpose="Orders & <returns>.")
    for version, org in ((2, "prod"), (3, "uat")):
        await form.fill("org", org)
        await house.slack.until(lambda v=version: form.version == v, timeout=house.patience)
    for block in ("app", "objects"):
        await form.fill(block, DETAILS[block])
    outcome = await form.submit()
    assert outcome.next is not None, outcome.errors
    for block, value in ACCESS.items():
        await outcome.next.fill(block, value)
    assert (await outcome.next.submit()).errors == {}


@pytest.mark.parametrize("moved", GROUPS, ids=["stricter", "other", "no direct messages"])
async def test_a_request_becomes_live_whatever_slack_does(build: Build, moved: Positions) -> None:
    async with build(tables=NAMED) as house:
        house.slack.switches = replace(house.slack.switches, **moved)
        stranger = await house.person("fin").command("/integration-user new")
        assert "Only full members" in stranger.text
        await asked(house)
        card = await house.card()
        assert "Orders & <returns>." in card.readable()
        await house.person("sam").click(card, "approve")
        (no,) = await house.slack.until(lambda: house.slack.ephemerals("U0SAM"))
        assert "cannot approve" in no.text
        await house.approve()
        request = await house.ends("live", "blocked")
        assert (str(request.state), request.finding) == ("live", None)
        (made,) = request.permission_sets
        assert house.org.snapshot()["sets"][made.name] == GRANTED
        await house.slack.until(lambda: card.text.endswith("live"), timeout=house.patience)
        assert {"plan", "table"}.isdisjoint(kinds(card)) == ("unsupported_blocks" in moved)
        if moved is NO_DIRECT:
            assert all(house.person(name).dm == [] for name in ("rae", "olu"))
        else:
            await house.told()
            for name in ("rae", "olu"):
                assert any("live" in reply.text for reply in house.person(name).dm[0].replies)
        assert house.slack.complaints == []


def kinds(card: Message) -> set[str]:
    return {str(block["type"]) for block in card.blocks}
