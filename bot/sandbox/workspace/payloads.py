"""What does Slack send when a person acts? Shapes as in slack-platform 2 and bolt's scenarios."""

from copy import deepcopy

from bot.sandbox.workspace import fields
from bot.sandbox.workspace.world import APP_ID, BOT_ID, TEAM_ID, Channel, Json, Message, View, World

VERIFICATION_TOKEN = "not-checked"  # noqa: S105 - the deprecated field; nobody reads it
TEAM_DOMAIN = "acme"


def _common(world: World, user_id: str) -> Json:
    user = world.users[user_id]
    return {
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": user.team_id,
        },
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def view_json(view: View, *, stack: list[View], with_state: bool = True) -> Json:
    """A view as the Web API and payloads show it."""
    below = stack[: stack.index(view)] if view in stack else []
    shown: Json = {
        "id": view.id,
        "team_id": TEAM_ID,
        "app_id": APP_ID,
        "app_installed_team_id": TEAM_ID,
        "bot_id": BOT_ID,
        "hash": view.hash,
        "state": {"values": fields.state(view) if with_state else {}},
        "previous_view_id": below[-1].id if below else None,
        "root_view_id": below[0].id if below else view.id,
        "title": None,
        "close": None,
        "submit": None,
        "callback_id": "",
        "private_metadata": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
    }
    return shown | deepcopy(view.body)


def slash_command(world: World, *, user: str, channel: Channel, text: str, url: str) -> Json:
    """A slash command typed by a person; `text` starts with the command itself."""
    command, _, rest = text.partition(" ")
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user,
        "user_name": world.users[user].name,
        "command": command,
        "text": rest.strip(),
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": url,
        "trigger_id": world.new_trigger(user),
    }


def shortcut(world: World, *, user: str, callback_id: str) -> Json:
    """A global shortcut."""
    return {
        "type": "shortcut",
        **_common(world, user),
        "action_ts": world.next_ts(),
        "callback_id": callback_id,
        "trigger_id": world.new_trigger(user),
    }


def message_action(
    world: World, *, user: str, message: Message, action: Json, url: str, ephemeral: bool
) -> Json:
    """block_actions from a message."""
    channel = world.channels[message.channel]
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    body: Json = {
        "type": "block_actions",
        **_common(world, user),
        "container": container,
        "trigger_id": world.new_trigger(user),
        "channel": {"id": channel.id, "name": channel.name},
        "state": {"values": fields.message_state(message.blocks)},
        "response_url": url,
        "actions": [action],
    }
    if not ephemeral:
        body["message"] = message.as_json()
    return body


def view_action(world: World, *, view: View, action: Json) -> Json:
    """block_actions from a modal or Home; the view carries its state (slack-platform 2)."""
    stack = world.stacks.get(view.user, [])
    return {
        "type": "block_actions",
        **_common(world, view.user),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": world.new_trigger(view.user, from_view=True),
        "view": view_json(view, stack=stack),
        "actions": [action],
    }


def view_submission(world: World, *, view: View) -> Json:
    """A submitted modal with `state.values[block_id][action_id]`."""
    return {
        "type": "view_submission",
        **_common(world, view.user),
        "trigger_id": world.new_trigger(view.user, from_view=True),
        "view": view_json(view, stack=world.stacks.get(view.user, [])),
        "response_urls": [],
    }


def view_closed(world: World, *, view: View, shown: Json, cleared: bool) -> Json:
    """A dismissed modal; `shown` is the view as it stood before it was closed."""
    return {
        "type": "view_closed",
        **_common(world, view.user),
        "view": shown,
        "is_cleared": cleared,
    }


def block_suggestion(world: World, *, view: View, block: Json, element: Json, typed: str) -> Json:
    """A search in an external select.

    The view comes without the current state of its other inputs (bolt-js #1146).
    """
    stack = world.stacks.get(view.user, [])
    return {
        "type": "block_suggestion",
        **_common(world, view.user),
        "container": {"type": "view", "view_id": view.id},
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "value": typed,
        "view": view_json(view, stack=stack, with_state=False),
    }


def home_opened(world: World, *, user: str, tab: str) -> Json:
    """The app_home_opened event in its events_api wrapping."""
    event: Json = {
        "type": "app_home_opened",
        "user": user,
        "channel": world.dm(user).id,
        "tab": tab,
        "event_ts": world.next_ts(),
    }
    if user in world.homes and tab == "home":
        event["view"] = view_json(world.homes[user], stack=[])
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": world.next_id("Ev"),
        "event_time": int(world.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": BOT_ID,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }


def action_of(world: World, *, block: Json, element: Json, entry: Json | None = None) -> Json:
    """One entry of `actions`: a clicked button, or an element with the value it now holds."""
    action: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": world.next_ts(),
    }
    for key in ("text", "value", "style", "url"):
        if key in element and element["type"] == "button":
            action[key] = deepcopy(element[key])
    return action | (entry or {})
