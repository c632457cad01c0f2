"""What a person can do: type commands, fill every kind of field, search, click, choose."""

import asyncio
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import Fact, Message, Modal, SlackWorkspace
from tests.sandbox.workspace import shapes as s
from tests.sandbox.workspace.conftest import ScriptedBot


def of(kind: str, **more: Any) -> dict:
    return {"type": kind, "action_id": "a", **more}


async def shown(ws: SlackWorkspace, client: AsyncWebClient, *blocks: dict) -> Modal:
    await client.views_open(trigger_id=ws.world.new_trigger("U0RAE"), view=s.modal(*blocks))
    return await ws.person("U0RAE").modal()


async def test_a_command_arrives_with_its_text_and_a_loopback_response_url(
    ws: SlackWorkspace, bot: ScriptedBot
) -> None:
    bot.default = {"text": "Usage: &lt;new&gt;"}
    answer = await ws.person("U0RAE").command("/integration-user show IU-17")
    (sent,) = bot.got
    assert (sent["command"], sent["text"]) == ("/integration-user", "show IU-17")
    assert (sent["user_id"], sent["channel_id"]) == ("U0RAE", "C0GENERAL")
    assert sent["response_url"].startswith("http://127.0.0.1:")
    assert answer.readable() == "Usage: <new>"
    assert [m.text for m in ws.ephemerals("U0RAE")] == ["Usage: &lt;new&gt;"]


async def test_an_answer_for_everybody_stands_in_the_channel(
    ws: SlackWorkspace, bot: ScriptedBot
) -> None:
    bot.default = {"text": "Hello all", "response_type": "in_channel"}
    await ws.person("U0RAE").command("/integration-user", channel="C0OPS")
    assert [m.text for m in ws.channel("C0OPS").messages] == ["Hello all"]


async def test_mentions_in_a_command_arrive_resolved(ws: SlackWorkspace, bot: ScriptedBot) -> None:
    await ws.person("U0RAE").command("/integration-user for @olu in #general not@olu")
    assert bot.got[0]["text"] == "for <@U0OLU|olu> in <#C0GENERAL|general> not@olu"


async def test_an_unregistered_command_never_reaches_the_bot(
    ws: SlackWorkspace, bot: ScriptedBot
) -> None:
    assert (await ws.person("U0RAE").command("/other")).error == "unknown command"
    assert bot.got == []


async def test_invalid_blocks_in_an_ack_are_seen_as_trouble(
    ws: SlackWorkspace, bot: ScriptedBot
) -> None:
    bot.default = {"text": "x", "blocks": [s.section("")]}
    answer = await ws.person("U0RAE").command("/integration-user")
    assert answer.error is not None
    assert "invalid_blocks" in answer.error
    assert [one.fact for one in ws.complaints] == [Fact.BLOCKS_INVALID]


async def test_a_global_shortcut_arrives(ws: SlackWorkspace, bot: ScriptedBot) -> None:
    await ws.person("U0RAE").shortcut("integration_user_new")
    (sent,) = bot.got
    assert (sent["type"], sent["callback_id"]) == ("shortcut", "integration_user_new")
    assert "channel" not in sent
    with pytest.raises(AssertionError, match="no shortcut"):
        await ws.person("U0RAE").shortcut("other")


async def test_somebody_deactivated_cannot_act(ws: SlackWorkspace, bot: ScriptedBot) -> None:
    with pytest.raises(AssertionError, match="deactivated"):
        await ws.person("U0DEE").command("/integration-user")


