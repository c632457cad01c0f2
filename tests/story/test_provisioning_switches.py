"""Whatever is true of Salesforce that nobody could confirm: the road ends the same.

Told over Socket Mode with `permission_sets = "unlicensed"`, over HTTP with `"psl"`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio

from bot.sandbox import configuration
from bot.sandbox.orgs import Switches
from bot.sandbox.orgs.positions import moved
from store.records import Request
from tests.modes import Mode
from tests.story.asking import (
    EVERYTHING,
    EVERYTHING_OBJECTS,
    everything,
    grants_of,
    positions,
)
from tests.story.house import Build, House, copy_of, living_house

APPS = ("warehouse", "legacy")
"""An external client app and a connected app."""

pytestmark = pytest.mark.slow  # each is quick, but they are many

PLURAL = "definitions_answer=False,plural_nouns=True"
"""Beside the first, the second acts: a master that nobody knew of is named by its plural."""

ENDS: Mapping[str, tuple[str, str]] = {
    "app_grant_needs_modify_all=True": ("missing_right", "use the app Warehouse_Sync"),
    "data_type_words=api": ("needs_other_right", "Invoice__c"),
    "data_type_words=german": ("needs_other_right", "Invoice__c"),
    "definitions_answer=False": ("needs_other_right", "Invoice__c"),
    "external_apps_readable=False": ("app_missing", "INVALID_TYPE"),
    PLURAL: ("needs_other_right", "Read Invoices"),
}
"""Positions that no bot can get over: the finding, and what it names."""


SETS: Mapping[Mode, configuration.Tables] = {
    "socket": {"orgs.uat": {"permission_sets": "unlicensed"}},
    "http": {"orgs.uat": {"permission_sets": "psl"}},
}


@pytest.fixture
def build(tmp_path: Path, sqlite_url: str, mode: Mode) -> Build:
    """Each telling with sets of its own kind: both kinds meet every switch, in no more time."""
    return partial(living_house, tmp_path, sqlite_url, mode=mode, tables=SETS[mode])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def each_undisturbed(
    tmp_path_factory: pytest.TempPathFactory, template_file: Path
) -> Mapping[Mode, Mapping[str, Any]]:
    """What the request leaves in the org when every switch is at its default."""
    left = {}
    for mode, tables in SETS.items():
        folder = tmp_path_factory.mktemp(f"undisturbed-{mode}")
        database = copy_of(template_file, folder)
        async with living_house(folder, database, mode=mode, tables=tables) as house:
            await everything(house)
            await house.ends("live")
            left[mode] = grants_of(house.org.snapshot())
    return left


@pytest.fixture
def undisturbed(
    each_undisturbed: Mapping[Mode, Mapping[str, Any]], mode: Mode
) -> Mapping[str, Any]:
    """The same for this telling."""
    return each_undisturbed[mode]


def test_the_tellings_differ_in_the_kind_of_their_sets(
    each_undisturbed: Mapping[Mode, Mapping[str, Any]],
) -> None:
    made = {
        mode: sorted(one["licensed"] for name, one in left["sets"].items() if "_IU1" in name)
        for mode, left in each_undisturbed.items()
    }
    assert made == {"socket": [False], "http": [False, True]}


CLOSED = "picklists_list_grantable=False"
"""Nobody can ask in such an org: what is told instead, tests of the catalogue say."""

ONCE = positions([*ENDS, CLOSED])
POSITIONS = {
    **{name: one for name, one in ONCE.items() if name != CLOSED},
    PLURAL: Switches(definitions_answer=False, plural_nouns=True),
}


def test_every_other_position_of_every_switch_is_tried_once() -> None:
    tried = sorted(one for name in ONCE for one in name.split(","))
    assert tried == sorted(f"{name}={value}" for name, value in moved())


@pytest.mark.parametrize("name", POSITIONS)
async def test_the_other_position_of_a_switch_ends_live_or_says_what_to_do(
    build: Build, undisturbed: Mapping[str, Any], name: str
) -> None:
    async with build(switches=POSITIONS[name]) as house:
        await house.ask(EVERYTHING, objects=EVERYTHING_OBJECTS)
        request = await looked_at(house)
        if not request.preflight.problems:
            await house.approve()
            request = await house.ends("live", "blocked")
        found = (*request.preflight.problems, *([request.finding] if request.finding else []))
        if name in ENDS:
            code, named = ENDS[name]
            assert [one.code for one in found] == [code]
            assert named in f"{found[0].cause} {found[0].remedy}"
        else:
            assert (str(request.state), found) == ("live", ())
            assert grants_of(house.org.snapshot()) == undisturbed
        await house.told()
        assert house.slack.complaints == []


async def looked_at(house: House) -> Request:
    """The request, once somebody has looked at the org for it."""

    async def looked() -> Request | None:
        found = await house.request()
        return found if found.preflight else None

    return cast("Request", await house.until_async(looked))


async def test_a_bot_with_the_documented_rights_may_grant_apps_where_they_are_enforced(
    build: Build, undisturbed: Mapping[str, Any]
) -> None:
    switches = Switches(app_grant_needs_modify_all=True)
    async with build(switches=switches) as house:
        rights = ("CustomizeApplication", "ManageTranslation", "ModifyAllData")
        house.org.grant_bot(house.org.provisioner.username, *rights)
        await everything(house)
        await house.ends("live")
        assert grants_of(house.org.snapshot()) == undisturbed


async def audience(house: House, app: str) -> str:
    """Provision through an app with a configured audience; answers the end."""
    await everything(house, app=app)
    request = await house.ends("live", "blocked")
    return request.finding.code if request.finding else str(request.state)


@pytest.mark.parametrize("position", ["both", "generic"])
@pytest.mark.parametrize("app", APPS)
async def test_either_kind_of_app_logs_in_whichever_audience_connected_apps_take(
    build: Build, position: str, app: str
) -> None:
    switches = Switches(connected_app_audience=position)
    async with build(switches=switches) as house:
        assert await audience(house, app) == "live"
