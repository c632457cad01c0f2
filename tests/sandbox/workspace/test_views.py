"""views.*: trigger life, the stack of three, hashes, what an update keeps (slack-platform 2)."""

import asyncio
import dataclasses
from collections.abc import Awaitable

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import AppSurface, Modal, SlackWorkspace
from tests.sandbox.workspace import shapes as s
from tests.sandbox.workspace.conftest import ScriptedBot


async def error_of(call: Awaitable[object]) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


@pytest.fixture
def trigger(ws: SlackWorkspace) -> str:
    return ws.world.new_trigger("U0RAE")


async def opened(ws: SlackWorkspace, client: AsyncWebClient, view: dict) -> Modal:
    await client.views_open(trigger_id=ws.world.new_trigger("U0RAE"), view=view)
    return await ws.person("U0RAE").modal()


async def test_a_trigger_opens_one_view(client: AsyncWebClient, trigger: str) -> None:
    answer = await client.views_open(trigger_id=trigger, view=s.modal())
    assert answer["view"]["callback_id"] == "form"
    assert answer["view"]["hash"]
    again = client.views_open(trigger_id=trigger, view=s.modal())
    assert await error_of(again) == "exchanged_trigger_id"


async def test_a_trigger_expires(ws: SlackWorkspace, client: AsyncWebClient) -> None:
    assert ws.switches.trigger_seconds == 3.0
    ws.switches = dataclasses.replace(ws.switches, trigger_seconds=0.01)
    trigger = ws.world.new_trigger("U0RAE")
    await asyncio.sleep(0.02)
    call = client.views_open(trigger_id=trigger, view=s.modal())
    assert await error_of(call) == "expired_trigger_id"


async def test_an_invalid_view_is_refused_and_its_block_named(
    client: AsyncWebClient, trigger: str
) -> None:
    broken = s.modal(s.field("name", label=s.plain("")))
    with pytest.raises(SlackApiError) as refused:
        await client.views_open(trigger_id=trigger, view=broken)
    answer = refused.value.response
    assert answer["error"] == "invalid_arguments"
    (text,) = answer["response_metadata"]["messages"]
    assert "block 'name' (input)" in text
    assert "/view/blocks/0/label/text" in text


async def test_a_view_is_at_most_250_kb(client: AsyncWebClient, trigger: str) -> None:
    fat = s.modal(*(s.section("x" * 2600, block_id=f"b{n}") for n in range(100)))
    call = client.views_open(trigger_id=trigger, view=fat)
    assert await error_of(call) == "view_too_large"


async def test_an_external_id_is_unique(ws: SlackWorkspace, client: AsyncWebClient) -> None:
    await opened(ws, client, s.modal(external_id="one"))
    trigger = ws.world.new_trigger("U0ADA")
    call = client.views_open(trigger_id=trigger, view=s.modal(external_id="one"))
    assert await error_of(call) == "duplicate_external_id"


