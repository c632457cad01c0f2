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
from bot.slack.hearing import ended
from bot.slack.views import replies

_log = structlog.get_logger(__name__)
_NOTE = f"{ids.VIEW_REQUEST}_note"

Work = Coroutine[Any, Any, object]


class Unsure(Refusal):
    """Nothing is wrong with what the person asked: it may work in a minute."""


class Afterwards:
    """Work after an ack, such as a small answer: kept alive, watched, and finished at shutdown."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()

    def do(self, work: Work) -> None:
        """Start `work` in the background; its failure is logged."""
        self._watch(asyncio.ensure_future(work))

    async def soon(self, work: Work, *, seconds: float, late: Callable[[Exception], Work]) -> None:
        """Wait for `work`, and raise what it raises, for at most `seconds`: the ack must not wait.

        Slower work goes on in the background; if it fails there, `late` tells the person.
        """
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if done:
            task.result()
        else:
            self.do(_told(task, late))

    async def finish(self, seconds: float) -> None:
        """Wait for what is still running, for at most `seconds`; what is left then is ended."""
        if not self._tasks:
            return
        _, left = await asyncio.wait(set(self._tasks), timeout=seconds)
        for task in left:
            task.cancel()
        if left:
            _log.warning("slack.afterwards", left=len(left))
            await asyncio.wait(left, timeout=1)

    def _watch(self, task: asyncio.Task[object]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("slack.afterwards", exc_info=error)


async def _told(task: asyncio.Task[object], late: Callable[[Exception], Work]) -> None:
    try:
        await task
    except Exception as error:  # noqa: BLE001 - told to the person and logged
        await late(error)


def sorry(error: Exception, doing: str) -> str:
    """The sentence for an exception: a refusal's own, or an apology with a reference number."""
    if isinstance(error, Refusal):
        ended("refused")
        return error.sentence
    ended("failed")
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


async def view_answer(
    ack: AsyncAck, doing: str, work: Callable[[], Awaitable[None]], *, under: str
) -> None:
    """Run a view submission that acks by itself; an exception becomes words.

    A refusal is final: it takes the place of the form. What may work in a minute, and what went
    wrong here, is told under the field `under`, so that nothing typed is lost.
    """
    try:
        await work()
    except Exception as error:  # noqa: BLE001 - told to the person and logged
        text = sorry(error, doing)
        if isinstance(error, Refusal) and not isinstance(error, Unsure):
            view = replies.note_view("Not done", text, _NOTE)
            await ack(response_action="update", view=view)
        else:
            await ack(response_action="errors", errors={under: text})


async def click_answer(
    ack: AsyncAck,
    doing: str,
    work: Callable[[], Awaitable[None]],
    tell: Callable[[str], Work],
    afterwards: Afterwards,
) -> None:
    """Run what a click or shortcut asks for and ack; an exception is told through `tell`."""
    try:
        await work()
    except Exception as error:  # noqa: BLE001 - told to the person and logged
        afterwards.do(tell(sorry(error, doing)))
    await ack()
