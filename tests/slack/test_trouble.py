"""No listener ends in silence: words and a number for the person, everything for the log."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from bot.sandbox.workspace import Message, Switches
from bot.sandbox.workspace.world import BOT_USER
from bot.slack import ids
from tests.slack.house import SlackHouse

Lines = list[Any]


async def break_the_store(house: SlackHouse) -> None:
    """Nothing can be read or written any more; what a lost database looks like."""
    async with house.database.write() as conn:
        await conn.exec_driver_sql("ALTER TABLE request RENAME TO gone")
        await conn.exec_driver_sql("ALTER TABLE org RENAME TO gone_too")


def reference(text: str, lines: Lines) -> None:
    """The number that the person reads stands in the log beside the error."""
    assert "nothing was changed" in text
    (loud,) = [one for one in lines if one["event"] == "slack.listener"]
    assert loud["log_level"] == "error"
    assert loud["exc_info"] is not None
    assert loud["reference"] in text


@pytest.mark.parametrize("text", ["new", "list", "show 1", "withdraw 1"])
async def test_a_command_that_fails_is_answered_with_a_number(
    slack_house: SlackHouse, lines: Lines, text: str
) -> None:
    await slack_house.courier.stop(1)
    await break_the_store(slack_house)
    reference(await slack_house.say("rae", text), lines)


async def test_a_shortcut_that_fails_is_answered_as_a_direct_message(
    slack_house: SlackHouse, lines: Lines
) -> None:
    await slack_house.courier.stop(1)
    await break_the_store(slack_house)
    rae = slack_house.person("rae")
    assert (await rae.shortcut("integration_user_new")).error is None
    reference((await slack_house.ws.until(lambda: rae.dm))[0].text, lines)


async def test_a_step_that_fails_keeps_what_was_typed(
    slack_house: SlackHouse, lines: Lines
) -> None:
    form = await slack_house.open_form()
    await slack_house.courier.stop(1)
    await break_the_store(slack_house)
    outcome = await form.submit()
    reference(outcome.errors["name"], lines)
    assert form.values["name"] == "Warehouse sync"


async def test_the_second_step_that_fails_keeps_what_was_ticked(
    slack_house: SlackHouse, lines: Lines
) -> None:
    form = await slack_house.step_2()
    await slack_house.courier.stop(1)
    await break_the_store(slack_house)
    outcome = await form.submit()
    reference(outcome.errors["username"], lines)
    assert form.values["perm:Account"] == ["read"]


async def test_a_click_that_fails_is_answered_where_only_the_person_sees_it(
    slack_house: SlackHouse, lines: Lines
) -> None:
    card = await slack_house.asked()
    await slack_house.courier.stop(1)
    await break_the_store(slack_house)
    assert (await slack_house.person("ada").click(card, "approve")).error is None
    reference(await slack_house.whisper("ada", "Sorry"), lines)


async def test_a_click_while_not_even_messages_can_be_read_is_answered_all_the_same(
    slack_house: SlackHouse, lines: Lines
) -> None:
    card = await slack_house.asked()
    await slack_house.courier.stop(1)
    await break_the_store(slack_house)
    async with slack_house.database.write() as conn:
        await conn.exec_driver_sql("ALTER TABLE message RENAME TO gone_three")
    assert (await slack_house.person("ada").click(card, "approve")).error is None
    reference(await slack_house.whisper("ada", "Sorry"), lines)


async def test_a_search_that_fails_finds_nothing_and_is_loud(
    slack_house: SlackHouse, lines: Lines
) -> None:
    form = await slack_house.open_form(objects=None)
    await slack_house.courier.stop(1)
    async with slack_house.database.write() as conn:
        await conn.exec_driver_sql("ALTER TABLE object_fact RENAME TO gone")
    assert await form.search("objects", "acc") == []
    assert [one["doing"] for one in lines if one["event"] == "slack.listener"] == ["options"]


async def test_another_org_that_fails_is_told_and_the_form_stays(
    slack_house: SlackHouse, lines: Lines
) -> None:
    form = await slack_house.open_form()
    await slack_house.courier.stop(1)
    await break_the_store(slack_house)
    assert (await form.fill("org", "prod")).error is None
    rae = slack_house.person("rae")
    reference((await slack_house.ws.until(lambda: rae.dm))[0].text, lines)
    assert form.is_open


def button(house: SlackHouse, action: str, value: str) -> Message:
    """A message of the bot with a button, as an older version may have left it."""
    block = {
        "type": "actions",
        "block_id": "b1",
        "elements": [
            {
                "type": "button",
                "action_id": action,
                "value": value,
                "text": {"type": "plain_text", "text": "Press"},
            }
        ],
    }
    message = Message(
        channel="C0APPROVE", ts=house.ws.world.next_ts(), user=BOT_USER, text="x", blocks=[block]
    )
    house.ws.channel("C0APPROVE").messages.append(message)
    return message


@pytest.mark.parametrize("value", ["", "null", "[]", '{"request": "1"}', "not json"])
async def test_a_button_with_a_strange_value_is_answered(
    slack_house: SlackHouse, lines: Lines, value: str
) -> None:
    message = button(slack_house, "approve", value)
    assert (await slack_house.person("ada").click(message, "approve")).error is None
    reference(await slack_house.whisper("ada", "Sorry"), lines)


async def test_a_button_that_no_version_knows_is_acked_and_noted(
    slack_house: SlackHouse, lines: Lines
) -> None:
    message = button(slack_house, "long_gone", "{}")
    assert (await slack_house.person("ada").click(message, "long_gone")).error is None
    assert [one["event"] for one in lines if one["log_level"] == "warning"] == ["slack.unhandled"]
    await slack_house.whisper("ada", "older version")


async def test_what_no_listener_catches_is_acked_with_words_all_the_same(
    slack_house: SlackHouse, lines: Lines
) -> None:
    form = await slack_house.open_form()
    form.view.body["private_metadata"] = "[]"
    form.view.body["callback_id"] = "nobody_knows"
    outcome = await form.submit()
    assert "older version" in outcome.errors["org"]
    form.view.body["callback_id"] = "request_details"
    reference((await form.submit()).errors["name"], lines)
    assert await form.search("objects", "acc") == []  # no listener could even begin


async def test_a_view_that_slack_refuses_is_told(slack_house: SlackHouse, lines: Lines) -> None:
    slack_house.ws.faults.refuse("views.open", "invalid_arguments")
    reference(await slack_house.say("rae", "new"), lines)


@pytest.mark.parametrize("error", ["expired_trigger_id", "exchanged_trigger_id"])
async def test_a_view_that_comes_too_late_is_told_in_plain_words(
    slack_house: SlackHouse, lines: Lines, error: str
) -> None:
    slack_house.ws.faults.refuse("views.open", error)
    assert "too slow" in await slack_house.say("rae", "new")
    assert [one for one in lines if one["log_level"] == "error"] == []


@pytest.mark.parametrize("trouble", ["limit", "502", "internal_error"])
async def test_a_busy_slack_that_opens_no_view_is_told_in_plain_words(
    slack_house: SlackHouse, lines: Lines, trouble: str
) -> None:
    faults = slack_house.ws.faults
    if trouble == "limit":
        faults.rate_limit("views.open")
    elif trouble == "502":
        faults.fail("views.open", status=502)
    else:
        faults.refuse("views.open", trouble)
    assert "Slack is busy" in await slack_house.say("rae", "new")
    assert [one for one in lines if one["log_level"] == "error"] == []


async def test_a_view_that_opens_slowly_holds_up_no_ack(slack_house: SlackHouse) -> None:
    slack_house.ws.faults.slow("views.open", 6)
    slack_house.ws.switches = replace(Switches(), trigger_seconds=20)
    assert await slack_house.say("rae", "new") == ""
    await slack_house.person("rae").modal("request_details")


async def test_a_view_that_fails_after_the_ack_is_told_as_a_direct_message(
    slack_house: SlackHouse,
) -> None:
    slack_house.ws.switches = replace(slack_house.ws.switches, trigger_seconds=1.0)
    slack_house.ws.faults.slow("views.open", 1.2)  # longer than a trigger lives now
    assert await slack_house.say("rae", "new") == ""
    rae = slack_house.person("rae")
    assert "too slow" in (await slack_house.ws.until(lambda: rae.dm))[0].text


ROADS = ("response_url", "chat.postEphemeral", "chat.postMessage")


@pytest.mark.parametrize("shut", range(4))
async def test_a_click_is_answered_by_the_first_road_that_is_open(
    slack_house: SlackHouse, shut: int
) -> None:
    card = await slack_house.asked()
    await slack_house.told()
    sam, before = slack_house.person("sam"), calls(slack_house)
    for road in ROADS[:shut]:
        slack_house.ws.faults.fail(road)
    with capture_logs(processors=[merge_contextvars]) as caught:
        await sam.click(card, "approve")
        heard = await slack_house.ws.until(lambda: sam.dm if shut > 1 else sam.ephemerals())
        await slack_house.surface.afterwards.finish(1)
    assert [one.text.startswith("You cannot approve IU-1") for one in heard] == [True]
    tried = [now - then for now, then in zip(calls(slack_house), before, strict=True)]
    assert tried == [[0, 0], [1, 0], [1, 1], [1, 2]][shut]
    noted = [one for one in caught if one["event"] in {"slack.door", "slack.answer"}]
    assert [one["log_level"] for one in noted] == ["warning"] * shut
    assert {one["request_id"] for one in noted} == ({"IU-1"} if shut else set())


def calls(house: SlackHouse) -> list[int]:
    return [house.ws.count(road) for road in ROADS[1:]]


async def test_a_word_that_cannot_be_said_at_all_is_loud_in_the_log(
    slack_house: SlackHouse, lines: Lines
) -> None:
    card = await slack_house.asked()
    await slack_house.told()
    slack_house.ws.faults.fail("response_url")
    slack_house.ws.faults.refuse("chat.postEphemeral", "user_not_in_channel")
    slack_house.ws.faults.refuse("chat.postMessage", "cannot_dm_bot", times=2)
    assert (await slack_house.person("sam").click(card, "approve")).error is None
    await slack_house.ws.until(lambda: not slack_house.ws.faults.waiting)
    await slack_house.surface.afterwards.finish(1)
    (loud,) = [one for one in lines if one["log_level"] == "error"]
    assert (loud["event"], loud["user"]) == ("slack.unheard", "U0SAM")


async def test_nothing_secret_is_logged(
    slack_house: SlackHouse, lines: Lines, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    slack_house.ws.faults.drop("views.open", after_effect=False)
    await slack_house.say("rae", "new")
    slack_house.ws.faults.fail("response_url")
    slack_house.ws.faults.refuse("chat.postEphemeral", "fatal_error")
    await slack_house.person("sam").click(button(slack_house, "approve", "?"), "approve")
    await slack_house.ws.until(lambda: slack_house.person("sam").dm)
    written = f"{lines} {caplog.text}"
    for secret in (slack_house.ws.bot_token, slack_house.ws.app_token, "/response/"):
        assert secret not in written


def test_buttons_carry_ids_and_versions_only() -> None:
    target = ids.Target(request=17, wanted="abc")
    assert ids.Target.read(target.write()) == target
    assert target.write() == '{"request": 17, "wanted": "abc"}'
