"""A request that was made in an org that is no more: a refreshed sandbox took its place."""

from __future__ import annotations

from store import catalogue
from tests.story.house import House

NEW_ID = "00DSb0000000NEWEA0"


async def test_when_its_org_is_gone_for_good_a_request_can_still_be_withdrawn(house: House) -> None:
    await house.ask()
    await house.card()
    house.org.set_seats(licenses=1)
    await house.approve()
    await house.ends("blocked")
    house.org.pretend(org_id=NEW_ID)
    rae = house.person("rae")
    await rae.command("/integration-user withdraw IU-1")

    async def undo_failed() -> bool:
        finding = (await house.request()).finding
        return finding is not None and finding.code == "undo_incomplete"

    await house.until_async(undo_failed)
    before = list(house.org.changes)
    async with house.app.database.write() as conn:
        assert await catalogue.accept(conn, "uat", NEW_ID, house.app.context.clock())
    await rae.command("/integration-user withdraw IU-1")
    await house.ends("withdrawn")
    assert house.org.changes == before
    said = [line.detail for line in await house.journal() if line.event == "withdrawn"]
    assert "is gone" in said[-1]
