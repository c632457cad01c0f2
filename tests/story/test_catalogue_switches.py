"""What an org may not tell the catalogue: it is told by people, or by another mark."""

from __future__ import annotations

from bot.sandbox.orgs import Switches
from store import catalogue
from tests.story.house import Build, House
from tests.story.looking import READ_ACCOUNT, house_where, problem


async def test_an_org_that_lists_nothing_to_grant_is_closed_and_a_request_is_told_why(
    house: House,
) -> None:
    house.org.world.switches = Switches(picklists_list_grantable=False)
    await house.ask(READ_ACCOUNT, objects=["Account"])
    assert "View Setup and Configuration" in await problem(house, "nothing_listed")
    await house.refresh()
    async with house.app.database.read() as conn:
        found = await catalogue.org(conn, "uat")
    assert found is not None
    assert "does not list which objects can be granted" in found.refusal


async def test_a_master_that_describe_does_not_put_in_order_is_known_by_its_cascade(
    build: Build,
) -> None:
    def sees_lines(house: House) -> None:
        bot = house.org.provisioner.username
        house.org.grant_bot(bot, objects={"Invoice_Line__c": True})

    switches = Switches(definitions_answer=False, relationship_order_marks_master=False)
    async with house_where(build, sees_lines, switches=switches) as house:
        await house.ask({"perm:Invoice_Line__c": ["read"]}, objects=["Invoice_Line__c"])
        assert "Read on Invoice__c, because" in (await house.card()).readable()
