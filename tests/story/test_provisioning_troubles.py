"""Lost replies, ended sessions, busy rows and slow orgs: the same end, and nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.sandbox.orgs import DROP_AFTER, DROP_BEFORE, SESSION_EXPIRED, Delay, Org, Reply
from tests.story.asking import everything
from tests.story.house import House, copy_of, living_house

WRITES = (
    "PermissionSet",
    "ObjectPermissions",
    "User",
    "PermissionSetAssignment",
)
"""One object of each of the four calls that a request is written with."""

LOCKED = Reply(
    status=400,
    body=[
        {
            "message": "unable to obtain exclusive access to this record",
            "errorCode": "UNABLE_TO_LOCK_ROW",
            "fields": [],
        }
    ],
)
PAGE = Reply(status=503, body="<html><body>Sorry, down for maintenance</body></html>", whole=True)


class End:
    """What a request leaves: the org's rows, its changes in order, and the steps journaled."""

    def __init__(self, house: House, lines: list[Any]) -> None:
        self.snapshot = house.org.snapshot()
        self.changes = Counter(house.org.changes)
        self.done = Counter(line.step for line in lines if line.event == "done")


async def end_of(house: House) -> End:
    request = await house.ends("live", "blocked")
    assert (str(request.state), request.finding) == ("live", None)
    await house.told()
    assert house.slack.complaints == []
    return End(house, await house.journal())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def undisturbed(tmp_path_factory: pytest.TempPathFactory, template_file: Path) -> End:
    folder = tmp_path_factory.mktemp("undisturbed")
    async with living_house(folder, copy_of(template_file, folder)) as house:
        await everything(house)
        return await end_of(house)


def assert_same(seen: End, undisturbed: End) -> None:
    assert seen.snapshot == undisturbed.snapshot
    assert seen.changes == undisturbed.changes
    assert seen.done == undisturbed.done
    assert set(seen.done.values()) == {1}


@pytest.mark.parametrize("sobject", WRITES)
@pytest.mark.parametrize("drop", [DROP_BEFORE, DROP_AFTER], ids=["before", "after"])
async def test_a_connection_lost_around_a_write_changes_nothing(
    house: House, undisturbed: End, sobject: str, drop: Any
) -> None:
    fault = house.org.faults.add(drop, method="POST", sobject=sobject)
    await everything(house)
    seen = await end_of(house)
    assert fault.hits == 1
    assert_same(seen, undisturbed)


def expired(org: Org) -> None:
    org.faults.add(SESSION_EXPIRED, method="POST", sobject="User")


def page(org: Org) -> None:
    org.faults.add(PAGE, method="POST", sobject="ObjectPermissions")


def row_lock(org: Org) -> None:
    org.faults.add(LOCKED, method="POST", sobject="PermissionSetAssignment")


def maintenance(org: Org) -> None:
    """Everything of one step answers a page, again and again: longer than one run goes on."""
    org.faults.add(PAGE, method="POST", sobject="User", times=5)


def latency(org: Org) -> None:
    for sobject in WRITES:
        org.faults.add(Delay(0.1), method="POST", sobject=sobject)


def lost_every_reply(org: Org) -> None:
    for sobject in WRITES:
        org.faults.add(DROP_AFTER, method="POST", sobject=sobject)


def lost_twice(org: Org) -> None:
    """The first try never arrives, the reply of the second never comes back."""
    org.faults.add(DROP_BEFORE, method="POST", sobject="User")
    org.faults.add(DROP_AFTER, method="POST", sobject="User", times=2)


@pytest.mark.parametrize(
    "trouble", [expired, page, row_lock, maintenance, latency, lost_every_reply, lost_twice]
)
async def test_trouble_that_passes_leaves_the_same_end(
    house: House, undisturbed: End, trouble: Callable[[Org], None]
) -> None:
    trouble(house.org)
    await everything(house)
    assert_same(await end_of(house), undisturbed)


async def test_an_org_that_is_away_for_long_is_said_once_in_the_journal(house: House) -> None:
    await house.ask()
    await house.card()
    house.org.faults.add(PAGE, path="composite", times=3)
    await house.approve()
    await end_of(house)
    away = [line for line in await house.journal() if line.event == "unavailable"]
    assert len(away) == 1
    assert "HTTP 503" in away[0].detail


async def test_a_set_that_an_admin_changed_meanwhile_is_made_as_approved(
    house: House, undisturbed: End
) -> None:
    """A step that somebody undoes while the run goes on is done again, and journaled again."""
    hold = house.org.faults.hold(method="POST", sobject="User")
    await everything(house)
    await hold.reached()
    made = house.org.rows("PermissionSet", Name="Integration_Warehouse_Sync_IU1")[0]
    access = house.org.rows("ObjectPermissions", ParentId=made["Id"], SobjectType="Account")[0]
    house.org.remove_row("ObjectPermissions", str(access["Id"]))
    hold.release()
    seen = await end_of(house)
    assert seen.snapshot == undisturbed.snapshot
    assert seen.done["grant-object:Integration_Warehouse_Sync_IU1:Account"] == 2
