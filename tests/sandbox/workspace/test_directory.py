"""Who is who: users of every kind, user groups, conversations, the team."""

import dataclasses

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import SlackWorkspace


async def user(client: AsyncWebClient, user_id: str) -> dict:
    return (await client.users_info(user=user_id))["user"]


async def test_kinds_of_users_can_be_told_apart(client: AsyncWebClient) -> None:
    rae = await user(client, "U0RAE")
    assert rae["profile"]["email"] == "rae@acme.example"
    assert (rae["is_bot"], rae["deleted"], rae["is_restricted"]) == (False, False, False)
    assert (await user(client, "U0GUS"))["is_restricted"]
    assert (await user(client, "U0GIA"))["is_ultra_restricted"]
    assert (await user(client, "U0CAL"))["is_bot"]
    assert (await user(client, "U0DEE"))["deleted"]
    fin = await user(client, "U0FIN")
    assert fin["is_stranger"]
    assert fin["team_id"] != rae["team_id"]


async def test_nobody_is_user_not_found(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="user_not_found"):
        await user(client, "U0NOBODY")


async def test_a_foreign_user_may_be_invisible(ws: SlackWorkspace, client: AsyncWebClient) -> None:
    ws.switches = dataclasses.replace(ws.switches, foreigners_visible=False)
    with pytest.raises(SlackApiError, match="user_not_visible"):
        await user(client, "U0FIN")


async def test_the_email_needs_its_own_scope() -> None:
    async with SlackWorkspace(bot_scopes={"users:read"}) as ws:
        client = AsyncWebClient(token=ws.bot_token, base_url=ws.api_url)
        assert "email" not in (await user(client, "U0RAE"))["profile"]


async def test_a_group_lists_its_members(ws: SlackWorkspace, client: AsyncWebClient) -> None:
    ws.groups["S0SALESFORCE"].users.append("U0BEA")
    answer = await client.usergroups_users_list(usergroup="S0SALESFORCE")
    assert answer["users"] == ["U0ADA", "U0BEN", "U0BEA"]
    with pytest.raises(SlackApiError, match="no_such_subteam"):
        await client.usergroups_users_list(usergroup="S0NONE")
    groups = (await client.usergroups_list(include_users=True))["usergroups"]
    assert {group["handle"] for group in groups} == {"salesforce", "bot-admins"}


async def test_a_free_plan_has_no_groups(ws: SlackWorkspace, client: AsyncWebClient) -> None:
    ws.switches = dataclasses.replace(ws.switches, groups_in_plan=False)
    with pytest.raises(SlackApiError, match="plan_upgrade_required"):
        await client.usergroups_users_list(usergroup="S0SALESFORCE")
    with pytest.raises(SlackApiError, match="plan_upgrade_required"):
        await client.usergroups_list()


async def test_optional_calls_miss_their_scope_by_default(client: AsyncWebClient) -> None:
    for call in (
        client.conversations_info(channel="C0OPS"),
        client.conversations_open(users="U0RAE"),
        client.team_info(),
    ):
        with pytest.raises(SlackApiError, match="missing_scope"):
            await call


async def test_with_their_scopes_the_optional_calls_answer() -> None:
    scopes = {"channels:read", "im:write", "team:read"}
    async with SlackWorkspace(bot_scopes=scopes) as ws:
        client = AsyncWebClient(token=ws.bot_token, base_url=ws.api_url)
        general = (await client.conversations_info(channel="C0GENERAL"))["channel"]
        assert (general["name"], general["is_member"]) == ("general", False)
        opened = (await client.conversations_open(users="U0RAE"))["channel"]["id"]
        assert ws.channel(opened).dm_with == "U0RAE"
        assert (await client.team_info())["team"]["id"] == "T0ACME"
        with pytest.raises(SlackApiError, match="user_disabled"):
            await client.conversations_open(users="U0DEE")
        with pytest.raises(SlackApiError, match="cannot_dm_bot"):
            await client.conversations_open(users="U0CAL")
        with pytest.raises(SlackApiError, match="channel_not_found"):
            await client.conversations_info(channel="C0NONE")
