"""What Slack's payloads say, and how answers fit into the view that was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.slack.views.parts import Payload

Body = Mapping[str, Any]

_INITIAL = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "users_select": ("selected_user", "initial_user"),
}


def team_of(body: Body) -> str | None:
    """The workspace that the person belongs to, as far as the payload says."""
    user = body.get("user")
    team = user.get("team_id") if isinstance(user, Mapping) else body.get("team_id")
    return str(team) if team else None


def place_of(body: Body) -> str:
    """The channel in which somebody clicked; empty in a window."""
    channel = body.get("channel")
    return str(channel.get("id") or "") if isinstance(channel, Mapping) else ""


def door_of(body: Body) -> str:
    """The response_url of a click on a message; empty where Slack gives none."""
    return str(body.get("response_url") or "")


def errors_placed(errors: Mapping[str, str], view: Body, other: str) -> dict[str, str]:
    """Errors under inputs that the view has; what belongs elsewhere goes under `other`.

    Slack refuses an answer with an error under anything else (slack-platform 2).
    """
    inputs = {block["block_id"] for block in _inputs(view)}
    found: dict[str, str] = {}
    for block, sentence in errors.items():
        at = block if block in inputs else other
        found[at] = f"{found[at]} {sentence}" if at in found else sentence
    return found


def keep(view: Payload, values: Body) -> Payload:
    """Carry over what was typed, where block and action are the same.

    Slack is believed to keep it by itself when a view is updated; nobody could confirm that
    (slack-platform 2).
    """
    for block in _inputs(view):
        element = block["element"]
        typed = values.get(block["block_id"], {}).get(element["action_id"], {})
        names = _INITIAL.get(element["type"])
        if names and typed.get(names[0]):
            element[names[1]] = typed[names[0]]
    return view


def _inputs(view: Body) -> Iterator[dict[str, Any]]:
    return (block for block in view["blocks"] if block["type"] == "input")
