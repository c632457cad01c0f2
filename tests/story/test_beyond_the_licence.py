"""An object that the permission set licence of integration users does not include."""

from __future__ import annotations

import pytest

from bot.sandbox.orgs import Switches
from tests.story.house import Build, House
from tests.story.looking import asked_and_approved, finding

ACCESS = {"perm:Account": ["read"], "perm:Case": ["read", "create"]}


async def stopped(house: House) -> str:
    """Rae's message when the run has met the licence."""
    house.org.leave_out_of_psl("Case")
    await asked_and_approved(house, ACCESS)
    found = (await finding(house, "license_forbids")).finding
    assert found is not None
    assert found.who == "requester"
    await house.told()
    said = house.person("rae").dm[0].readable()
    assert "this permission: Read Case" in said
    assert "in Setup" not in found.remedy
    return said


@pytest.mark.parametrize("text", ["user license", "permission set license"])
async def test_a_licensed_set_refuses_it_before_there_is_a_user_and_rae_is_told_to_ask_without_it(
    build: Build, text: str
) -> None:
    tables = {"orgs.uat": {"permission_sets": "psl"}}
    async with build(tables=tables, switches=Switches(psl_lacks_text=text)) as house:
        before = house.org.snapshot()
        said = await stopped(house)
        assert house.org.user((await house.request()).username) is None
        assert "does not include this permission: Read Case" in said
        assert "Withdraw this request and ask again without this permission" in said
        assert "licence of the user" not in said
        await house.person("rae").command("/integration-user withdraw IU-1")
        await house.ends("withdrawn")
        assert house.org.snapshot() == before


async def test_a_set_without_a_licence_is_refused_at_its_assignment_and_a_retry_is_the_first_try(
    house: House,
) -> None:
    said = await stopped(house)
    assert house.org.user((await house.request()).username) is not None
    assert "The licence of the user does not allow this permission" in said
    assert "Press Retry" in said
    assert "withdraw this request and ask again without" in said
