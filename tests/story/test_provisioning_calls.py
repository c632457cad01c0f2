"""How many HTTP requests does one integration user cost its org?"""

from __future__ import annotations

from bot.app import gateways
from bot.sandbox.orgs.journal import Entry
from store.records import State
from tests.story.asking import SIX, SIXTY, fields_asked
from tests.story.house import Build, House

MOST = 8


def counted(house: House) -> list[Entry]:
    """Every request that the org receives while the request is approved and not provisioned."""
    seen: list[Entry] = []

    async def look(entry: Entry) -> None:
        if (await house.request()).state is State.APPROVED:
            seen.append(entry)

    house.org.journal.on_request = look
    return seen


def forget_tokens(house: House) -> None:
    """Let the bot reach its orgs as after a start: no token, no remembered audience."""
    fresh = gateways(house.app.settings, house.environ, house.app.context.clock)
    house.app.context.gateways.update(fresh)  # type: ignore[attr-defined]  # it is a dict


async def provision_sixty(house: House, *, cold: bool) -> list[Entry]:
    await house.ask(SIXTY, objects=list(SIX))
    await house.card()
    if cold:
        forget_tokens(house)
    seen = counted(house)
    await house.approve()
    request = await house.ends("live", "blocked")
    assert request.finding is None
    rows = house.org.rows("FieldPermissions", ParentId=request.permission_sets[0].id)
    assert len(rows) == 60
    return seen


def test_the_measured_request_is_the_one_that_the_promise_names() -> None:
    assert len(SIX) == 6
    assert fields_asked(SIXTY) == 60


async def test_a_bot_without_a_token_needs_at_most_eight_requests(house: House) -> None:
    seen = await provision_sixty(house, cold=True)
    print(f"requests received from Approve to provisioned, cold: {len(seen)}")  # noqa: T201 - the figure
    assert [one.path.rpartition("/")[2] for one in seen] == ["token"] + ["composite"] * 7
    assert len(seen) <= MOST


async def test_a_bot_with_a_token_needs_one_request_less(house: House) -> None:
    seen = await provision_sixty(house, cold=False)
    print(f"requests received from Approve to provisioned, warm: {len(seen)}")  # noqa: T201 - the figure
    assert len(seen) <= MOST - 1
    assert not [one for one in seen if one.path.endswith("/token")]


async def test_two_sets_cost_at_most_one_request_more(build: Build) -> None:
    tables = {"orgs.uat": {"permission_sets": "psl"}}
    async with build(tables=tables) as house:
        seen = await provision_sixty(house, cold=True)
    print(f"requests received from Approve to provisioned, two sets, cold: {len(seen)}")  # noqa: T201 - the figure
    assert len(seen) <= MOST + 1
