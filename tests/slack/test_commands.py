"""What people read when they type `/integration-user`."""

import pytest

from bot.core import command as said
from tests.slack.house import SlackHouse


async def test_the_bare_command_and_help_name_every_command(slack_house: SlackHouse) -> None:
    for text in ("", "help", "HELP"):
        shown = await slack_house.say("rae", text)
        for command in said.COMMANDS:
            assert f"/integration-user {command}" in shown


async def test_an_unknown_command_is_named_and_the_likely_one_suggested(
    slack_house: SlackHouse,
) -> None:
    shown = await slack_house.say("rae", "withdrw IU-1")
    assert "withdrw" in shown
    assert "Did you mean" in shown
    assert "withdraw" in shown


async def test_hostile_text_after_the_command_is_shown_as_text(slack_house: SlackHouse) -> None:
    answer = await slack_house.person("rae").command("/integration-user <!channel>&*x*")
    assert "<!channel>" not in answer.text
    assert not any("<!channel>" in str(block) for block in answer.blocks)


@pytest.mark.parametrize("text", ["show", "show abc", "show IU-0", "retry 1 2", "test IU-1x"])
async def test_a_bad_id_is_answered_with_what_to_write(slack_house: SlackHouse, text: str) -> None:
    assert "IU-17" in await slack_house.say("rae", text)


@pytest.mark.parametrize("verb", ["show", "test", "retry", "withdraw"])
async def test_a_number_that_nobody_has_is_said_to_be_none(
    slack_house: SlackHouse, verb: str
) -> None:
    assert "There is no request IU-99" in await slack_house.say("rae", f"{verb} iu-99")


async def test_the_list_shows_name_org_owner_and_state_to_everybody(
    slack_house: SlackHouse,
) -> None:
    assert "no requests yet" in await slack_house.say("sam", "list")
    await slack_house.ask()
    shown = await slack_house.say("sam", "list")
    for word in ("IU-1", "Warehouse sync", "UAT sandbox", "@U0OLU", "being checked"):
        assert word in shown
    assert "Keeps orders" not in shown


async def test_show_tells_all_to_those_who_may_and_a_brief_to_a_stranger(
    slack_house: SlackHouse,
) -> None:
    await slack_house.ask()
    for name in ("rae", "olu", "bea", "ada", "max"):
        shown = await slack_house.say(name, "show 1")
        assert "Keeps orders in step" in shown
        assert "Asked for an integration user" in shown  # the journal
    shown = await slack_house.say("sam", "show IU-1")
    for word in ("IU-1", "Warehouse sync", "UAT sandbox", "@U0OLU"):
        assert word in shown
    for hidden in ("Keeps orders", "warehouse@acme.example", "Account", "U0RAE"):
        assert hidden not in shown


@pytest.mark.parametrize("who", ["U0GUS", "U0GIA"])
async def test_a_guest_cannot_ask_and_is_told_who_can(slack_house: SlackHouse, who: str) -> None:
    assert "Only full members" in await slack_house.say(who, "new")
    assert not slack_house.person(who).has_modal


async def test_a_person_of_another_workspace_cannot_ask(slack_house: SlackHouse) -> None:
    slack_house.ws.channel("C0GENERAL").members.add("U0FIN")
    assert "Only full members" in await slack_house.say("U0FIN", "new")


async def test_somebody_deactivated_a_moment_ago_cannot_ask(slack_house: SlackHouse) -> None:
    form = await slack_house.open_form()
    slack_house.ws.people["U0RAE"].is_restricted = True  # and now a guest
    outcome = await form.submit()
    assert outcome.next is not None
    assert "Only full members" in outcome.next.readable()


async def test_a_shortcut_that_is_refused_comes_as_a_direct_message(
    slack_house: SlackHouse,
) -> None:
    gus = slack_house.person("U0GUS")
    answer = await gus.shortcut("integration_user_new")
    assert answer.error is None
    told = await slack_house.ws.until(lambda: gus.dm)
    assert "Only full members" in told[0].text


async def test_command_and_shortcut_both_open_the_form(slack_house: SlackHouse) -> None:
    rae = slack_house.person("rae")
    assert await slack_house.say("rae", "new") == ""
    assert (await rae.modal("request_details")).fields[0] == "org"
    await (await rae.modal()).close()
    await rae.shortcut("integration_user_new")
    assert (await rae.modal("request_details")).fields[0] == "org"


async def test_approvers_and_admins_see_the_seats_of_every_org(slack_house: SlackHouse) -> None:
    await slack_house.ask()
    for name in ("ada", "max"):
        shown = await slack_house.say(name, "licenses")
        for word in ("UAT sandbox", "1 reserved", "free", "IU-1", "USD", "Counted in the org"):
            assert word in shown


async def test_others_are_told_who_sees_the_seats(slack_house: SlackHouse) -> None:
    shown = await slack_house.say("sam", "licenses")
    assert "Approvers and admins can" in shown
    assert "free" not in shown
