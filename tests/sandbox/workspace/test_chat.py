"""Messages: who may post where, what text and blocks do, threads, ephemerals."""

from collections.abc import Awaitable

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import Fact, Said, SlackWorkspace, Switches
from tests.sandbox.workspace import shapes as s


async def error_of(call: Awaitable[object]) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


async def test_a_posted_message_stands_in_the_channel(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(
        channel="C0APPROVE",
        text="IU-1 asks",
        blocks=[s.section("*Rae* &amp; <@U0OLU>"), s.actions(s.button("approve"))],
    )
    (message,) = ws.channel("C0APPROVE").messages
    assert message.ts == posted["ts"]
    assert message.buttons == ["approve"]
    assert message.readable() == "*Rae* & @U0OLU\n[Approve]"
    assert all(block["block_id"] for block in posted["message"]["blocks"])


async def test_an_unknown_channel_is_not_found(client: AsyncWebClient) -> None:
    call = client.chat_postMessage(channel="C0NOWHERE", text="x")
    assert await error_of(call) == "channel_not_found"


async def test_the_bot_cannot_post_where_it_is_not_a_member(client: AsyncWebClient) -> None:
    call = client.chat_postMessage(channel="C0GENERAL", text="x")
    assert await error_of(call) == "not_in_channel"


async def test_a_private_channel_without_the_bot_does_not_exist_for_it(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    ws.channel("C0GENERAL").is_private = True
    call = client.chat_postMessage(channel="C0GENERAL", text="x")
    assert await error_of(call) == "channel_not_found"


async def test_a_public_channel_is_open_to_the_bot_with_the_scope_for_it() -> None:
    async with SlackWorkspace(bot_scopes={"chat:write", "chat:write.public"}) as ws:
        client = AsyncWebClient(token=ws.bot_token, base_url=ws.api_url)
        await client.chat_postMessage(channel="C0GENERAL", text="x")
        assert len(ws.channel("C0GENERAL").messages) == 1


async def test_an_archived_channel_takes_nothing(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    ws.channel("C0OPS").is_archived = True
    assert await error_of(client.chat_postMessage(channel="C0OPS", text="x")) == "is_archived"


async def test_a_message_needs_text_or_blocks(client: AsyncWebClient) -> None:
    assert (
        await error_of(client.api_call("chat.postMessage", json={"channel": "C0OPS", "text": ""}))
        == "no_text"
    )


async def test_blocks_without_text_are_taken_and_complained_about(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    body = {"channel": "C0OPS", "text": " ", "blocks": [s.section()]}
    await client.api_call("chat.postMessage", json=body)
    (complaint,) = ws.complaints
    assert complaint.fact is Fact.PHONES
    assert "phones would show nothing" in str(complaint)


async def test_text_is_at_most_40000_characters(client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="C0OPS", text="x" * 40_000)
    call = client.chat_postMessage(channel="C0OPS", text="x" * 40_001)
    assert await error_of(call) == "msg_too_long"


async def test_invalid_blocks_are_refused_by_name(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(
            channel="C0OPS", text="x", blocks=[s.section("", block_id="why")]
        )
    answer = refused.value.response
    assert answer["error"] == "invalid_blocks"
    assert "block 'why'" in answer["response_metadata"]["messages"][0]
    assert "/blocks/0/text/text" in answer["response_metadata"]["messages"][0]


async def test_an_update_without_blocks_removes_them_and_marks_it_edited(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="C0OPS", text="x", blocks=[s.section()])
    (message,) = ws.channel("C0OPS").messages
    await client.chat_update(channel="C0OPS", ts=posted["ts"], text="y", blocks=[s.section("y")])
    assert (message.readable(), message.edited) == ("y", False)
    await client.chat_update(channel="C0OPS", ts=posted["ts"], text="z")
    assert (message.blocks, message.readable(), message.edited) == ([], "z", True)


async def test_only_own_messages_can_be_updated(ws: SlackWorkspace, client: AsyncWebClient) -> None:
    theirs = ws.post_as("U0ADA", "C0OPS", "Good morning")
    call = client.chat_update(channel="C0OPS", ts=theirs.ts, text="x")
    assert await error_of(call) == "cant_update_message"
    call = client.chat_update(channel="C0OPS", ts="1.000001", text="x")
    assert await error_of(call) == "message_not_found"


async def test_a_dm_opens_by_user_id_and_is_updated_by_its_own_id(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="U0RAE", text="Hello Rae")
    assert posted["channel"].startswith("D")
    call = client.chat_update(channel="U0RAE", ts=posted["ts"], text="x")
    assert await error_of(call) == "channel_not_found"
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="Bye")
    assert [message.text for message in ws.person("U0RAE").dm] == ["Bye"]
    again = await client.chat_postMessage(channel="U0RAE", text="Me again")
    assert again["channel"] == posted["channel"]


@pytest.mark.parametrize("user", ["U0DEE", "U0CAL", "U0FIN", "U0NOBODY"])
async def test_some_users_cannot_be_written_to(client: AsyncWebClient, user: str) -> None:
    call = client.chat_postMessage(channel=user, text="x")
    assert await error_of(call) == "channel_not_found"


async def test_a_dm_may_have_to_be_opened_first_when_the_switch_says_so() -> None:
    scopes = {"chat:write", "im:write"}
    async with SlackWorkspace(switches=Switches(dm_by_user_id=False), bot_scopes=scopes) as ws:
        client = AsyncWebClient(token=ws.bot_token, base_url=ws.api_url)
        call = client.chat_postMessage(channel="U0RAE", text="x")
        assert await error_of(call) == "channel_not_found"
        opened = await client.conversations_open(users="U0RAE")
        await client.chat_postMessage(channel=opened["channel"]["id"], text="x")
        assert len(ws.person("U0RAE").dm) == 1


async def test_a_reply_stands_in_its_thread(ws: SlackWorkspace, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C0OPS", text="top")
    await client.chat_postMessage(channel="C0OPS", text="reply", thread_ts=posted["ts"])
    (top,) = ws.channel("C0OPS").messages
    assert [reply.text for reply in top.replies] == ["reply"]
    assert top.replies[0].thread_ts == top.ts


async def test_an_ephemeral_message_is_seen_by_one_person(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    await client.chat_postEphemeral(channel="C0OPS", user="U0ADA", text="Ben was first")
    assert [m.text for m in ws.ephemerals("U0ADA", "C0OPS")] == ["Ben was first"]
    assert ws.ephemerals("U0BEN") == []
    assert ws.channel("C0OPS").messages == []


async def test_an_ephemeral_message_needs_the_person_in_the_channel(
    client: AsyncWebClient,
) -> None:
    call = client.chat_postEphemeral(channel="C0OPS", user="U0GUS", text="x")
    assert await error_of(call) == "user_not_in_channel"


async def test_a_permalink_leads_to_an_existing_message(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C0OPS", text="x")
    link = await client.chat_getPermalink(channel="C0OPS", message_ts=posted["ts"])
    assert "/archives/C0OPS/p" in link["permalink"]
    call = client.chat_getPermalink(channel="C0OPS", message_ts="1.0")
    assert await error_of(call) == "message_not_found"


async def test_a_listener_hears_everything_people_can_read(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    heard: list[Said] = []
    ws.on_said(heard.append)
    posted = await client.chat_postMessage(channel="U0RAE", text="one")
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="two")
    assert [(said.kind, said.where, said.text) for said in heard] == [
        ("posted", "DM with Rae Requester", "one"),
        ("updated", "DM with Rae Requester", "two"),
    ]
