"""Somebody cannot be written to: the channel for problems is told, because nobody else would be."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import Settings
from bot.slack.delivery import is_direct
from bot.slack.views import trouble
from bot.slack.views.parts import Payload
from store import ledger, outbox
from store.records import Message

SURFACE: Final = "unheard"


async def tell(
    conn: AsyncConnection, settings: Settings, message: Message, reason: str, now: datetime
) -> None:
    """Want a word about a direct message that was given up; one for a person and request."""
    channel = settings.slack.ops_channel
    if channel is None or not is_direct(message):
        return
    about = message.request or message.surface
    told = f"{SURFACE}/{message.target}/{about}/{reason}"
    await outbox.want(conn, told, request=None, surface=SURFACE, target=channel, now=now)


async def render(_settings: Settings, conn: AsyncConnection, message: Message) -> Payload | None:
    """Say who did not read what, and why."""
    _, user, about, reason = message.id.split("/", 3)
    request = await ledger.get(conn, int(about)) if about.isdigit() else None
    return trouble.unheard(user, request or about, reason)
