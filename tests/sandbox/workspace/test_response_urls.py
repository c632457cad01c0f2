"""response_url: five uses in thirty minutes; answer, replace, delete (slack-platform 2)."""

import dataclasses

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox.workspace import Fact, SlackWorkspace
from tests.sandbox.workspace import shapes as s
from tests.sandbox.workspace.conftest import ScriptedBot


@pytest.fixture
async def door(ws: SlackWorkspace, bot: ScriptedBot) -> AsyncWebhookClient:
    await ws.person("U0RAE").command("/integration-user")
    return AsyncWebhookClient(bot.got[0]["response_url"])


async def test_an_answer_is_for_the_person_only_unless_it_says_otherwise(
    ws: SlackWorkspace, door: AsyncWebhookClient
) -> None:
    answer = await door.send(text="Just you")
    assert (answer.status_code, answer.body) == (200, "ok")
    await door.send(text="For all", response_type="in_channel")
    assert [m.text for m in ws.ephemerals("U0RAE", "C0GENERAL")] == ["Just you"]
    assert [m.text for m in ws.channel("C0GENERAL").messages] == ["For all"]


async def test_the_sixth_use_is_refused(ws: SlackWorkspace, door: AsyncWebhookClient) -> None:
    for number in range(5):
        assert (await door.send(text=str(number))).status_code == 200
    refused = await door.send(text="six")
    assert (refused.status_code, refused.body) == (404, "used_url")
    assert ws.calls[-1].fact is Fact.URL_USED
    assert len(ws.ephemerals("U0RAE")) == 5


async def test_it_may_be_used_more_or_less_often(
    ws: SlackWorkspace, door: AsyncWebhookClient
) -> None:
    for uses, seen in ((1, [200, 404]), (2, [200, 404]), (7, [200] * 5)):
        ws.switches = dataclasses.replace(ws.switches, response_url_uses=uses)
        assert [(await door.send(text="x")).status_code for _ in seen] == seen


async def test_it_expires(ws: SlackWorkspace, bot: ScriptedBot) -> None:
    assert ws.switches.response_url_seconds == 1800
    ws.switches = dataclasses.replace(ws.switches, response_url_seconds=-1)
    await ws.person("U0RAE").command("/integration-user")
    refused = await AsyncWebhookClient(bot.got[0]["response_url"]).send(text="late")
    assert (refused.status_code, refused.body) == (404, "expired_url")
    assert ws.calls[-1].fact is Fact.URL_OLD


async def test_it_can_fail_on_demand(ws: SlackWorkspace, door: AsyncWebhookClient) -> None:
    ws.faults.fail("response_url", status=503)
    assert (await door.send(text="x")).status_code == 503
    assert (await door.send(text="x")).status_code == 200
    assert len(ws.ephemerals("U0RAE")) == 1


async def test_invalid_blocks_are_refused_here_too(door: AsyncWebhookClient) -> None:
    refused = await door.send(text="x", blocks=[s.section("")])
    assert (refused.status_code, refused.body) == (400, "invalid_blocks")


async def test_a_click_can_replace_and_delete_the_message_it_was_made_on(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot
) -> None:
    blocks = [s.actions(s.button("approve"))]
    await client.chat_postMessage(channel="C0OPS", text="x", blocks=blocks)
    (message,) = ws.channel("C0OPS").messages
    await ws.person("U0ADA").click(message, "approve")
    door = AsyncWebhookClient(bot.got[0]["response_url"])
    await door.send(text="Approved", replace_original=True)
    assert (message.text, message.buttons) == ("Approved", [])
    await door.send(delete_original=True)
    assert ws.channel("C0OPS").messages == []


async def test_an_ephemeral_message_is_replaced_through_it(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot
) -> None:
    await client.chat_postEphemeral(
        channel="C0OPS", user="U0ADA", text="x", blocks=[s.actions(s.button("undo"))]
    )
    (message,) = ws.ephemerals("U0ADA")
    await ws.person("U0ADA").click(message, "undo")
    assert bot.got[0]["container"]["is_ephemeral"] is True
    assert "message" not in bot.got[0]
    await AsyncWebhookClient(bot.got[0]["response_url"]).send(text="y", replace_original=True)
    assert [m.text for m in ws.ephemerals("U0ADA")] == ["y"]


async def test_bolts_respond_reaches_the_person(ws: SlackWorkspace, connected: AsyncApp) -> None:
    @connected.command("/integration-user")
    async def on_command(ack: AsyncAck, respond: AsyncRespond) -> None:
        await respond("Working on it")
        await ack()

    await ws.person("U0RAE").command("/integration-user")
    assert [m.text for m in ws.ephemerals("U0RAE")] == ["Working on it"]
    assert ws.count("response_url") == 1
