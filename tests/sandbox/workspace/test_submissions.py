"""What an answer to view_submission does, and what closing a view tells (slack-platform 2)."""

import asyncio

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import Fact, Modal, SlackWorkspace
from tests.sandbox.workspace import shapes as s
from tests.sandbox.workspace.conftest import ScriptedBot


@pytest.fixture
async def form(ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot) -> Modal:
    trigger = ws.world.new_trigger("U0RAE")
    view = s.modal(s.section("Intro", block_id="intro"), s.field("name"))
    await client.views_open(trigger_id=trigger, view={**view, "notify_on_close": True})
    modal = await ws.person("U0RAE").modal()
    await modal.fill("name", "Warehouse")
    return modal


async def test_the_submission_carries_the_state_by_block_and_action(
    form: Modal, bot: ScriptedBot
) -> None:
    await form.submit()
    (sent,) = bot.got
    assert sent["type"] == "view_submission"
    assert sent["user"]["id"] == "U0RAE"
    assert sent["view"]["state"]["values"] == {
        "name": {"text": {"type": "plain_text_input", "value": "Warehouse"}}
    }
    assert sent["response_urls"] == []
    assert sent["trigger_id"]


async def test_an_empty_ack_closes_the_view(form: Modal) -> None:
    outcome = await form.submit()
    assert outcome.closed
    assert outcome.next is None


async def test_errors_stand_under_their_fields_and_keep_what_was_typed(
    form: Modal, bot: ScriptedBot
) -> None:
    bot.default = {"response_action": "errors", "errors": {"name": "Taken"}}
    outcome = await form.submit()
    assert not outcome.closed
    assert outcome.errors == {"name": "Taken"}
    assert form.values == {"name": "Warehouse"}
    await form.fill("name", "Other")
    assert form.errors == {}


@pytest.mark.parametrize(
    "errors", [{"intro": "not an input"}, {"nowhere": "x"}, {"text": "an action_id"}, {}, None]
)
async def test_errors_elsewhere_than_under_inputs_are_trouble(
    ws: SlackWorkspace, form: Modal, bot: ScriptedBot, errors: object
) -> None:
    bot.default = {"response_action": "errors", "errors": errors}
    outcome = await form.submit()
    assert outcome.error is not None
    assert outcome.error.startswith("invalid_response_action")
    assert not outcome.closed
    assert [one.fact for one in ws.complaints] == [Fact.ANSWER_ERRORS]


async def test_update_shows_another_view_in_place(form: Modal, bot: ScriptedBot) -> None:
    bot.default = {
        "response_action": "update",
        "view": s.modal(s.section("Checking"), title=s.plain("Wait")),
    }
    outcome = await form.submit()
    assert not outcome.closed
    assert outcome.next is not None
    assert outcome.next.title == "Wait"
    assert outcome.next.view.id == form.view.id


async def test_push_stacks_a_view_and_back_uncovers_what_was_typed(
    ws: SlackWorkspace, form: Modal, bot: ScriptedBot
) -> None:
    bot.default = {"response_action": "push", "view": s.modal(s.section(), callback_id="two")}
    outcome = await form.submit()
    assert outcome.next is not None
    assert outcome.next.callback_id == "two"
    with pytest.raises(AssertionError, match="covers"):
        await form.fill("name", "x")
    await outcome.next.back()
    uncovered = await ws.person("U0RAE").modal()
    assert uncovered.view is form.view
    assert uncovered.values == {"name": "Warehouse"}


async def test_an_empty_ack_on_a_pushed_view_uncovers_the_one_below(
    form: Modal, bot: ScriptedBot
) -> None:
    bot.answers = [{"response_action": "push", "view": s.modal(s.section())}, {}]
    pushed = (await form.submit()).next
    assert pushed is not None
    outcome = await pushed.submit()
    assert outcome.closed
    assert outcome.next is not None
    assert outcome.next.view is form.view


async def test_clear_closes_the_whole_stack(
    ws: SlackWorkspace, form: Modal, bot: ScriptedBot
) -> None:
    clear = {"response_action": "clear"}
    bot.answers = [{"response_action": "push", "view": s.modal(s.section())}, clear]
    pushed = (await form.submit()).next
    assert pushed is not None
    outcome = await pushed.submit()
    assert outcome.closed
    assert not form.is_open
    assert not ws.person("U0RAE").has_modal


async def test_a_fourth_view_cannot_be_pushed_by_an_answer_either(
    form: Modal, bot: ScriptedBot
) -> None:
    bot.default = {"response_action": "push", "view": s.modal(s.section())}
    second = (await form.submit()).next
    assert second is not None
    third = (await second.submit()).next
    assert third is not None
    outcome = await third.submit()
    assert outcome.error == "push_limit_reached"


async def test_an_invalid_view_in_an_answer_is_trouble(form: Modal, bot: ScriptedBot) -> None:
    bot.default = {"response_action": "update", "view": s.modal(s.section(""))}
    outcome = await form.submit()
    assert outcome.error is not None
    assert "invalid_arguments" in outcome.error


async def test_an_unknown_response_action_is_trouble(
    ws: SlackWorkspace, form: Modal, bot: ScriptedBot
) -> None:
    bot.default = {"response_action": "explode"}
    assert (await form.submit()).error == "invalid_response_action"
    assert [one.fact for one in ws.complaints] == [Fact.ANSWER_KIND]


async def test_back_tells_that_one_view_closed(form: Modal, bot: ScriptedBot) -> None:
    await form.back()
    (sent,) = bot.got
    assert (sent["type"], sent["is_cleared"]) == ("view_closed", False)
    assert sent["view"]["id"] == form.view.id


async def test_closing_the_stack_tells_it_was_cleared(form: Modal, bot: ScriptedBot) -> None:
    bot.answers = [{"response_action": "push", "view": s.modal(s.section())}]
    pushed = (await form.submit()).next
    assert pushed is not None
    await pushed.close()
    closed = [sent for sent in bot.got if sent["type"] == "view_closed"]
    assert [(sent["view"]["id"], sent["is_cleared"]) for sent in closed] == [(form.view.id, True)]


async def test_clear_on_close_takes_the_stack_along(form: Modal, bot: ScriptedBot) -> None:
    view = s.modal(s.section(), clear_on_close=True)
    bot.answers = [{"response_action": "push", "view": view}]
    pushed = (await form.submit()).next
    assert pushed is not None
    await pushed.back()
    assert not form.is_open


async def test_closing_is_not_told_unless_asked(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot
) -> None:
    await client.views_open(trigger_id=ws.world.new_trigger("U0RAE"), view=s.modal())
    await (await ws.person("U0RAE").modal()).close()
    assert bot.got == []


async def test_an_empty_required_field_is_never_sent(form: Modal, bot: ScriptedBot) -> None:
    await form.fill("name", "")
    outcome = await form.submit()
    assert not outcome.sent
    assert outcome.errors == {"name": "Please complete this required field."}
    assert bot.got == []


async def test_two_submits_at_once_are_both_sent(form: Modal, bot: ScriptedBot) -> None:
    outcomes = await asyncio.gather(form.submit(), form.submit())
    assert [outcome.closed for outcome in outcomes] == [True, True]
    assert len(bot.got) == 2
