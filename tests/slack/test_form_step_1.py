"""Step 1 of the form: what it offers, what it keeps, and what it says under its fields."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.sandbox.workspace import Modal
from store import catalogue
from tests.slack.house import SlackHouse, fill_catalogue


def values(options: list[dict]) -> list[str]:
    return [one["value"] for one in options]


async def opened(house: SlackHouse) -> Modal:
    await house.say("rae", "new")
    return await house.person("rae").modal("request_details")


async def test_the_orgs_show_the_seats_left_and_the_first_one_is_chosen(
    slack_house: SlackHouse,
) -> None:
    form = await opened(slack_house)
    assert form.options("org") == ["uat", "prod"]
    assert form.values["org"] == "uat"
    text = form.option_texts("org")[0]
    assert "UAT sandbox" in text
    assert "4 of 5" in text


async def test_an_org_whose_kind_lies_is_not_offered(slack_house: SlackHouse) -> None:
    async with slack_house.database.write() as conn:
        await catalogue.refuse(conn, "prod", "It is a sandbox.", slack_house.clock(), hidden=True)
    assert (await opened(slack_house)).options("org") == ["uat"]


async def test_no_org_at_all_is_said_in_words(slack_house: SlackHouse) -> None:
    async with slack_house.database.write() as conn:
        for org in ("uat", "prod"):
            await catalogue.refuse(conn, org, "It lies.", slack_house.clock(), hidden=True)
    assert "No Salesforce org can be chosen" in await slack_house.say("rae", "new")


async def test_another_org_empties_app_and_objects_and_keeps_the_rest(
    slack_house: SlackHouse,
) -> None:
    await fill_catalogue(slack_house.database, "prod")
    form = await slack_house.open_form()
    before = form.values
    await form.fill("org", "prod")
    await slack_house.ws.until(lambda: form.version == 2)
    assert form.values == {**before, "org": "prod", "app": None, "objects": []}
    assert "were cleared because they belong to UAT sandbox" in form.readable()
    assert values(await form.search("objects", "acc")) == ["Account"]
    assert values(await form.search("app", "")) == []  # prod has no app


async def test_another_org_before_anything_was_picked_needs_no_word(
    slack_house: SlackHouse,
) -> None:
    await fill_catalogue(slack_house.database, "prod")
    form = await opened(slack_house)
    await form.fill("org", "prod")
    await slack_house.ws.until(lambda: form.version == 2)
    assert "cleared" not in form.readable()


async def test_an_org_that_went_away_while_the_form_was_open_is_named_in_it(
    slack_house: SlackHouse,
) -> None:
    form = await slack_house.open_form()
    before = form.values
    async with slack_house.database.write() as conn:
        await catalogue.refuse(conn, "prod", "It is a sandbox.", slack_house.clock(), hidden=True)
    await form.fill("org", "prod")  # the open form still offers it
    await slack_house.ws.until(lambda: form.version == 2)
    assert "Production cannot be chosen any more" in form.readable()
    assert "the form shows UAT sandbox" in form.readable()
    assert form.values == {**before, "app": None, "objects": []}
    await form.fill("objects", ["Account"])
    assert (await form.submit()).errors == {}


async def test_an_org_that_cannot_be_reached_says_so_as_soon_as_it_is_chosen(
    slack_house: SlackHouse,
) -> None:
    async with slack_house.database.write() as conn:
        await catalogue.refuse(conn, "prod", "Production cannot be reached.", slack_house.clock())
    form = await opened(slack_house)
    await form.fill("org", "prod")
    await slack_house.ws.until(lambda: form.version == 2)
    assert "Production cannot be reached." in form.readable()
    assert "choose another org, or pass this on to an admin" in form.readable()


async def test_when_no_org_is_left_nothing_typed_is_lost(slack_house: SlackHouse) -> None:
    await fill_catalogue(slack_house.database, "prod")
    form = await slack_house.open_form()
    slack_house.ws.faults.fail("views.update")
    await form.fill("org", "prod")
    async with slack_house.database.write() as conn:
        for org in ("uat", "prod"):
            await catalogue.refuse(conn, org, "It lies.", slack_house.clock(), hidden=True)
    outcome = await form.submit()
    assert "No Salesforce org can be chosen" in outcome.errors["name"]
    assert form.values["purpose"] == "Keeps orders in step with the warehouse."


@pytest.mark.parametrize("switch", ["typed_values_survive_update", "typing_changes_hash"])
async def test_a_change_of_org_keeps_the_rest_whatever_slack_does(
    slack_house: SlackHouse, switch: str
) -> None:
    now = getattr(slack_house.ws.switches, switch)
    slack_house.ws.switches = replace(slack_house.ws.switches, **{switch: not now})
    await fill_catalogue(slack_house.database, "prod")
    form = await slack_house.open_form()
    before = form.values
    slack_house.ws.faults.slow("views.update", 0.1)
    await form.fill("org", "prod")
    await form.fill("name", "Warehouse sync")  # the hash may move while we change the view
    await slack_house.ws.until(lambda: form.version == 2)
    assert form.values == {**before, "org": "prod", "app": None, "objects": []}


async def test_when_the_change_of_the_view_is_lost_sending_the_form_makes_up_for_it(
    slack_house: SlackHouse,
) -> None:
    await fill_catalogue(slack_house.database, "prod")
    form = await slack_house.open_form()
    slack_house.ws.faults.fail("views.update")
    await form.fill("org", "prod")
    await slack_house.ws.until(lambda: slack_house.ws.count("views.update"))
    outcome = await form.submit()
    assert outcome.next is not None
    assert outcome.next.callback_id == "request_details"
    assert form.values["org"] == "prod"
    assert form.values["objects"] == []
    assert form.values["name"] == "Warehouse sync"
    await form.fill("objects", ["Account"])
    assert (await form.submit()).errors == {}


async def test_objects_are_found_by_label_and_by_api_name(slack_house: SlackHouse) -> None:
    form = await opened(slack_house)
    assert values(await form.search("objects", "depots")) == ["Warehouse__c"]
    assert values(await form.search("objects", "WAREHOUSE__")) == ["Warehouse__c"]
    assert values(await form.search("objects", "")) == ["Account", "Order", "Warehouse__c"]
    assert values(await form.search("objects", "<&%_'")) == []
    assert values(await form.search("app", "ware")) == ["warehouse"]
    assert values(await form.search("app", "nothing")) == []


@pytest.mark.parametrize(
    ("block", "value", "word"),
    [
        ("name", "two\nlines", "one line"),
        ("name", "\u202eevil", "direction"),
        ("system", "bell\x07", "control characters"),
        ("name", "\u3164", "Nobody can see"),
        ("email", "rae@elsewhere.example", "acme.example"),
        ("owner", "U0CAL", "bot"),
        ("owner", "U0GUS", "guest"),
        ("backup_owner", "U0FIN", "another workspace"),
        ("backup_owner", "U0OLU", "somebody else"),
    ],
)
async def test_what_cannot_be_is_said_under_its_field(
    slack_house: SlackHouse, block: str, value: str, word: str
) -> None:
    slack_house.ws.channel("C0GENERAL").members.add("U0FIN")
    form = await slack_house.open_form(**{block: value})
    outcome = await form.submit()
    assert outcome.error is None
    assert list(outcome.errors) == [block]
    assert word in outcome.errors[block]
    assert form.is_open


async def test_an_owner_who_left_is_said_under_the_field(slack_house: SlackHouse) -> None:
    form = await slack_house.open_form()
    slack_house.ws.people["U0OLU"].deleted = True
    assert "deactivated" in (await form.submit()).errors["owner"]


async def test_all_that_is_wrong_is_said_at_once(slack_house: SlackHouse) -> None:
    form = await slack_house.open_form(owner="U0CAL", email="x@elsewhere.example")
    assert set((await form.submit()).errors) == {"owner", "email"}


async def test_hostile_text_in_every_field_makes_a_request_and_not_a_mention(
    slack_house: SlackHouse,
) -> None:
    evil = "<!channel> *b* `c` &lt; '; DROP TABLE request; --"
    await slack_house.ask(
        name=evil, purpose=evil * 15, system=evil, ticket=evil, objects=["Account", "Order"]
    )
    await slack_house.looked(1)
    card = await slack_house.card(1)
    assert "<!channel>" not in card.text
    assert "<!channel>" not in str(card.blocks)
    assert "DROP TABLE" in card.readable()


async def test_an_org_that_was_never_read_says_so_under_org(slack_house: SlackHouse) -> None:
    form = await slack_house.open_form()
    await form.fill("org", "prod")
    await slack_house.ws.until(lambda: form.version == 2)
    outcome = await form.submit()  # nothing can be picked, and nothing has to be
    assert list(outcome.errors) == ["org"]
    assert "Production has not been read yet" in outcome.errors["org"]


async def test_no_seat_is_said_under_org_naming_who_holds_what(slack_house: SlackHouse) -> None:
    await fill_catalogue(slack_house.database, license_total=2, psl_total=2)
    await slack_house.ask()
    outcome = await (await slack_house.open_form(name="Another")).submit()
    assert list(outcome.errors) == ["org"]
    for word in ("no free seat", "IU-1 Warehouse sync", "1 of 2 used", "1 reserved"):
        assert word in outcome.errors["org"]


async def test_people_whom_slack_does_not_answer_for_cost_nothing_typed(
    slack_house: SlackHouse,
) -> None:
    form = await slack_house.open_form()
    slack_house.clock.ahead = timedelta(minutes=6)  # what was known is too old
    fault = slack_house.ws.faults.slow("users.info", 4, times=3)
    slack_house.in_time()
    outcome = await form.submit()
    assert outcome.error is None  # acked in time although three people were asked for
    assert "try again" in outcome.errors["name"]
    assert form.values["name"] == "Warehouse sync"
    assert fault.met == 3
    assert (await form.submit()).errors == {}
