"""Each no of the Web API names its code and the fact that it rests on, and every fact is tested."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sandbox.workspace import Fact, SlackWorkspace, views_api
from tests.sandbox.workspace import shapes as s

Json = dict[str, Any]
Prepare = Callable[[SlackWorkspace], Json | None]

HERE = Path(__file__).parent
SCOPES = {"chat:write", "users:read", "usergroups:read", "channels:read", "im:write"}
POST, OPEN, PUSH = "chat.postMessage", "views.open", "views.push"
UPDATE, PUBLISH, START = "views.update", "views.publish", "conversations.open"
FAT = [s.section("x" * 2900, fields=[s.plain("x" * 2000)] * 10) for _ in range(11)]
"""Each block within its limits, together more than a message takes."""


def archived(ws: SlackWorkspace) -> None:
    ws.channel("C0OPS").is_archived = True


def secret(ws: SlackWorkspace) -> None:
    ws.channel("C0GENERAL").is_private = True


def no_tabs(ws: SlackWorkspace) -> None:
    ws.world.home_tab = ws.world.messages_tab = False


def moved(**switches: Any) -> Prepare:
    def move(ws: SlackWorkspace) -> None:
        ws.switches = replace(ws.switches, **switches)

    return move


def theirs(ws: SlackWorkspace) -> Json:
    return {"ts": ws.post_as("U0ADA", "C0OPS", "Good morning").ts}


def trigger(ws: SlackWorkspace) -> Json:
    return {"trigger_id": ws.world.new_trigger("U0RAE")}


def used(ws: SlackWorkspace) -> Json:
    given = trigger(ws)
    ws.world.exchange(given["trigger_id"])
    return given


def old(ws: SlackWorkspace) -> Json:
    moved(trigger_seconds=-1)(ws)
    return trigger(ws)


def shown(ws: SlackWorkspace, **view: Any) -> Json:
    """A view is open; answers its id."""
    from_view = ws.world.new_trigger("U0RAE", from_view=True)
    show = views_api.push if ws.person("U0RAE").has_modal else views_api.open_view
    answer = show(ws.world, {"trigger_id": from_view, "view": s.modal(**view)})
    return {"view_id": answer["view"]["id"]}


def three(ws: SlackWorkspace) -> Json:
    for _ in range(3):
        shown(ws)
    return {"trigger_id": ws.world.new_trigger("U0RAE", from_view=True)}


def named(ws: SlackWorkspace) -> Json:
    shown(ws, external_id="one")
    return trigger(ws)


def ops(**more: Any) -> Json:
    return {"channel": "C0OPS", "text": "x", **more}


NOS: list[tuple[Fact, str, str, Json, Prepare | None]] = [
    (Fact.METHOD, "unknown_method", "conversations.history", {}, None),
    (Fact.CALLER_KIND, "not_allowed_token_type", "apps.connections.open", {}, None),
    (Fact.SCOPE, "missing_scope", "team.info", {}, None),
    (Fact.NO_CHANNEL, "channel_not_found", POST, ops(channel="C0NOWHERE"), None),
    (Fact.NO_CHANNEL, "channel_not_found", "chat.update", ops(channel="U0RAE", ts="1.0"), None),
    (Fact.UNREACHABLE, "channel_not_found", POST, ops(channel="U0DEE"), None),
    (Fact.UNREACHABLE, "channel_not_found", POST, ops(channel="U0FIN"), None),
    (
        Fact.DM_BY_USER,
        "channel_not_found",
        POST,
        ops(channel="U0RAE"),
        moved(dm_by_user_id=False),
    ),
    (Fact.PRIVATE, "channel_not_found", POST, ops(channel="C0GENERAL"), secret),
    (Fact.PRIVATE, "channel_not_found", "conversations.info", {"channel": "C0GENERAL"}, secret),
    (Fact.NOT_MEMBER, "not_in_channel", POST, ops(channel="C0GENERAL"), None),
    (Fact.ARCHIVED, "is_archived", POST, ops(), archived),
    (Fact.ARCHIVED, "is_archived", "chat.update", ops(ts="1.0"), archived),
    (Fact.ARCHIVED, "is_archived", "chat.postEphemeral", ops(user="U0ADA"), archived),
    (Fact.TAB_OFF, "messages_tab_disabled", POST, ops(channel="U0RAE"), no_tabs),
    (Fact.NO_TEXT, "no_text", POST, ops(text=" "), None),
    (Fact.TEXT_LENGTH, "msg_too_long", POST, ops(text="x" * 40_001), None),
    (Fact.BLOCKS_FORMAT, "invalid_blocks_format", POST, ops(blocks={"type": "divider"}), None),
    (Fact.BLOCKS_FORMAT, "invalid_blocks_format", POST, ops(blocks="[{"), None),
    (Fact.BLOCKS_INVALID, "invalid_blocks", POST, ops(blocks=[s.section("")]), None),
    (Fact.BLOCKS_BYTES, "msg_blocks_too_long", POST, ops(blocks=FAT), None),
    (Fact.NO_THREAD, "thread_not_found", POST, ops(thread_ts="1.000001"), None),
    (Fact.NO_MESSAGE, "message_not_found", "chat.update", ops(ts="1.000001"), None),
    (Fact.NOT_OWN, "cant_update_message", "chat.update", ops(), theirs),
    (Fact.NOT_HERE, "user_not_in_channel", "chat.postEphemeral", ops(user="U0GUS"), None),
    (
        Fact.TRIGGER_UNKNOWN,
        "invalid_trigger_id",
        OPEN,
        {"trigger_id": "1.2", "view": s.modal()},
        None,
    ),
    (Fact.TRIGGER_USED, "exchanged_trigger_id", OPEN, {"view": s.modal()}, used),
    (Fact.TRIGGER_OLD, "expired_trigger_id", OPEN, {"view": s.modal()}, old),
    (Fact.PUSH_FROM_VIEW, "invalid_trigger_id", PUSH, {"view": s.modal()}, trigger),
    (Fact.VIEW_INVALID, "invalid_arguments", OPEN, {"view": s.modal(title=s.plain(""))}, trigger),
    (Fact.VIEW_INVALID, "invalid_arguments", OPEN, {"view": "{"}, trigger),
    (Fact.VIEW_INVALID, "invalid_arguments", OPEN, {}, trigger),
    (
        Fact.VIEW_BYTES,
        "view_too_large",
        OPEN,
        {"view": s.modal(*[s.section("x" * 2600)] * 100)},
        trigger,
    ),
    (Fact.STACK, "push_limit_reached", PUSH, {"view": s.modal()}, three),
    (
        Fact.EXTERNAL_ID,
        "duplicate_external_id",
        OPEN,
        {"view": s.modal(external_id="one")},
        named,
    ),
    (Fact.VIEW_GONE, "not_found", UPDATE, {"view_id": "V9", "view": s.modal()}, None),
    (Fact.HASH, "hash_conflict", UPDATE, {"hash": "1.stale", "view": s.modal()}, shown),
    (Fact.HOME_OFF, "not_enabled", PUBLISH, {"user_id": "U0RAE", "view": s.home()}, no_tabs),
    (Fact.HOME_WHOSE, "invalid_arguments", PUBLISH, {"view": s.home()}, None),
    (Fact.NO_USER, "user_not_found", "users.info", {"user": "U0NOBODY"}, None),
    (
        Fact.FOREIGN,
        "user_not_visible",
        "users.info",
        {"user": "U0FIN"},
        moved(foreigners_visible=False),
    ),
    (Fact.NO_GROUP, "no_such_subteam", "usergroups.users.list", {"usergroup": "S0NONE"}, None),
    (
        Fact.NO_GROUPS,
        "plan_upgrade_required",
        "usergroups.list",
        {},
        moved(groups_in_plan=False),
    ),
    (Fact.OPEN_ONE, "users_list_not_supplied", START, {}, None),
    (Fact.OPEN_ONE, "method_not_supported", START, {"users": "U0RAE,U0ADA"}, None),
    (Fact.OPEN_WHOM, "user_disabled", START, {"users": "U0DEE"}, None),
    (Fact.OPEN_WHOM, "cannot_dm_bot", START, {"users": "U0CAL"}, None),
    (Fact.OPEN_WHOM, "user_not_found", START, {"users": "U0FIN"}, None),
]


async def answer_of(ws: SlackWorkspace, method: str, arguments: Json, token: str | None) -> Json:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession() as session,
        session.post(ws.api_url + method, headers=headers, json=arguments) as response,
    ):
        answer: Json = await response.json()
        return answer


@pytest.mark.parametrize(
    ("fact", "error", "method", "arguments", "prepare"),
    NOS,
    ids=[f"{one[2]}-{one[0].name}-{one[1]}" for one in NOS],
)
async def test_a_refusal_names_its_code_and_the_fact_it_rests_on(
    fact: Fact, error: str, method: str, arguments: Json, prepare: Prepare | None
) -> None:
    async with SlackWorkspace(bot_scopes=SCOPES) as ws:
        more = (prepare(ws) if prepare else None) or {}
        before = sum(len(place.everything) for place in ws.channels.values())
        answer = await answer_of(ws, method, {**arguments, **more}, ws.bot_token)
        assert (answer["ok"], answer["error"]) == (False, error)
        assert ws.calls[-1].fact is fact
        assert sum(len(place.everything) for place in ws.channels.values()) == before


@pytest.mark.parametrize(("token", "error"), [(None, "not_authed"), ("xoxb-no", "invalid_auth")])
async def test_a_caller_whom_nobody_knows_is_refused_as_such(
    ws: SlackWorkspace, token: str | None, error: str
) -> None:
    assert (await answer_of(ws, "auth.test", {}, token))["error"] == error
    assert ws.calls[-1].fact is Fact.CALLER


async def test_a_message_up_to_the_size_is_taken_and_rests_on_no_refusal(
    ws: SlackWorkspace,
) -> None:
    assert (await answer_of(ws, POST, ops(blocks=FAT[:10]), ws.bot_token))["ok"]
    assert ws.calls[-1].fact is None


def test_every_fact_has_a_test() -> None:
    told = "".join(file.read_text("utf-8") for file in HERE.glob("test_*.py"))
    tested = set(re.findall(r"\bFact\.([A-Z_]+)\b", told))
    assert [one.name for one in Fact if one.name not in tested] == []


def test_every_fact_is_a_reason_somewhere_and_names_its_chapter() -> None:
    room = HERE.parents[2] / "bot" / "sandbox" / "workspace"
    said = "".join(file.read_text("utf-8") for file in room.glob("*.py"))
    reasons = set(re.findall(r"\bFact\.([A-Z_]+)\b", said))
    assert {one.name for one in Fact} == reasons
    chapter = r"slack-platform (1\.1|1\.2|1\.4|2|2\.1|2\.2)(, (2\.2|8))?"
    mark = r"( \[(K|U|U code|U text|U number)\])?"
    for one in set(Fact) - {Fact.DEMANDED}:
        assert re.fullmatch(rf"{chapter}{mark}( [a-z_]+)?(: .+)?", one.value), one.name