async def test_three_views_can_be_stacked_and_no_fourth(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    await opened(ws, client, s.modal())
    for number in (2, 3):
        trigger = ws.world.new_trigger("U0RAE", from_view=True)
        await client.views_push(trigger_id=trigger, view=s.modal(callback_id=f"v{number}"))
    trigger = ws.world.new_trigger("U0RAE", from_view=True)
    call = client.views_push(trigger_id=trigger, view=s.modal())
    assert await error_of(call) == "push_limit_reached"
    assert (await ws.person("U0RAE").modal()).callback_id == "v3"


async def test_a_pushed_view_knows_what_lies_below(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    below = await opened(ws, client, s.modal())
    trigger = ws.world.new_trigger("U0RAE", from_view=True)
    answer = await client.views_push(trigger_id=trigger, view=s.modal())
    assert answer["view"]["previous_view_id"] == below.view.id
    assert answer["view"]["root_view_id"] == below.view.id


async def test_a_view_is_pushed_only_with_a_trigger_from_a_view(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    await opened(ws, client, s.modal())
    call = client.views_push(trigger_id=ws.world.new_trigger("U0RAE"), view=s.modal())
    assert await error_of(call) == "invalid_trigger_id"


async def test_an_update_changes_the_hash_and_a_stale_hash_conflicts(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    modal = await opened(ws, client, s.modal())
    first = modal.view.hash
    await client.views_update(view_id=modal.view.id, hash=first, view=s.modal())
    assert modal.view.hash != first
    call = client.views_update(view_id=modal.view.id, hash=first, view=s.modal())
    assert await error_of(call) == "hash_conflict"


async def test_a_closed_view_cannot_be_updated(ws: SlackWorkspace, client: AsyncWebClient) -> None:
    modal = await opened(ws, client, s.modal())
    await modal.close()
    call = client.views_update(view_id=modal.view.id, view=s.modal())
    assert await error_of(call) == "not_found"


async def test_an_update_finds_the_view_by_external_id(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    modal = await opened(ws, client, s.modal(external_id="mine"))
    await client.views_update(external_id="mine", view=s.modal(title=s.plain("Two")))
    assert modal.title == "Two"


async def test_an_update_replaces_private_metadata_even_by_nothing(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    modal = await opened(ws, client, s.modal(private_metadata="draft"))
    await client.views_update(view_id=modal.view.id, view=s.modal())
    assert modal.private_metadata == ""


def text_field(action_id: str, block_id: str = "name") -> dict:
    element = {"type": "plain_text_input", "action_id": action_id, "initial_value": "initial"}
    return s.field(block_id, element)


@pytest.mark.parametrize(
    ("block_id", "action_id", "kept"),
    [("name", "text", "typed"), ("name", "text2", "initial"), ("name2", "text", "initial")],
)
async def test_an_input_keeps_its_value_only_with_both_ids_unchanged(
    ws: SlackWorkspace, client: AsyncWebClient, block_id: str, action_id: str, kept: str
) -> None:
    modal = await opened(ws, client, s.modal(text_field("text")))
    await modal.fill("name", "typed")
    changed = s.modal(text_field(action_id, block_id))
    await client.views_update(view_id=modal.view.id, view=changed)
    assert modal.values == {block_id: kept}


async def test_values_may_be_lost_on_update_when_the_switch_says_so(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    ws.switches = dataclasses.replace(ws.switches, typed_values_survive_update=False)
    modal = await opened(ws, client, s.modal(text_field("text")))
    await modal.fill("name", "typed")
    await client.views_update(view_id=modal.view.id, view=s.modal(text_field("text")))
    assert modal.values == {"name": "initial"}


@pytest.mark.parametrize("changes", [False, True])
async def test_typing_changes_the_hash_when_the_switch_says_so(
    ws: SlackWorkspace, client: AsyncWebClient, *, changes: bool
) -> None:
    ws.switches = dataclasses.replace(ws.switches, typing_changes_hash=changes)
    modal = await opened(ws, client, s.modal())
    before = modal.view.hash
    await modal.fill("name", "typed")
    assert (modal.view.hash != before) == changes


@pytest.mark.parametrize("stale", [True, False])
async def test_submitting_a_pushed_view_makes_the_hash_below_stale(
    ws: SlackWorkspace, client: AsyncWebClient, bot: ScriptedBot, *, stale: bool
) -> None:
    ws.switches = dataclasses.replace(ws.switches, stale_parent_hash=stale)
    below = await opened(ws, client, s.modal())
    trigger = ws.world.new_trigger("U0RAE", from_view=True)
    await client.views_push(trigger_id=trigger, view=s.modal(s.section()))
    before = below.view.hash
    await (await ws.person("U0RAE").modal()).submit()
    call = client.views_update(view_id=below.view.id, hash=before, view=s.modal())
    if stale:
        assert await error_of(call) == "hash_conflict"
    else:
        await call


async def test_home_is_published_and_read(ws: SlackWorkspace, client: AsyncWebClient) -> None:
    first = await client.views_publish(user_id="U0RAE", view=s.home(s.section("Welcome")))
    assert ws.person("U0RAE").home.readable() == "Welcome"
    await client.views_publish(user_id="U0RAE", view=s.home(s.section("Again")))
    assert ws.person("U0RAE").home.readable() == "Again"
    call = client.views_publish(user_id="U0RAE", hash=first["view"]["hash"], view=s.home())
    assert await error_of(call) == "hash_conflict"


async def test_tabs_that_the_manifest_leaves_out_are_closed() -> None:
    surface = AppSurface(home_tab=False, messages_tab=False)
    async with SlackWorkspace(surface=surface) as ws:
        client = AsyncWebClient(token=ws.bot_token, base_url=ws.api_url)
        call = client.views_publish(user_id="U0RAE", view=s.home())
        assert await error_of(call) == "not_enabled"
        call = client.chat_postMessage(channel="U0RAE", text="x")
        assert await error_of(call) == "messages_tab_disabled"


async def test_opening_home_sends_the_event(ws: SlackWorkspace, bot: ScriptedBot) -> None:
    await ws.person("U0RAE").open_home()
    event = bot.got[0]["event"]
    assert (event["type"], event["tab"], event["user"]) == ("app_home_opened", "home", "U0RAE")
