"""The loop that delivers: newest state of a dirty message, rendered, posted or updated, remembered.

1. The oldest dirty messages, one channel at a time. 2. One conditional update on the channel's row
is mutual exclusion between processes, pace, Retry-After and crash lease at once. 3. The newest
state is rendered; no ts means post, else update. 4. ts and the *rendered* version are stored; a
change meanwhile leaves the row dirty. At least once: a kill between post and commit may leave one
extra message, and only the remembered one is edited. 5. Rich blocks that Slack refuses are sent
in plain words at once, and not tried again for a day. 6. What Slack does not take waits as
`bot/core/patience.py` says; of a channel that takes nothing, people hear by `places.py`.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import Settings
from bot.core import patience
from bot.core.patience import Failure
from bot.logs import about
from bot.slack import delivery, unheard_messages
from bot.slack.delivery import Delivered, Failed, Gone, Later
from bot.slack.people import People
from bot.slack.places import Places
from bot.slack.rendering import render
from bot.slack.views import rich
from bot.slack.views.parts import Payload
from store import outbox, refused_blocks
from store.database import Database
from store.records import Message

_log = structlog.get_logger(__name__)
_LEASE = timedelta(seconds=12)
_CALL_SECONDS = 8.0
_POST_PACE = timedelta(seconds=1)
_UPDATE_PACE = timedelta(seconds=1.5)
_POLL_SECONDS = 1.0
_SHORTEST_REST = 0.05
_AT_ONCE = 8
_EVERY = 10_000
_PLAIN_FOR = timedelta(days=1)


class Courier:
    """Delivers messages until it is told to stop; one in every process."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        client: AsyncWebClient,
        *,
        clock: Callable[[], datetime],
        pace: float = 1.0,
    ) -> None:
        self._settings = settings
        self._database = database
        self._client = client
        self._clock = clock
        self._pace = pace
        people = People(client, admins=settings.slack.admins, approvers=(), clock=clock)
        self._places = Places(settings, database, people.admins)
        self._due = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._in_hand: set[asyncio.Task[None]] = set()
        self._busy: set[str] = set()

    def wake(self) -> None:
        """Say that messages are due; to be called after the commit that wanted them."""
        self._due.set()

    async def start(self) -> None:
        """Begin to deliver. On SQLite, where one process is alone, old leases are void.

        What waits for a channel that is not configured any more goes to the one that is.
        """
        if self._database.dialect == "sqlite":
            async with self._database.write() as conn:
                await outbox.clear_leases(conn, self._clock())
        await self._places.settle(self._clock())
        self._task = asyncio.create_task(self._run(), name="courier")

    async def stop(self, seconds: float) -> None:
        """Finish the messages in hand, for at most `seconds`."""
        self._stopping = True
        self._due.set()
        if self._task is None:
            return
        _, pending = await asyncio.wait({self._task, *self._in_hand}, timeout=seconds)
        for task in pending:
            task.cancel()
        if pending:
            _log.warning("courier.cut_off", left=len(pending))
            await asyncio.wait(pending, timeout=1)

    async def _run(self) -> None:
        while not self._stopping:
            self._due.clear()
            try:
                begun = await self._begin_due()
            except Exception:  # noqa: BLE001 - the loop outlives any one failure
                _log.exception("courier.failed")
                begun = False
            if not begun:
                await self._rest()

    async def _rest(self) -> None:
        """Sleep until something is due, somebody wakes us, or it is time to look again."""
        seconds = _POLL_SECONDS * self._pace
        try:
            async with self._database.read() as conn:
                due = await outbox.next_due(conn)
            if due is not None:
                soon = max((due - self._clock()).total_seconds(), _SHORTEST_REST)
                seconds = min(seconds, soon)
            await asyncio.wait_for(self._due.wait(), seconds)
        except TimeoutError:
            return
        except Exception:  # noqa: BLE001 - the database may be back later
            _log.exception("courier.rest")
            await asyncio.sleep(seconds)

    async def _begin_due(self) -> bool:
        """Take one message of every free channel in hand; True when there was one.

        Each is delivered by itself: a slow or silent channel holds up nobody else.
        """
        async with self._database.read() as conn:
            due = await outbox.due(conn, self._clock(), 50)
        begun = False
        for message in due:
            if len(self._in_hand) >= _AT_ONCE or self._stopping:
                break
            if message.target not in self._busy:
                self._busy.add(message.target)
                task = asyncio.create_task(self._deliver(message))
                self._in_hand.add(task)
                task.add_done_callback(self._in_hand.discard)
                begun = True
        return begun

    async def deliver_only(self, ids: Collection[str]) -> None:
        """Deliver these as far as it is their turn now, and leave alone whatever else is due.

        For a process that runs no loop: one job by hand.
        """
        async with self._database.read() as conn:
            due = await outbox.due(conn, self._clock(), _EVERY)
        for message in due:
            if message.id in ids:
                await self._deliver(message)

    async def _deliver(self, message: Message) -> None:
        """Deliver one message if its channel's turn is ours, and look for the next one then."""
        with about(message.request, message=message.id):
            try:
                async with self._database.write() as conn:
                    token = await outbox.claim(conn, message.target, self._clock(), _LEASE)
                if token is not None:
                    await self._deliver_as(message, token)
                    self._due.set()
            except Exception:  # noqa: BLE001 - nobody awaits this task; the message stays due
                _log.exception("courier.failed")
            finally:
                self._busy.discard(message.target)

    async def _deliver_as(self, message: Message, token: str) -> None:
        pace = _UPDATE_PACE if message.ts else _POST_PACE
        wait = pace * self._pace
        try:
            outcome = await self._outcome(message)
            readers = await self._readers(message, outcome)
            wait = await self._remember(message, outcome, readers) or wait
        finally:
            async with self._database.write() as conn:
                await outbox.release(conn, message.target, token, self._clock() + wait)

    async def _readers(self, message: Message, outcome: delivery.Outcome) -> tuple[str, ...] | None:
        """Who must hear that a message failed so; asked of Slack before anything is written."""
        if not isinstance(outcome, Failed):
            return None
        if outcome.failure is Failure.PLACE:
            return await self._places.readers(message.target, outcome.reason)
        given_up = _wait(message, outcome) is None
        return await self._places.listeners(message) if given_up else None

    async def _outcome(self, message: Message) -> delivery.Outcome:
        """Send; a message that cannot even be rendered must not stop the others."""
        try:
            return await self._send(message)
        except Exception as error:  # noqa: BLE001 - a bug of ours, loud in the log
            _log.exception("message.broken")
            reason = f"cannot be shown: {type(error).__name__}"
            return Failed(reason=reason, failure=Failure.REFUSED)

    async def _send(self, message: Message) -> delivery.Outcome:
        async with self._database.read() as conn:
            fresh = await outbox.get(conn, message.id)
            if fresh is None or fresh.wanted == fresh.shown:
                return delivery.Nothing()
            refused = await refused_blocks.since(conn, self._clock() - _PLAIN_FOR)
            payload = await render(self._settings, conn, fresh, rich.ALL - refused)
            thread = await delivery.thread_of(conn, fresh)
            hopeless = thread is None and await delivery.never_has_thread(conn, fresh)
        if payload is None:
            return Gone(version=fresh.wanted)
        if delivery.in_thread(fresh) and thread is None:
            failure = Failure.REFUSED if hopeless else Failure.PASSING
            return Failed(reason="its thread is not there yet", failure=failure)
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                return await self._call(fresh, payload, thread)
        except SlackApiError as error:
            return delivery.read_error(error, fresh)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Failed(reason=type(error).__name__)

    async def _call(
        self, message: Message, payload: Payload, thread: str | None
    ) -> delivery.Outcome:
        """Call Slack, and once more in plain words when it refuses the rich blocks."""
        try:
            return await delivery.send(self._client, message, payload, thread)
        except SlackApiError as error:
            refused = delivery.refused_blocks(error, payload)
            if not refused:
                raise
        async with self._database.read() as conn:
            words = await render(self._settings, conn, message)
        if words is None:
            return Gone(version=message.wanted)
        outcome = await delivery.send(self._client, message, words, thread)
        if isinstance(outcome, Delivered):
            return dataclasses.replace(outcome, refused=refused)
        return outcome

    async def _remember(
        self, message: Message, outcome: delivery.Outcome, readers: tuple[str, ...] | None
    ) -> timedelta | None:
        async with self._database.write() as conn:
            match outcome:
                case Delivered(version=version, channel=channel, ts=ts, refused=refused):
                    await outbox.shown(conn, message.id, version=version, channel=channel, ts=ts)
                    await self._places.taken(conn, message, self._clock())
                    if refused:
                        await refused_blocks.refuse(conn, refused, self._clock())
                        _log.warning("blocks.refused", kinds=sorted(refused))
                case Gone(version=version):
                    await outbox.give_up(conn, message.id, outbox.NOTHING_TO_SHOW, version=version)
                    _log.info("message.nothing_to_show")
                case Later(seconds=seconds):
                    _log.warning("message.later", seconds=seconds)
                    return timedelta(seconds=seconds)
                case delivery.PostAgain():
                    await outbox.forget(conn, message.id)
                case delivery.ThreadGone():
                    await outbox.forget(conn, delivery.parent_of(message) or "")
                    await self._failed(conn, message, Failed(reason="its thread is gone"), ())
                case Failed() as failed:
                    await self._failed(conn, message, failed, readers or ())
                    if failed.failure is Failure.PLACE:
                        await self._places.refused(
                            conn, message, failed.reason, readers=readers, now=self._clock()
                        )
                case _:
                    pass
        return None

    async def _failed(
        self, conn: AsyncConnection, message: Message, failed: Failed, readers: tuple[str, ...]
    ) -> None:
        """Try again later, or give it up, loudly.

        An outage of Slack, however long, gives up nothing, and neither does a refused channel.
        """
        wait = _wait(message, failed)
        again = self._clock() + (wait or timedelta()) * self._pace
        passing = failed.failure is Failure.PASSING
        await outbox.failed(conn, message.id, again, passing=passing)
        if wait is None:
            await outbox.give_up(conn, message.id, failed.reason)
            await unheard_messages.tell(conn, message, failed.reason, readers, self._clock())
        log = _log.error if wait is None else _log.warning
        event = "message.given_up" if wait is None else "message.failed"
        log(event, reason=failed.reason)


def _wait(message: Message, failed: Failed) -> timedelta | None:
    """Until the next try; None = it is given up."""
    return patience.after(failed.failure, patience.in_a_row(failed.failure, message.tries))
