"""What follows when Slack refuses a channel: who is told what, once, and what happens afterwards.

1. The first to be refused makes the row of channel and cause, and wants a message to every admin in
the same commit. 2. Whatever waits is kept. 3. The first message that gets through closes the row,
hurries the others on and renews what the admins read. 4. A start with another channel in the
configuration sends there what waits.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import Settings
from bot.flows.catalogue import ORG_SURFACE
from bot.flows.lost_slots import SURFACE as LOST_SLOT
from bot.flows.reminding import UNDECIDABLE
from bot.logs import about
from bot.slack.delivery import in_thread, is_direct
from bot.slack.unheard_messages import SURFACE as UNHEARD
from bot.slack.views import place
from bot.slack.views.parts import Payload
from bot.slack.views.text import line
from store import outbox, refused_places
from store.database import Database
from store.records import Message

_log = structlog.get_logger(__name__)
SURFACE = "place"
_KEYS: Mapping[str, frozenset[str]] = {
    "approvals_channel": frozenset({"card", "reminder"}),
    "digest_channel": frozenset({"digest", "stale"}),
    "ops_channel": frozenset({SURFACE, ORG_SURFACE, LOST_SLOT, UNHEARD, UNDECIDABLE}),
}
"""Which surfaces are posted to the channel that a key of `[slack]` names."""

Admins = Callable[[], Awaitable[frozenset[str] | None]]


class Places:
    """Knows what to do about channels that take nothing."""

    def __init__(self, settings: Settings, database: Database, admins: Admins) -> None:
        self._settings = settings
        self._database = database
        self._admins = admins

    async def readers(self, channel: str, cause: str) -> tuple[str, ...] | None:
        """Whom to tell of a refusal, if anybody can be; None when it is not for now.

        The admins, as Slack names them now; where it names none, the channel for problems, unless
        that is refused too. None: it was told before, or Slack does not say just now who the
        admins are, so that the next refusal decides.
        """
        async with self._database.read() as conn:
            if await refused_places.since(conn, channel, cause) is not None:
                return None
            refused = await refused_places.current(conn)
        admins = await self._admins()
        if admins:
            return tuple(sorted(admins))
        ops = self._settings.slack.ops_channel
        if ops and ops != channel and ops not in refused:
            return (ops,)
        return None if admins is None else ()

    async def listeners(self, message: Message) -> tuple[str, ...]:
        """Whom to tell of a message that is given up: the channel for problems.

        Admins hear of what that channel itself does not take; where Slack names none it is the
        channel all the same, because these are other words.
        """
        ops = self._settings.slack.ops_channel
        if is_direct(message) or (ops and ops != message.target):
            return (ops,) if ops else ()
        return tuple(sorted(await self._admins() or ())) or ((ops,) if ops else ())

    async def refused(
        self,
        conn: AsyncConnection,
        message: Message,
        cause: str,
        *,
        readers: tuple[str, ...] | None,
        now: datetime,
    ) -> None:
        """Remember the refusal, and tell the readers if nobody else told it before."""
        channel = message.target
        if readers is None or not await refused_places.refuse(conn, channel, cause, now):
            began = await refused_places.since(conn, channel, cause)
            if began is not None and message.tries <= 0:  # more waits now than was told
                await outbox.want_again(conn, SURFACE, _about(channel, cause, began), now)
            return
        for reader in readers:
            told = f"{_about(channel, cause, now)}{reader}"
            await outbox.want(conn, told, request=None, surface=SURFACE, target=reader, now=now)
        _log.error(
            "channel.refused",
            channel=channel,
            reason=cause,
            todo=place.remedy(cause),
            told=list(readers),
        )

    async def taken(self, conn: AsyncConnection, message: Message, now: datetime) -> None:
        """A message got through: if its channel had refused us, everything else may go now.

        A line in a thread or an edit says nothing about posting, unless it was refused itself;
        that it met an outage is no refusal.
        """
        fresh = message.ts is None and not in_thread(message)
        if is_direct(message) or not (fresh or message.tries > 0):
            return
        ended = await refused_places.works(conn, message.target, now)
        for cause, since in ended:
            await outbox.want_again(conn, SURFACE, _about(message.target, cause, since), now)
        if ended:
            await outbox.hurry(conn, target=message.target)
            _log.info("channel.works", channel=message.target)

    async def settle(self, now: datetime) -> None:
        """At a start: send what waits to the channels that are configured now."""
        slack = self._settings.slack
        configured = {
            "approvals_channel": slack.approvals_channel,
            "digest_channel": slack.digest_channel,
            "ops_channel": slack.ops_channel,
        }
        known = {one for one in configured.values() if one}
        async with self._database.write() as conn:
            refused = await refused_places.current(conn)
            for key, surfaces in _KEYS.items():
                for message in await outbox.waiting(conn, surfaces=surfaces):
                    if not is_direct(message):
                        await _move(conn, message, configured[key], refused)
            for channel in sorted(refused.keys() - known):
                for message in await outbox.waiting(conn, target=channel):
                    await outbox.give_up(conn, message.id, outbox.NO_CHANNEL)
                for cause, since in refused[channel]:
                    await outbox.want_again(conn, SURFACE, _about(channel, cause, since), now)
            await refused_places.forget_others(conn, known)


async def _move(
    conn: AsyncConnection, message: Message, target: str | None, refused: Collection[str]
) -> None:
    """Send one message elsewhere if it cannot be shown where it was wanted.

    What stands in a channel that still works stays there; a reminder goes where its card is.
    """
    lost = message.target in refused
    if not target or message.target == target or not (lost or message.ts is None):
        return
    if in_thread(message):
        card = await outbox.get(conn, f"IU-{message.request}/card")
        if card is None or not (lost or card.target == target):
            return
        if card.target != target:
            await outbox.move(conn, card.id, target)
    await outbox.move(conn, message.id, target)
    with about(message.request, message=message.id):
        _log.info("message.moved", channel=target)


async def render(settings: Settings, conn: AsyncConnection, message: Message) -> Payload | None:
    """Render what an admin reads about a channel; None when it works before it was told."""
    _, channel, cause, *_ = message.id.split("/")
    began = await refused_places.since(conn, channel, cause)
    keys = _keys(settings, channel)
    if began is None or not message.id.startswith(_about(channel, cause, began)):
        return place.works(channel, known=bool(keys)) if message.ts else None
    waiting = await outbox.waiting(conn, target=channel)
    waits = [_named(settings, one) for one in waiting]
    return place.refused(channel, cause, waits=waits, keys=keys)


def _keys(settings: Settings, channel: str) -> list[str]:
    """The keys that name a channel; `ops_channel` follows the first one unless it is written."""
    keys = [key for key in _KEYS if getattr(settings.slack, key) == channel]
    return [key for key in keys if key != "ops_channel"] or keys


def _named(settings: Settings, message: Message) -> str:
    """A message as people call it."""
    if message.request is not None:
        what = "a reminder of IU-{}" if message.surface == "reminder" else "the card of IU-{}"
        if message.surface == UNDECIDABLE:
            what = "a word that nobody can decide about IU-{}"
        elif message.surface == "card" and message.ts is None:
            what = "the approval card of IU-{}, so nobody can decide about it"
        return what.format(message.request)
    if message.surface == SURFACE:
        return "a word about another channel"
    if message.surface == UNHEARD:
        return "a word about a message that Slack does not take"
    org = message.id.split("/")[1]
    known = settings.orgs.get(org)
    names = {"digest": "the digest", ORG_SURFACE: "a word about the state"}
    names |= {LOST_SLOT: "a word about a failed job"}
    name = names.get(message.surface, "the stale alert")
    return f"{name} of {line(known.label if known else org)}"


def _about(channel: str, cause: str, since: datetime) -> str:
    """The beginning of the ids of the messages about one refusal; the reader follows."""
    return f"{SURFACE}/{channel}/{cause}/{since.timestamp() * 1000:.0f}/"
