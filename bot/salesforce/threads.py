"""Where blocking Salesforce calls run: daemon threads, a few per org, that exit does not wait for.

A pool of the standard library is joined when the interpreter ends, so one hanging org would hold
the whole process for a read timeout. The engine also replaces the loop's default executor. Hence
one daemon thread per call, bounded by a semaphore.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import TypeVar

Answer = TypeVar("Answer")


class Threads:
    """Run blocking calls for one org, at most `limit` at a time."""

    def __init__(self, name: str, *, limit: int = 4) -> None:
        self._name = name
        self._free = asyncio.Semaphore(limit)

    async def call(self, work: Callable[[], Answer]) -> Answer:
        """Run `work` in a daemon thread and answer what it answers or raises.

        Cancelling the caller abandons the thread; it ends with its call's own timeout.
        """
        async with self._free:
            loop = asyncio.get_running_loop()
            future: asyncio.Future[Answer] = loop.create_future()
            threading.Thread(
                target=copy_context().run,  # what is logged in the thread names the request too
                args=(_run, work, loop, future),
                name=f"org-{self._name}",
                daemon=True,
            ).start()
            return await future


def _run(
    work: Callable[[], Answer], loop: asyncio.AbstractEventLoop, future: asyncio.Future[Answer]
) -> None:
    try:
        answer = work()
    except BaseException as error:  # noqa: BLE001 - handed to whoever awaits
        _hand_over(loop, partial(_fail, future, error))
    else:
        _hand_over(loop, partial(_settle, future, answer))


def _hand_over(loop: asyncio.AbstractEventLoop, done: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(done)


def _settle(future: asyncio.Future[Answer], answer: Answer) -> None:
    if not future.done():
        future.set_result(answer)


def _fail(future: asyncio.Future[Answer], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