FILLS = [
    (of("plain_text_input"), "x", {"value": "x"}),
    (of("email_text_input"), "a@b.example", {"value": "a@b.example"}),
    (of("url_text_input"), "https://x.example", {"value": "https://x.example"}),
    (of("number_input", is_decimal_allowed=False), 7, {"value": "7"}),
    (of("users_select"), "U0OLU", {"selected_user": "U0OLU"}),
    (of("multi_users_select"), ["U0OLU"], {"selected_users": ["U0OLU"]}),
    (of("channels_select"), "C0OPS", {"selected_channel": "C0OPS"}),
    (of("conversations_select"), "C0OPS", {"selected_conversation": "C0OPS"}),
    (of("static_select", options=s.options(2)), "o1", {"selected_option": s.option("o1")}),
    (of("radio_buttons", options=s.options(2)), "o1", {"selected_option": s.option("o1")}),
    (
        of("checkboxes", options=s.options(3)),
        ["o0", "o2"],
        {"selected_options": [s.option("o0"), s.option("o2")]},
    ),
    (
        of("multi_static_select", options=s.options(3)),
        ["o2"],
        {"selected_options": [s.option("o2")]},
    ),
    (of("datepicker"), "2026-11-25", {"selected_date": "2026-11-25"}),
    (of("timepicker"), "09:00", {"selected_time": "09:00"}),
    (of("datetimepicker"), 1764061200, {"selected_date_time": 1764061200}),
]


@pytest.mark.parametrize(("element", "value", "entry"), FILLS, ids=[e[0]["type"] for e in FILLS])
async def test_every_kind_of_field_holds_what_was_put_in_and_starts_empty(
    ws: SlackWorkspace,
    client: AsyncWebClient,
    bot: ScriptedBot,
    element: dict,
    value: object,
    entry: dict,
) -> None:
    modal = await shown(ws, client, s.field("f", element), s.field("g", element, optional=True))
    await modal.fill("f", value)
    await modal.submit()
    values = bot.got[0]["view"]["state"]["values"]
    assert values["f"]["a"] == {"type": element["type"], **entry}
    (key,) = entry
    assert not values["g"]["a"][key]


