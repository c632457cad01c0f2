"""The cache of each org: what it knows, what closes an org, and how it mends by itself."""

from __future__ import annotations

import asyncio

import aiohttp
from structlog.testing import capture_logs

from bot.flows import slots
from bot.flows.intake import seats_of
from bot.sandbox.orgs import DROP_BEFORE, Reply
from bot.sandbox.orgs import Switches as OrgSwitches
from store import catalogue
from store.records import ObjectFact, OrgFacts
from tests.story.house import Build, House
from tests.story.looking import READ_ACCOUNT, asked_and_approved, house_where


async def facts(house: House, *names: str) -> dict[str, ObjectFact]:
    async with house.app.database.read() as conn:
        return await catalogue.facts(conn, "uat", names)


async def known(house: House, org: str = "uat") -> OrgFacts:
    async with house.app.database.read() as conn:
        found = await catalogue.org(conn, org)
    assert found is not None
    return found


async def readyz(house: House) -> dict[str, object]:
    address = f"http://127.0.0.1:{house.app.health_port}/readyz"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        assert answer.status == 200
        body: dict[str, object] = await answer.json()
        return body


def organization(house: House, **changes: object) -> None:
    """Another organization answers at the address from now on."""
    (row,) = house.org.rows("Organization")
    house.org.world.tables.remove("Organization", str(row["Id"]))
    house.org.world.tables.put("Organization", row | changes)


async def test_a_bot_that_sees_few_objects_still_offers_all_that_can_be_granted(
    house: House,
) -> None:
    form = await house.open_form(objects=None)
    offered = {one["value"] for one in await form.search("objects", "")}
    assert {"Account", "Case", "Knowledge__kav", "Invoice_Line__c"} <= offered
    assert not {"User", "Organization"} & offered
    labels = {one["text"]["text"] for one in await form.search("objects", "invoice line")}
    assert "Invoice Line (Invoice_Line__c)" in labels
    assert not [one for one in house.org.requests if one.path.endswith("/Invoice__c/describe")]


async def test_facts_come_from_the_definitions(house: House) -> None:
    found = await facts(house, "Invoice__c", "Invoice_Line__c", "Account", "Case")
    invoice = {one.name: one for one in found["Invoice__c"].fields}
    assert invoice["Gross__c"].editable is False
    assert invoice["Number__c"].editable is False
    assert invoice["Net__c"].editable is True
    assert invoice["Net__c"].label == "Net"
    assert found["Invoice_Line__c"].masters == ("Invoice__c",)
    assert found["Invoice__c"].masters == ()
    assert found["Case"].sharing == "Private"
    account = {one.name for one in found["Account"].fields}
    assert "BillingAddress" in account
    assert "BillingCity" not in account


async def test_without_definitions_describe_tells_of_what_the_bot_sees_and_the_rest_is_unknown(
    build: Build,
) -> None:
    def sees_lines(house: House) -> None:
        house.org.grant_bot(
            house.org.provisioner.username, objects={"Invoice_Line__c": True, "Account": True}
        )

    switches = OrgSwitches(definitions_answer=False)
    async with house_where(build, sees_lines, switches=switches) as house:
        found = await facts(house, "Invoice__c", "Invoice_Line__c")
        assert found["Invoice_Line__c"].masters == ("Invoice__c",)
        assert found["Invoice__c"].masters is None
        assert {one.editable for one in found["Invoice__c"].fields} == {None}
        assert found["Invoice__c"].label == "Invoice__c"
        await house.ask({"perm:Invoice_Line__c": ["read"]}, objects=["Invoice_Line__c"])
        assert "Read on Invoice__c, because" in (await house.card()).readable()


async def test_an_org_without_a_sharing_column_keeps_its_labels(build: Build) -> None:
    switches = OrgSwitches(sharing_model_visible=False)
    async with build(switches=switches) as house:
        found = await facts(house, "Case")
        assert (found["Case"].label, found["Case"].sharing) == ("Case", None)


async def test_a_kind_that_lies_hides_the_org_and_says_why_while_the_bot_runs(build: Build) -> None:
    tables = {"orgs.prod": {"kind": "developer"}}
    with capture_logs() as logs:
        async with build(tables=tables) as house:
            form = await house.open_form(objects=None, app=None)
            assert form.options("org") == ["uat"]
            refused = (await readyz(house))["refused_orgs"]
            assert isinstance(refused, dict)
            assert list(refused) == ["prod"]
            assert "says that it is a production org" in refused["prod"]
            assert (await known(house, "prod")).org_id is None
            await asked_and_approved(house)
            await house.ends("live")
    said = [one for one in logs if one["event"] == "org.kind" and one["log_level"] == "error"]
    assert {one["org"] for one in said} == {"prod"}


async def test_a_scratch_org_is_taken_for_a_sandbox_with_a_warning(build: Build) -> None:
    with capture_logs() as logs:
        tables = {"orgs.uat": {"kind": "scratch"}}
        async with build(tables=tables) as house:
            assert (await readyz(house))["refused_orgs"] == {}
            form = await house.open_form(objects=None, app=None)
            assert "uat" in form.options("org")
    said = [one for one in logs if one["event"] == "org.kind"]
    assert {(one["org"], one["log_level"]) for one in said} == {("uat", "warning")}


