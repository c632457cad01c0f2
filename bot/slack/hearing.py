"""Every payload that is heard: named in the log, timed, and counted by how it ended."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.core import command
from bot.core.lifecycle import Refusal
from bot.slack import ids

Acked = Callable[[str, str, float], None]
"""Told the kind of payload, the outcome (`ok`, `refused`, `failed`) and the seconds since it came.

Waiting for a turn is in them, as it is in the three seconds that Slack waits (slack-platform 2).
"""

_KINDS = {
    "block_actions": "action",
    "block_suggestion": "options",
    "view_submission": "view",
    "view_closed": "view",
    "shortcut": "shortcut",
    "event_callback": "event",
}


@dataclass(slots=True)
class _Heard:
    outcome: str = "ok"


_came: ContextVar[float | None] = ContextVar("came", default=None)
_heard: ContextVar[_Heard | None] = ContextVar("heard", default=None)


def came() -> None:
    """Say that a payload arrives now; to be called first of all in the task that takes it."""
    _came.set(time.monotonic())


def ended(outcome: str) -> None:
    """Say that the payload in hand ends as `refused` or `failed`; without a word it is `ok`."""
    heard = _heard.get()
    if heard is not None:
        heard.outcome = outcome


class HearingApp(AsyncApp):
    """The Bolt app, with eyes on every payload of both ways in."""

    acked: Acked

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Answer one payload; every line logged meanwhile names it, and the request it is about."""
        body: Mapping[str, Any] = req.body if isinstance(req.body, Mapping) else {}
        heard, begun = _Heard(), _came.get() or time.monotonic()
        held = _heard.set(heard)
        try:
            with structlog.contextvars.bound_contextvars(**_names(body)):
                answer = await super().async_dispatch(req)
            if heard.outcome == "ok" and _has_errors(answer):
                heard.outcome = "refused"
        except BaseException:
            heard.outcome = "failed"
            raise
        finally:
            _heard.reset(held)
            self.acked(kind(body), heard.outcome, time.monotonic() - begun)
        return answer


def kind(body: Mapping[str, Any]) -> str:
    """Which kind of listener a payload is for."""
    return "command" if "command" in body else _KINDS.get(str(body.get("type")), "other")


def request_in(body: Mapping[str, Any]) -> int | None:
    """The number of the request that a payload names: by a button, a window or a command."""
    try:
        if "command" in body:
            return getattr(command.parse(str(body.get("text") or "")), "id", None)
        actions = body.get("actions") or [{}]
        view = body.get("view") or {}
        written = actions[0].get("value") or view.get("private_metadata") or ""
        return ids.Target.read(str(written)).request
    except (Refusal, ValueError, AttributeError, LookupError, TypeError):
        return None


def _names(body: Mapping[str, Any]) -> dict[str, str]:
    number = request_in(body)
    named = {} if number is None else {"request_id": f"IU-{number}"}
    return {"slack": secrets.token_hex(4), **named}


def _has_errors(answer: BoltResponse) -> bool:
    try:
        said = json.loads(answer.body or "{}")
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("response_action") == "errors"
