"""Reading payloads in tests: every text, every button, and one surface as a person sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.sandbox.workspace import readable
from bot.slack.views.parts import Payload


def texts(value: Any) -> Iterator[dict[str, Any]]:
    """Every text object in a payload."""
    if isinstance(value, dict):
        if value.get("type") in {"mrkdwn", "plain_text"} and "text" in value:
            yield value
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def markup(payload: Payload) -> list[str]:
    """Everything that Slack reads as mrkdwn; of a message its `text`, too."""
    found = [one["text"] for one in texts(payload) if one["type"] == "mrkdwn"]
    return [*found, payload["text"]] if isinstance(payload.get("text"), str) else found


def buttons(payload: Payload) -> list[str]:
    """The action ids of the buttons."""
    blocks = [one for one in payload.get("blocks", []) if one["type"] == "actions"]
    return [element["action_id"] for block in blocks for element in block["elements"]]


def read(payload: Payload) -> str:
    """The surface as text."""
    return readable.message(payload.get("text", ""), payload.get("blocks", []))