async def test_another_org_at_the_address_stops_intake_preflight_and_provisioning(
    house: House,
) -> None:
    before = house.org.id
    await house.ask(READ_ACCOUNT, objects=["Account"], name="First")
    await house.card()
    form = await house.open_form(name="Second", objects=["Account"])
    await form.submit()
    step2 = await house.person("rae").modal("request_access")
    await step2.fill("perm:Account", ["read"])
    organization(house, Id="00DSb0000000099AAA")
    changes = list(house.org.changes)
    await step2.submit()

    async def changed() -> bool:
        preflight = (await house.request(2)).preflight
        return preflight is not None and preflight.problems[0].code == "org_changed"

    await house.until_async(changed)
    await house.approve()
    request = await house.ends("blocked")
    assert request.finding
    assert request.finding.code == "org_changed"
    await house.refresh()
    assert (await known(house)).org_id == before
    outcome = await (await house.open_form(name="Third", objects=["Account"])).submit()
    assert "Another org answers" in outcome.errors["org"]
    assert house.org.changes == changes
    organization(house, Id=before)
    await house.refresh()
    await house.person("rae").command("/integration-user retry IU-1")
    await house.ends("live")


async def test_a_wrong_kind_does_not_make_another_org_the_known_one(house: House) -> None:
    before = house.org.id
    organization(house, Id="00DSb0000000099AAA", IsSandbox=False)
    await house.refresh()
    assert ((await known(house)).hidden, (await known(house)).org_id) == (True, before)
    organization(house, Id=before, IsSandbox=True)
    await house.refresh()
    assert ((await known(house)).hidden, (await known(house)).refusal) == (False, "")


async def test_who_looks_after_the_bot_hears_of_an_org_that_nobody_can_choose_once_each_time(
    house: House,
) -> None:
    ops = house.slack.channel("C0OPS").messages
    body = {"error": "invalid_grant", "error_description": "invalid assertion"}
    for number in (1, 2):
        house.org.expire_sessions()
        fault = house.org.faults.add(Reply(status=400, body=body), path="oauth2/token", times=9)
        for _ in range(2):
            await house.refresh()
            await house.told()
        house.org.faults.clear()
        assert fault.hits > 1
        assert len(ops) == number
        told = ops[-1].readable()
        assert "Nobody can ask for an integration user in UAT sandbox now" in told
        assert "certificate" in told
        await house.refresh()
        await house.told()
        assert [one.text for one in ops] == ["UAT sandbox can be chosen again."] * number


async def test_an_org_that_is_away_at_start_says_so_and_mends_by_itself(build: Build) -> None:
    def away(house: House) -> None:
        house.org.faults.add(DROP_BEFORE, times=1_000_000)

    async with house_where(build, away) as house:
        outcome = await (await house.open_form(objects=None, app=None)).submit()
        assert "cannot be reached" in outcome.errors["org"]
        assert "uat" in (await readyz(house))["refused_orgs"]  # type: ignore[operator]  # it is a dict
        house.org.faults.clear()

        async def mended() -> bool:
            return not (await known(house)).refusal

        await house.until_async(mended)
        assert (await readyz(house))["refused_orgs"] == {}


async def test_an_org_that_goes_away_later_stays_open_from_what_is_known(house: House) -> None:
    house.org.faults.add(DROP_BEFORE, times=1_000_000)
    await house.refresh()
    await house.refresh()
    assert (await known(house)).refusal == ""
    outcome = await (await house.open_form()).submit()
    assert not outcome.errors


async def test_a_bot_without_view_setup_is_told_by_the_right_it_lacks(build: Build) -> None:
    def less(house: House) -> None:
        house.org.grant_bot(house.org.provisioner.username, "-ViewSetup")

    async with house_where(build, less) as house:
        assert "lacks View Setup and Configuration" in (await known(house)).refusal
        house.org.grant_bot(house.org.provisioner.username, "ViewSetup")
        await house.refresh()
        assert (await known(house)).refusal == ""


async def test_one_slot_is_one_refresh_however_many_processes_ask(house: House) -> None:
    begun = (await known(house)).begun_at
    seen = house.org.journal.count
    for _ in range(3):
        async with house.app.database.write() as conn:
            await slots.enqueue(house.app.context, conn, "catalogue", "uat", "1764061200")

    async def refreshed() -> bool:
        return (await known(house)).begun_at != begun

    await house.until_async(refreshed)
    once = house.org.journal.count - seen
    await house.refresh()
    assert house.org.journal.count - seen == 2 * once


async def test_a_seat_is_reserved_until_a_refresh_that_began_after_its_user_was_made(
    house: House,
) -> None:
    async def counted() -> tuple[tuple[int, int], tuple[int, int]]:
        async with house.app.database.read() as conn:
            license_seats, psl_seats = await seats_of(conn, "uat")
        return (
            (license_seats.used, license_seats.reserved),
            (psl_seats.used, psl_seats.reserved),
        )

    assert await counted() == ((2, 0), (3, 0))
    await house.ask(READ_ACCOUNT, objects=["Account"])
    assert await counted() == ((2, 1), (3, 1))
    await house.approve()
    await house.ends("live")
    assert await counted() == ((2, 1), (3, 1))
    await house.refresh()
    assert await counted() == ((3, 0), (4, 0))


async def test_a_refresh_that_began_before_the_user_was_made_gives_no_seat_away(
    house: House,
) -> None:
    hold = house.org.faults.hold(path="FieldPermissions/describe")
    refresh = asyncio.create_task(house.refresh())
    await hold.reached()
    await asked_and_approved(house)
    await house.ends("live")
    hold.release()
    await refresh
    async with house.app.database.read() as conn:
        license_seats, psl_seats = await seats_of(conn, "uat")
    assert (license_seats.free, psl_seats.free) == (7, 6)
