"""Tokens, scopes, bodies, unknown methods, the log, and misfortunes on demand."""

import time
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import Fact, SlackWorkspace
from tests.sandbox.workspace import shapes as s


async def call(ws: SlackWorkspace, method: str, *, token: str | None = None, **body: Any) -> dict:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession() as session,
        session.post(ws.api_url + method, headers=headers, **body) as response,
    ):
        return await response.json()


async def test_a_call_without_a_token_is_not_authed(ws: SlackWorkspace) -> None:
    assert await call(ws, "auth.test") == {"ok": False, "error": "not_authed"}


async def test_a_wrong_token_is_invalid_auth(ws: SlackWorkspace) -> None:
    assert (await call(ws, "auth.test", token="xoxb-other"))["error"] == "invalid_auth"


async def test_an_unknown_method_is_refused(ws: SlackWorkspace) -> None:
    answer = await call(ws, "conversations.history", token=ws.bot_token)
    assert answer["ok"] is False
    assert answer["error"] == "unknown_method"


async def test_the_app_token_opens_only_connections(ws: SlackWorkspace) -> None:
    refused = await call(ws, "auth.test", token=ws.app_token)
    assert refused["error"] == "not_allowed_token_type"
    refused = await call(ws, "apps.connections.open", token=ws.bot_token)
    assert refused["error"] == "not_allowed_token_type"
    opened = await call(ws, "apps.connections.open", token=ws.app_token)
    assert opened["url"].startswith("ws://127.0.0.1:")


async def test_a_missing_scope_says_what_is_needed_and_what_was_provided() -> None:
    async with SlackWorkspace(bot_scopes={"commands"}) as ws:
        answer = await call(ws, "chat.postMessage", token=ws.bot_token, json={"text": "x"})
    assert answer == {
        "ok": False,
        "error": "missing_scope",
        "needed": "chat:write",
        "provided": "commands",
    }


async def test_answers_carry_the_scopes_in_a_header(client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == ("U0BOT", "B0BOT", "T0ACME")


async def test_form_and_json_bodies_say_the_same(ws: SlackWorkspace) -> None:
    form = {"channel": "C0OPS", "text": "one", "blocks": '[{"type": "divider"}]'}
    assert (await call(ws, "chat.postMessage", token=ws.bot_token, data=form))["ok"]
    body = {"channel": "C0OPS", "text": "two", "blocks": [{"type": "divider"}]}
    assert (await call(ws, "chat.postMessage", token=ws.bot_token, json=body))["ok"]
    kinds = [[b["type"] for b in m.blocks] for m in ws.channel("C0OPS").messages]
    assert kinds == [["divider"], ["divider"]]


async def test_the_log_counts_calls_and_never_holds_a_token(ws: SlackWorkspace) -> None:
    in_form = {"token": ws.bot_token, "channel": "C0OPS", "text": "hi"}
    await call(ws, "chat.postMessage", data=in_form)
    await call(ws, "apps.connections.open", token=ws.app_token)
    assert ws.count("chat.postMessage") == 1
    assert ws.count("chat.postMessage", channel="C0APPROVE") == 0
    assert ws.calls[0].payload == {"channel": "C0OPS", "text": "hi"}
    assert ws.bot_token not in str(ws.calls)
    assert ws.app_token not in str(ws.calls)
    assert "ticket" not in str(ws.calls)


async def test_a_rate_limit_answers_429_with_retry_after(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    ws.faults.rate_limit("chat.postMessage", seconds=7, channel="C0OPS")
    await client.chat_postMessage(channel="C0APPROVE", text="other channel")
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C0OPS", text="x")
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "7"
    assert ws.channel("C0OPS").messages == []
    await client.chat_postMessage(channel="C0OPS", text="x")


async def test_slack_sdks_own_retry_waits_and_gets_through(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    ws.faults.rate_limit("users.info", seconds=0)
    assert (await client.users_info(user="U0RAE"))["user"]["name"] == "rae"
    assert ws.count("users.info") == 2


async def test_a_pace_lets_one_message_per_channel_through(
    ws: SlackWorkspace, client: AsyncWebClient
) -> None:
    ws.faults.limit_pace("chat.postMessage", seconds=60)
    await client.chat_postMessage(channel="C0OPS", text="x")
    await client.chat_postMessage(channel="C0APPROVE", text="x")
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C0OPS", text="x")
    assert refused.value.response.headers["Retry-After"] == "60"
    assert ws.calls[-1].fact is Fact.RATE


async def test_a_server_error_has_no_effect(ws: SlackWorkspace, client: AsyncWebClient) -> None:
    ws.faults.fail("chat.postMessage", status=503)
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C0OPS", text="x")
    assert refused.value.response.status_code == 503
    assert ws.calls[-1].fact is Fact.DEMANDED
    assert ws.channel("C0OPS").messages == []


@pytest.mark.parametrize(("after", "there"), [(False, 0), (True, 1)])
async def test_a_connection_drops_before_or_after_the_effect(
    ws: SlackWorkspace, client: AsyncWebClient, *, after: bool, there: int
) -> None:
    ws.faults.drop("chat.postMessage", after_effect=after)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="C0OPS", text="x")
    assert len(ws.channel("C0OPS").messages) == there


async def test_blocks_can_be_refused_once(ws: SlackWorkspace, client: AsyncWebClient) -> None:
    ws.faults.refuse("chat.postMessage", "invalid_blocks", messages=("[ERROR] plan",))
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C0OPS", text="x", blocks=[s.plan()])
    assert refused.value.response["error"] == "invalid_blocks"
    assert refused.value.response["response_metadata"]["messages"] == ["[ERROR] plan"]
    await client.chat_postMessage(channel="C0OPS", text="x", blocks=[s.section()])


async def test_latency_comes_before_the_effect(ws: SlackWorkspace, client: AsyncWebClient) -> None:
    ws.faults.slow("chat.postMessage", 0.05)
    started = time.monotonic()
    await client.chat_postMessage(channel="C0OPS", text="x")
    assert time.monotonic() - started >= 0.05
