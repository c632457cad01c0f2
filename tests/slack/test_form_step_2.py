"""Step 2 of the form, and the one request that it makes."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from store import catalogue, ledger
from tests.slack.house import ACCESS, DETAILS, SlackHouse, fill_catalogue, objects


def values(options: list[dict]) -> list[str]:
    return [one["value"] for one in options]


async def requests(house: SlackHouse) -> list[str]:
    async with house.database.read() as conn:
        return [one.label for one in await ledger.search(conn)]


async def test_every_chosen_object_has_its_three_blocks_and_no_other(
    slack_house: SlackHouse,
) -> None:
    form = await slack_house.step_2({})
    assert form.fields == [
        "username",
        *(f"{kind}:{name}" for name in ("Account", "Order") for kind in
          ("perm", "fields", "edit_fields")),
    ]  # fmt: skip
    assert form.options("perm:Account") == [
        "read", "create", "edit", "delete", "view_all", "modify_all",
    ]  # fmt: skip


async def test_fields_are_searched_with_all_of_them_first(slack_house: SlackHouse) -> None:
    form = await slack_house.step_2({})
    assert values(await form.search("fields:Account", "")) == ["*", "Rating", "Industry", "Phone"]
    assert values(await form.search("fields:Account", "telep")) == ["Phone"]
    assert values(await form.search("fields:Account", "INDUS")) == ["Industry"]
    assert values(await form.search("fields:Order", ""))[1:] == ["Status"]


async def test_read_only_fields_are_not_offered_for_editing(slack_house: SlackHouse) -> None:
    form = await slack_house.step_2({})
    assert values(await form.search("edit_fields:Account", "")) == ["*", "Industry", "Phone"]


async def test_sending_closes_the_form_and_the_requester_hears_the_number(
    slack_house: SlackHouse,
) -> None:
    outcome = await (await slack_house.step_2()).submit()
    assert outcome.closed
    assert not slack_house.person("rae").has_modal
    message = await slack_house.dm("rae", "being checked", button="withdraw")
    assert message.text.startswith("IU-1 ")
    assert await slack_house.enqueued("preflight-1-1")
    lines = await slack_house.journal()
    assert [(one.actor, one.event, str(one.source)) for one in lines] == [
        ("U0RAE", "requested", "slack")
    ]


async def test_back_keeps_what_was_typed_and_objects_may_change_then(
    slack_house: SlackHouse,
) -> None:
    second = await slack_house.step_2()
    await second.back()
    first = await slack_house.person("rae").modal("request_details")
    assert first.values["purpose"] == "Keeps orders in step with the warehouse."
    assert first.values["objects"] == ["Account", "Order"]
    await first.fill("objects", ["Warehouse__c"])
    assert (await first.submit()).errors == {}
    again = await slack_house.person("rae").modal("request_access")
    assert [one for one in again.fields if one.startswith("perm")] == ["perm:Warehouse__c"]
    await again.fill("perm:Warehouse__c", ["read"])
    assert (await again.submit()).closed
    assert [g.object for g in (await slack_house.request()).asked.grants] == ["Warehouse__c"]
    assert await requests(slack_house) == ["IU-1"]


async def test_nothing_ticked_is_refused_before_it_is_sent(slack_house: SlackHouse) -> None:
    form = await slack_house.step_2({"perm:Account": ["read"]})
    outcome = await form.submit()
    assert list(outcome.errors) == ["perm:Order"]


async def test_fields_to_edit_need_create_or_edit(slack_house: SlackHouse) -> None:
    form = await slack_house.step_2(
        {"perm:Account": ["read"], "perm:Order": ["read"], "edit_fields:Order": ["Status"]}
    )
    assert list((await form.submit()).errors) == ["edit_fields:Order"]


async def test_a_bad_username_is_said_under_it(slack_house: SlackHouse) -> None:
    form = await slack_house.step_2()
    await form.fill("username", "no address")
    assert list((await form.submit()).errors) == ["username"]


async def test_the_proposal_stands_in_the_empty_field_and_is_free(slack_house: SlackHouse) -> None:
    form = await slack_house.step_2()
    assert "warehouse-sync@integrations.acme.example" in str(form.blocks)
    await form.fill("username", "warehouse-sync@integrations.acme.example")
    assert (await form.submit()).closed
    second = await slack_house.step_2()
    assert "warehouse-sync@integrations.acme.example" not in str(second.blocks)
    await second.fill("username", "warehouse-sync@integrations.acme.example")
    assert "Another request wants" in (await second.submit()).errors["username"]


async def test_a_field_that_went_away_meanwhile_is_said_under_its_picker(
    slack_house: SlackHouse,
) -> None:
    form = await slack_house.step_2({"perm:Account": ["edit"], "perm:Order": ["read"],
                                     "edit_fields:Account": ["Phone"]})  # fmt: skip
    async with slack_house.database.write() as conn:
        facts = await catalogue.org(conn, "uat")
        assert facts is not None
        now = slack_house.clock()
        account, *rest = objects()
        read_only = tuple(replace(one, editable=False) for one in account.fields)
        newer = replace(facts, begun_at=now, ended_at=now)
        await catalogue.save(conn, newer, [replace(account, fields=read_only), *rest])
    assert list((await form.submit()).errors) == ["edit_fields:Account"]


async def test_a_seat_that_went_meanwhile_is_said_where_one_sees_it(
    slack_house: SlackHouse,
) -> None:
    form = await slack_house.step_2()
    await fill_catalogue(slack_house.database, license_used=5)
    outcome = await form.submit()
    assert "no free seat" in outcome.errors["username"]
    assert await requests(slack_house) == []


async def test_an_owner_who_left_and_an_app_that_went_meanwhile_are_said_in_step_2(
    slack_house: SlackHouse,
) -> None:
    form = await slack_house.step_2()
    slack_house.ws.people["U0OLU"].deleted = True
    slack_house.ctx.settings.orgs["uat"].apps.clear()
    outcome = await form.submit()
    for word in ("Owner: This account is deactivated", "App: This app", "press Back"):
        assert word in outcome.errors["username"]
    assert await requests(slack_house) == []


async def test_what_step_2_held_is_there_again_after_step_1_was_mended(
    slack_house: SlackHouse,
) -> None:
    name = "mine@integrations.acme.example"
    filled = {**ACCESS, "fields:Order": ["*"], "edit_fields:Order": ["Status"], "username": name}
    form = await slack_house.step_2(filled)
    before = form.values
    slack_house.ws.people["U0OLU"].deleted = True
    assert list((await form.submit()).errors) == ["username"]
    await form.back()
    first = await slack_house.person("rae").modal("request_details")
    await first.fill("owner", "U0MAX")
    await first.fill("objects", ["Account", "Order", "Warehouse__c"])
    assert (await first.submit()).errors == {}
    again = await slack_house.person("rae").modal("request_access")
    assert {key: again.values[key] for key in before} == before
    await again.fill("perm:Warehouse__c", ["read"])
    assert (await again.submit()).closed
    asked = (await slack_house.request()).asked
    assert (asked.owner, asked.username) == ("U0MAX", name)


async def test_an_object_that_went_meanwhile_is_said_under_what_it_may_do(
    slack_house: SlackHouse,
) -> None:
    form = await slack_house.step_2()
    async with slack_house.database.write() as conn:
        facts = await catalogue.org(conn, "uat")
        assert facts is not None
        await catalogue.save(conn, facts, [one for one in objects() if one.name != "Order"])
    outcome = await form.submit()
    assert list(outcome.errors) == ["perm:Order"]
    assert "cannot be granted any more" in outcome.errors["perm:Order"]


async def test_an_org_that_went_away_meanwhile_costs_nothing_typed(slack_house: SlackHouse) -> None:
    form = await slack_house.step_2()
    async with slack_house.database.write() as conn:
        await catalogue.refuse(conn, "uat", "UAT cannot be reached.", slack_house.clock())
    assert "UAT cannot be reached." in (await form.submit()).errors["username"]
    await fill_catalogue(slack_house.database)
    assert (await form.submit()).closed


async def test_a_form_older_than_a_day_says_so(slack_house: SlackHouse) -> None:
    form = await slack_house.step_2()
    slack_house.clock.ahead = timedelta(hours=25)
    outcome = await form.submit()
    assert outcome.next is not None
    assert "older than a day" in outcome.next.readable()
    assert await requests(slack_house) == []


async def test_a_form_older_than_a_day_goes_on_from_step_1(slack_house: SlackHouse) -> None:
    form = await slack_house.step_2({})
    slack_house.clock.ahead = timedelta(hours=25)
    await form.back()
    first = await slack_house.person("rae").modal("request_details")
    assert (await first.submit()).errors == {}
    again = await slack_house.person("rae").modal("request_access")
    for block, value in ACCESS.items():
        await again.fill(block, value)
    assert (await again.submit()).closed
    assert await requests(slack_house) == ["IU-1"]


async def test_a_form_in_other_hands_makes_nothing(slack_house: SlackHouse) -> None:
    form = await slack_house.step_2()
    form.view.user = "U0SAM"
    slack_house.ws.world.stacks["U0SAM"] = slack_house.ws.world.stacks.pop("U0RAE")
    outcome = await form.submit()
    assert outcome.next is not None
    assert await requests(slack_house) == []


async def test_two_submits_of_one_form_make_one_request(any_slack_house: SlackHouse) -> None:
    await fill_catalogue(any_slack_house.database, license_total=2, psl_total=2)  # the last seat
    form = await any_slack_house.step_2()
    outcomes = await asyncio.gather(*(form.submit() for _ in range(4)))
    assert [one.errors for one in outcomes] == [{}] * 4
    assert [one.error for one in outcomes] == [None] * 4
    assert await requests(any_slack_house) == ["IU-1"]


async def test_of_two_submits_for_the_last_seat_one_wins(any_slack_house: SlackHouse) -> None:
    house = any_slack_house
    await fill_catalogue(house.database, license_total=2, psl_total=2)
    mine = await house.step_2()
    sam = house.person("sam")
    await sam.command("/integration-user new")
    details = await sam.modal("request_details")
    for block, value in DETAILS.items():
        await details.fill(block, value)
    assert (await details.submit()).errors == {}
    theirs = await sam.modal("request_access")
    for block, value in ACCESS.items():
        await theirs.fill(block, value)
    outcomes = await asyncio.gather(mine.submit(), theirs.submit())
    assert sorted(one.closed for one in outcomes) == [False, True]
    (lost,) = [one for one in outcomes if not one.closed]
    assert "IU-1 Warehouse sync" in lost.errors["username"]
    assert await requests(house) == ["IU-1"]
