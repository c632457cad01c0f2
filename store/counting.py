"""How many of what there are: a few counts for whoever watches the bot, cheap at every look."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.outbox import NO_LOSS
from store.records import State
from store.tables import dirty
from store.tables import message as messages
from store.tables import refused_place as places
from store.tables import request as requests


async def requests_by_state(conn: AsyncConnection) -> dict[str, int]:
    """Count requests by state; a state without any counts 0."""
    query = select(requests.c.state, func.count()).group_by(requests.c.state)
    found = {str(state): int(count) for state, count in await conn.execute(query)}
    return {str(state): found.get(str(state), 0) for state in State}


async def messages_due_and_given_up(conn: AsyncConnection) -> tuple[int, int]:
    """Count the messages that Slack does not show yet, and those that Slack refused for good.

    What had nothing to show, or nowhere to go, is no loss and not counted.
    """
    due = select(func.count()).select_from(messages).where(dirty)
    lost = messages.c.gave_up.is_not(None) & messages.c.gave_up.not_in(NO_LOSS)
    given_up = select(func.count()).select_from(messages).where(lost)
    return (
        int((await conn.execute(due)).scalar_one()),
        int((await conn.execute(given_up)).scalar_one()),
    )


async def channels_refused(conn: AsyncConnection) -> int:
    """Count the channels that take nothing from us now."""
    channels = func.count(places.c.channel.distinct())
    query = select(channels).where(places.c.worked_at.is_(None))
    return int((await conn.execute(query)).scalar_one())
