"""What the app registers with Slack: one source for both variants of the app's manifest.

`python -m bot.slack.manifest` prints the manifest for Socket Mode, and with the public address of
the bot, such as `https://bot.example.com`, that for HTTP. The files in the repository are its
output.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from bot.core import command
from bot.core.wording import APP_NAME
from bot.slack import ids

EVENTS_PATH = "/slack/events"
EXAMPLE = "https://integration-user-bot.example.com"

SCOPES: Mapping[str, str] = {
    "commands": "/integration-user and the shortcut",
    "chat:write": "the approval card, and messages to requester and owner",
    "users:read": "owners must be people: no bots, no guests, nobody who has left",
    "usergroups:read": "approvers and admins may be user groups",
}
"""The bot token's scopes, the fewest that do, each with what it is for (slack-platform 4)."""

_LONG = (
    "Ask for a Salesforce integration user where you work. A form asks which system it is for and"
    " which objects and fields it needs; approvers see the plan, sentence by sentence, before"
    " anything happens; then the user is made, its login is tried, and its owner is told how to"
    " connect. Every integration gets its own API-only user on a Salesforce Integration licence,"
    " with the access that was approved and no more."
)


def manifest(url: str | None = None) -> dict[str, Any]:
    """The manifest: for Socket Mode, or for HTTP when `url` is the public address of the bot."""
    posts_to = f"{url.rstrip('/')}{EVENTS_PATH}" if url else None
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": APP_NAME,
            "description": "Gives every integration its own least-privilege, API-only Salesforce"
            " user.",
            "long_description": _LONG,
            "background_color": "#1f3b57",
        },
        "features": _features(posts_to),
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": _settings(posts_to),
    }


def _features(posts_to: str | None) -> dict[str, Any]:
    words = {
        "command": ids.COMMAND,
        "description": "Ask for a Salesforce integration user, and see what became of it",
        "usage_hint": " | ".join(_hints()),
        "should_escape": True,
    }
    return {
        # Direct messages of the bot are shown; it reads none, so nobody can write to it.
        "app_home": {
            "home_tab_enabled": False,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": True,
        },
        "bot_user": {"display_name": APP_NAME, "always_online": True},
        "slash_commands": [{**words, "url": posts_to} if posts_to else words],
        "shortcuts": [
            {
                "name": "New integration user",
                "type": "global",
                "callback_id": ids.SHORTCUT,
                "description": "Ask for a Salesforce integration user",
            }
        ],
    }


def _hints() -> Iterator[str]:
    """Every command that works, with an id where it takes one."""
    for one in command.COMMANDS:
        with_id = f"{one} IU-17"
        yield with_id if hasattr(command.parse(with_id), "id") else one


def _settings(posts_to: str | None) -> dict[str, Any]:
    """Pickers ask over HTTP at an address of their own (slack-platform 2, block_suggestion)."""
    interactivity: dict[str, Any] = {"is_enabled": True}
    if posts_to:
        interactivity |= {"request_url": posts_to, "message_menu_options_url": posts_to}
    return {
        "interactivity": interactivity,
        "org_deploy_enabled": False,
        "socket_mode_enabled": posts_to is None,
        "token_rotation_enabled": False,
    }


def text(url: str | None = None) -> str:
    """The manifest as YAML, every scope with its reason."""
    head = (
        f"# The Slack app, for {'HTTP' if url else 'Socket Mode'} (docs/slack-setup.md).\n"
        f"# Written by: {' '.join(('python -m bot.slack.manifest', *([url] if url else ())))}\n"
        "# Scopes are the fewest that do; each says what it is for.\n"
    )
    return head + "".join(f"{line}\n" for line in _yaml(manifest(url), ""))


def _yaml(value: Any, indent: str) -> Iterator[str]:
    """Block YAML: mappings, values quoted as JSON quotes them, and the list of scopes."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _pair(f"{indent}{key}:", inner, indent)
        return
    for item in value:
        if isinstance(item, dict):
            lines = list(_yaml(item, f"{indent}  "))
            yield f"{indent}- {lines[0].lstrip()}"
            yield from lines[1:]
        else:
            yield f"{indent}- {item} # {SCOPES[item]}"


def _pair(head: str, inner: Any, indent: str) -> Iterator[str]:
    if isinstance(inner, dict | list):
        yield head
        yield from _yaml(inner, f"{indent}  ")
    else:
        yield f"{head} {json.dumps(inner, ensure_ascii=False)}"


if __name__ == "__main__":
    sys.stdout.write(text(*sys.argv[1:2]))
