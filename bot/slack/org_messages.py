"""What the channel for problems reads about an org that cannot be chosen; one living message."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import Settings
from bot.slack.views import trouble
from bot.slack.views.parts import Payload
from store import catalogue
from store.records import Message


async def render(settings: Settings, conn: AsyncConnection, message: Message) -> Payload | None:
    """Render how the org is now; None when it works before anybody was told."""
    key = message.id.partition("/")[2]
    known = settings.orgs.get(key)
    label = known.label if known else key
    facts = await catalogue.org(conn, key)
    if known and facts and facts.refusal:
        return trouble.closed(label, facts.refusal)
    return trouble.open_again(label, configured=known is not None) if message.ts else None
