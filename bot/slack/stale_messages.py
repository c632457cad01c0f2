"""Which messages does a look at an org's integration users make, and how are they rendered?"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import Settings
from bot.core.stale import Report
from bot.flows import stale as looks
from bot.slack.views import stale
from bot.slack.views.parts import Payload
from store.records import Message


async def render(settings: Settings, conn: AsyncConnection, message: Message) -> Payload | None:
    """Render what the slot that the message names had found; None when it is not kept any more."""
    found = await looks.report_of(conn, message.id)
    if found is None:
        return None
    org, reader, report = found
    if message.surface == "stale":
        return stale.channel(report, org_label=_label(settings, org))
    return stale.dm(report, reader, org_label=_label(settings, org))


def would_post(settings: Settings, org: str, report: Report) -> list[tuple[str, Payload]]:
    """What a look would post, to whom: the digest channel first, then owners."""
    label = _label(settings, org)
    posts: list[tuple[str, Payload]] = []
    if report.worth_saying and settings.slack.digest_channel:
        posts.append((settings.slack.digest_channel, stale.channel(report, org_label=label)))
    for owner in report.owners:
        told = stale.dm(report, owner, org_label=label)
        if told:
            posts.append((owner, told))
    return posts


def _label(settings: Settings, org: str) -> str:
    known = settings.orgs.get(org)
    return known.label if known else org
