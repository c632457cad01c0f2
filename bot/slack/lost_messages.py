"""The word about a slot of the clock whose job failed twice."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import Settings
from bot.slack.views import lost
from bot.slack.views.parts import Payload
from store.records import Message


async def render(settings: Settings, _conn: AsyncConnection, message: Message) -> Payload | None:
    """Say which message will not come; the id names org, job and slot."""
    _, org, job, slot = message.id.split("/")
    known = settings.orgs.get(org)
    return lost.lost(job, known.label if known else org, slot)
