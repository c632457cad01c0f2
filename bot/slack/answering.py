"""How every listener is wrapped: ack means committed, and no exception ends in silence.

With `process_before_response` the ack is sent when the listener is finished (slack-platform 3.1).
A `Refusal` is told as it is; anything else is told with a reference number and is loud in the log.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.core.lifecycle import Refusal
from bot.slack import ids
from bot.slack.views import replies

_log = structlog.get_logger(__name__)


class Afterwards:
    """Work after an ack, such as a small answer: kept alive, watched, and finished at shutdown."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def do(self, work: Coroutine[Any, Any, object]) -> None:
        """Start `work` in the background; its failure is logged."""
        task = asyncio.create_task(_watched(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self, seconds: float) -> None:
        """Wait for what is still running, for at most `seconds`."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)


async def _watched(work: Coroutine[Any, Any, object]) -> None:
    try:
        await work
    except Exception:  # noqa: BLE001 - nobody awaits this task
        _log.exception("slack.afterwards")


def sorry(error: Exception, doing: str) -> str:
    """The sentence for an exception: a refusal's own, or an apology with a reference number."""
    if isinstance(error, Refusal):
        return error.sentence
    reference = secrets.token_hex(3)
    _log.error("slack.listener", doing=doing, reference=reference, exc_info=error)
    return (
        "Sorry, something went wrong on my side and nothing was changed."
        f" Please try again; if it stays so, tell an admin this reference: {reference}."
    )


async def command_answer(ack: AsyncAck, doing: str, work: Awaitable[dict[str, Any] | None]) -> None:
    """Ack a slash command with the answer that `work` gives, seen by this person only."""
    try:
        payload = await work
    except Exception as error:  # noqa: BLE001 - told to the person and logged
        payload = replies.sentence(sorry(error, doing))
    if payload is None:
        await ack()
    else:
        await ack(response_type="ephemeral", **payload)


async def view_answer(ack: AsyncAck, doing: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run a view submission; an exception becomes a view with words, in place of the form."""
    try:
        await work()
    except Exception as error:  # noqa: BLE001 - told to the person and logged
        text = sorry(error, doing)
        view = replies.note_view("Not done", text, _DEAD)
        await ack(response_action="update", view=view)


_DEAD = f"{ids.VIEW_REQUEST}_note"