async def test_what_a_client_does_not_offer_cannot_be_chosen(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    modal = await shown(
        ws,
        client,
        s.field("org", of("static_select", options=s.options(2))),
        s.field("owner", of("users_select")),
        s.field("two", of("multi_users_select", max_selected_items=1)),
    )
    with pytest.raises(AssertionError, match="not offered"):
        await modal.fill("org", "o9")
    with pytest.raises(AssertionError, match="U0NOBODY"):
        await modal.fill("owner", "U0NOBODY")
    with pytest.raises(AssertionError, match="at most 1"):
        await modal.fill("two", ["U0ADA", "U0BEN"])
    with pytest.raises(AssertionError, match="no field 'other'"):
        await modal.fill("other", "x")


CLIENT = [
    (of("plain_text_input", max_length=3), "four", "At most 3 characters."),
    (of("plain_text_input", min_length=3), "x", "At least 3 characters."),
    (of("email_text_input"), "nobody", "Enter a valid email address."),
    (of("url_text_input"), "nowhere", "Enter a valid URL."),
    (of("number_input", is_decimal_allowed=False), "x", "Enter a number."),
    (of("number_input", is_decimal_allowed=False), "1.5", "Enter a whole number."),
    (of("number_input", is_decimal_allowed=True, max_value="2"), "3", "At most 2."),
]


@pytest.mark.parametrize(("element", "value", "words"), CLIENT)
async def test_the_client_itself_refuses_what_an_element_does_not_take(
    ws: SlackWorkspace,
    client: AsyncWebClient,
    bot: ScriptedBot,
    element: dict,
    value: str,
    words: str,
) -> None:
    modal = await shown(ws, client, s.field("f", element))
    await modal.fill("f", value)
    assert (await modal.submit()).errors == {"f": words}
    assert bot.got == []


EXTERNAL = of("external_select", min_query_length=0)
MULTI = of("multi_external_select", min_query_length=1)


async def test_a_search_sends_what_was_typed_without_the_state_of_other_inputs(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot
) -> None:
    modal = await shown(ws, client, s.field("name"), s.field("app", EXTERNAL))
    await modal.fill("name", "Warehouse")
    bot.default = {"options": s.options(2)}
    found = await modal.search("app", "ware")
    assert [option["value"] for option in found] == ["o0", "o1"]
    (sent,) = bot.got
    assert (sent["type"], sent["value"]) == ("block_suggestion", "ware")
    assert (sent["block_id"], sent["action_id"]) == ("app", "a")
    assert sent["view"]["state"] == {"values": {}}
    assert sent["container"] == {"type": "view", "view_id": modal.view.id}


async def test_filling_an_external_select_searches_and_picks(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot
) -> None:
    modal = await shown(ws, client, s.field("objects", MULTI))
    bot.answers = [{"options": [s.option("Account")]}, {"options": [s.option("Contact")]}]
    await modal.fill("objects", ["Account", "Contact"])
    assert modal.values == {"objects": ["Account", "Contact"]}
    assert [sent["value"] for sent in bot.got] == ["Account", "Contact"]
    bot.default = {"options": []}
    with pytest.raises(AssertionError, match="not offered"):
        await modal.fill("objects", ["Lead"])


async def test_option_groups_are_offered_too(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot
) -> None:
    modal = await shown(ws, client, s.field("app", EXTERNAL))
    group = {"label": s.plain("Apps"), "options": s.options(1)}
    bot.default = {"option_groups": [group]}
    await modal.fill("app", "o0")
    assert modal.values == {"app": "o0"}


async def test_a_search_shorter_than_its_minimum_is_not_sent(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot
) -> None:
    modal = await shown(ws, client, s.field("app", of("external_select")))
    assert await modal.search("app", "ac") == []
    assert bot.got == []


@pytest.mark.parametrize(
    "answer", [{}, {"options": s.options(101)}, {"options": [s.option("v", "x" * 76)]}]
)
async def test_a_bad_answer_to_a_search_shows_nothing(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot, answer: dict
) -> None:
    modal = await shown(ws, client, s.field("app", EXTERNAL))
    bot.default = answer
    assert await modal.search("app", "acc") == []
    assert [one.fact for one in ws.complaints] == [Fact.ANSWER_OPTIONS]


async def test_a_dispatching_field_sends_its_value_and_the_state(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot
) -> None:
    select = of("static_select", options=s.options(2))
    modal = await shown(ws, client, s.field("org", select, dispatch_action=True), s.field("name"))
    await modal.fill("name", "silent")
    assert bot.got == []
    await modal.fill("org", "o1")
    (sent,) = bot.got
    assert sent["type"] == "block_actions"
    assert sent["container"]["type"] == "view"
    assert sent["actions"][0]["selected_option"]["value"] == "o1"
    assert sent["view"]["state"]["values"]["name"]["text"]["value"] == "silent"
    assert sent["view"]["hash"] == modal.view.hash


@pytest.mark.parametrize(
    ("on", "typed", "entered"),
    [(None, 0, 1), (["on_enter_pressed"], 0, 1), (["on_character_entered"], 1, 2)],
)
async def test_a_dispatching_text_is_sent_on_enter_or_while_typing(
    ws: SlackWorkspace,
    client: AsyncWebClient,
    bot: ScriptedBot,
    on: list[str] | None,
    typed: int,
    entered: int,
) -> None:
    config = {"dispatch_action_config": {"trigger_actions_on": on}} if on else {}
    block = s.field("name", of("plain_text_input", **config), dispatch_action=True)
    modal = await shown(ws, client, block)
    await modal.fill("name", "x")
    assert len(bot.got) == typed
    await modal.fill("name", "xy", enter=True)
    assert len(bot.got) == entered


async def test_a_button_in_a_modal_sends_its_value(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot
) -> None:
    modal = await shown(ws, client, s.section(accessory=s.button("more", value="17")))
    await modal.click("more")
    (action,) = bot.got[0]["actions"]
    assert (action["action_id"], action["value"], action["type"]) == ("more", "17", "button")


async def card(ws: SlackWorkspace, client: AsyncWebClient) -> Message:
    sure = {
        "title": s.plain("Sure?"),
        "text": s.plain("Really?"),
        "confirm": s.plain("Yes"),
        "deny": s.plain("No"),
    }
    blocks = [
        s.section("IU-17"),
        s.actions(
            s.button("approve", value="17", style="primary"),
            s.button("reject", confirm=sure),
            block_id="decide",
        ),
    ]
    await client.chat_postMessage(channel="C0APPROVE", text="IU-17", blocks=blocks)
    return ws.channel("C0APPROVE").messages[-1]


async def test_a_click_sends_the_message_it_was_made_on(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot
) -> None:
    message = await card(ws, client)
    await ws.person("U0ADA").click(message, "approve")
    (sent,) = bot.got
    assert sent["type"] == "block_actions"
    assert sent["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": "C0APPROVE",
        "is_ephemeral": False,
    }
    assert sent["message"]["blocks"] == message.blocks
    assert sent["channel"]["id"] == "C0APPROVE"
    assert sent["state"] == {"values": {}}
    (action,) = sent["actions"]
    assert (action["block_id"], action["value"], action["style"]) == ("decide", "17", "primary")


async def test_saying_no_in_the_dialog_sends_nothing(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot
) -> None:
    message = await card(ws, client)
    await ws.person("U0ADA").click(message, "reject", confirm=False)
    assert bot.got == []
    await ws.person("U0ADA").click(message, "reject")
    assert len(bot.got) == 1


async def test_a_stale_card_can_still_be_clicked(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot
) -> None:
    message = await card(ws, client)
    stale = message.snapshot()
    await client.chat_update(channel=message.channel, ts=message.ts, text="IU-17 approved")
    with pytest.raises(AssertionError, match="nothing to click"):
        await ws.person("U0BEN").click(message, "approve")
    await ws.person("U0BEN").click(stale, "approve")
    assert bot.got[0]["container"]["message_ts"] == message.ts


async def test_a_double_click_arrives_twice_with_different_triggers(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot
) -> None:
    message = await card(ws, client)
    ada = ws.person("U0ADA")
    await asyncio.gather(ada.click(message, "approve"), ada.click(message, "approve"))
    assert len({sent["trigger_id"] for sent in bot.got}) == 2


async def test_the_same_action_id_in_two_blocks_is_chosen_by_block_id(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot
) -> None:
    rows = [s.actions(s.button("show"), block_id=f"r{n}") for n in (1, 2)]
    await client.chat_postMessage(channel="C0OPS", text="x", blocks=rows)
    (message,) = ws.channel("C0OPS").messages
    with pytest.raises(AssertionError, match="say the block_id"):
        await ws.person("U0ADA").click(message, "show")
    await ws.person("U0ADA").click(message, "show", block_id="r2")
    assert bot.got[0]["actions"][0]["block_id"] == "r2"


async def test_one_cannot_click_in_a_channel_one_is_not_in(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot
) -> None:
    message = await card(ws, client)
    with pytest.raises(AssertionError, match="not in"):
        await ws.person("U0GUS").click(message, "approve")


async def test_an_overflow_entry_is_clicked_by_its_value(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot
) -> None:
    menu = of("overflow", options=s.options(2))
    await client.chat_postMessage(channel="C0OPS", text="x", blocks=[s.section(accessory=menu)])
    await ws.person("U0ADA").click(ws.channel("C0OPS").messages[0], "a", value="o1")
    assert bot.got[0]["actions"][0]["selected_option"] == s.option("o1")


async def test_waiting_ends_with_the_change_or_says_what_happened(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    waiting = asyncio.create_task(ws.until(lambda: ws.channel("C0OPS").messages))
    await asyncio.sleep(0)
    await client.chat_postMessage(channel="C0OPS", text="x")
    assert (await waiting)[0].text == "x"
    with pytest.raises(TimeoutError, match=r"last calls: chat\.postMessage"):
        await ws.until(lambda: False, timeout=0.01)
