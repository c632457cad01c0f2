"""The unmodified AsyncApp and AsyncSocketModeHandler against the workspace."""

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import SlackWorkspace

FORM = {
    "type": "modal",
    "callback_id": "details",
    "title": {"type": "plain_text", "text": "New integration"},
    "submit": {"type": "plain_text", "text": "Next"},
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": {"type": "plain_text", "text": "Name"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


async def test_a_command_opens_a_modal_and_its_submission_posts_a_message(
    ws: SlackWorkspace, connected: AsyncApp
) -> None:
    @connected.command("/integration-user")
    async def on_command(ack: AsyncAck, body: dict, client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)
        await ack("Opening the form.")

    @connected.view("details")
    async def on_submit(ack: AsyncAck, view: dict, client: AsyncWebClient) -> None:
        name = view["state"]["values"]["name"]["text"]["value"]
        await client.chat_postMessage(channel="C0APPROVE", text=f"IU-1 {name}")
        await ack()

    rae = ws.person("U0RAE")
    answer = await rae.command("/integration-user new")
    assert answer.text == "Opening the form."
    modal = await rae.modal("details")
    assert modal.fields == ["name"]
    await modal.fill("name", "Warehouse sync")
    outcome = await modal.submit()
    assert outcome.closed
    assert outcome.errors == {}
    assert [m.text for m in ws.channel("C0APPROVE").messages] == ["IU-1 Warehouse sync"]
    assert ws.complaints == []
