"""A message was given up: those who look after the bot are told, because nobody else would be."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import Settings
from bot.slack.delivery import in_thread, is_direct
from bot.slack.views import trouble
from bot.slack.views.parts import Payload
from store import ledger, outbox
from store.records import Message

SURFACE: Final = "unheard"
_REASON = 60
_ID = 200


async def tell(
    conn: AsyncConnection, message: Message, reason: str, readers: Collection[str], now: datetime
) -> None:
    """Want a word to each reader about a message that was given up; one for message and reason.

    A line in a thread needs none, since what it belongs to was told or stands there; and a word
    about a word would never end.
    """
    if in_thread(message) or message.surface == SURFACE:
        return
    for reader in readers:
        told = f"{SURFACE}/{reader}/{reason.replace('/', ' ')[:_REASON]}/{message.id}"[:_ID]
        await outbox.want(conn, told, request=None, surface=SURFACE, target=reader, now=now)


async def render(_settings: Settings, conn: AsyncConnection, message: Message) -> Payload | None:
    """Say who did not read what, or what a channel does not show, and why."""
    _, _, reason, missed_id = message.id.split("/", 3)
    missed = await outbox.get(conn, missed_id)
    if missed is None:
        return None
    request = await ledger.get(conn, missed.request) if missed.request else None
    if is_direct(missed):
        return trouble.unheard(missed.target, request or missed.surface, reason)
    return trouble.unposted(missed, request, reason)
