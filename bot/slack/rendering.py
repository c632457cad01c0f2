"""From a row of the outbox to the newest words: loads what a surface needs, calls its view."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import Settings
from bot.core import duedates, outage
from bot.core.policy import Actor
from bot.flows import digest as digests
from bot.flows import old_approvals, reminding, renaming
from bot.flows.catalogue import ORG_SURFACE
from bot.flows.lost_slots import SURFACE as LOST_SLOT
from bot.flows.requests import EXPIRED
from bot.slack import lost_messages, org_messages, places, stale_messages, unheard_messages
from bot.slack.views import card, digest, dm, reminder
from bot.slack.views.parts import Payload
from bot.slack.views.rich import PLAIN, Rich
from bot.slack.views.shown import Prices, Shown
from store import ledger, usage
from store.journal import journal
from store.records import JournalLine, Message, Request, Source


async def render(
    settings: Settings, conn: AsyncConnection, message: Message, allowed: Rich = PLAIN
) -> Payload | None:
    """Render the newest state; None when there is nothing to show any more.

    `allowed` are the rich kinds of block that may be used.
    """
    if message.request is None:
        if message.surface == "digest":
            return await _digest(settings, conn, message, allowed)
        render_it = BY_SURFACE.get(message.surface)
        return await render_it(settings, conn, message) if render_it else None
    request = await ledger.get(conn, message.request)
    if request is None or (message.surface == "end" and not _still(request, message)):
        return None
    shown = await load(settings, conn, request)
    if message.surface == "old_card":
        return card.replaced(shown)
    if message.surface == reminding.UNDECIDABLE:
        return reminder.undecidable(shown) if shown.undecidable or message.ts else None
    if message.surface == reminding.SURFACE:  # nobody is reminded of what was decided meanwhile
        return reminder.reminder(shown) if duedates.waits(request) else None
    if message.surface == "card":
        return card.card(shown, allowed)
    views = {"dm": dm.dm, "end": dm.end}
    return views[message.surface](shown, _reader(settings, message.target))


def _reader(settings: Settings, user: str) -> Actor:
    """Whom a message is for, as far as it is known without asking Slack: no group is opened."""
    return Actor(
        user=user,
        is_admin=user in settings.slack.admins,
        is_approver=user in settings.approval.approvers,
    )


async def _digest(
    settings: Settings, conn: AsyncConnection, message: Message, allowed: Rich
) -> Payload | None:
    _, org, slot = message.id.split("/", 2)
    found = await digests.load(settings, conn, org, slot)
    known = settings.orgs.get(org)
    return digest.digest(found, known.label if known else org, allowed) if found else None


BY_SURFACE: Mapping[
    str, Callable[[Settings, AsyncConnection, Message], Awaitable[Payload | None]]
] = {
    "stale": stale_messages.render,
    "stale_dm": stale_messages.render,
    places.SURFACE: places.render,
    LOST_SLOT: lost_messages.render,
    ORG_SURFACE: org_messages.render,
    unheard_messages.SURFACE: unheard_messages.render,
}
"""How messages that belong to no request are rendered; the digest, too, but by allowed blocks."""


def _still(request: Request, message: Message) -> bool:
    """An end names the state it tells of; one that the request has left would tell another."""
    return message.id.rpartition("/")[2].partition("-")[0] == request.state


async def load(settings: Settings, conn: AsyncConnection, request: Request) -> Shown:
    """Put together what every surface of a request needs."""
    org = settings.orgs.get(request.asked.org)
    app = org.apps.get(request.asked.app) if org and request.asked.app else None
    lines = await journal(conn, request.id)
    done = {line.detail.removesuffix(" (found done)") for line in lines if line.event == "done"}
    prices = settings.prices
    return Shown(
        request=request,
        org_label=org.label if org else request.asked.org,
        my_domain_url=org.my_domain_url if org else "",
        app_label=app.label if app else request.asked.app,
        required=settings.approval.required,
        prices=Prices(
            currency=prices.currency,
            full=float(prices.full_license_month),
            integration=float(prices.integration_license_month),
        ),
        done=frozenset(done),
        approvers=settings.approval.approvers,
        not_tested=_not_tested(lines),
        away=outage.current(lines),
        audience=_audience(lines) or (org.audience if org else None),
        free_username=await renaming.proposal(conn, request, org.username_domain) if org else None,
        by_hand=any(line.event == "live" and line.source is Source.SLACK for line in lines),
        expires_at=await _expiry(conn, request),
        ran_out=any(line.event == EXPIRED for line in lines),
        too_old=_too_old(settings, request, lines),
        undecidable=reminding.undecidable(lines) if duedates.waits(request) else "",
        admins=settings.slack.admins,
    )


async def _expiry(conn: AsyncConnection, request: Request) -> datetime | None:
    """When a request that waits ends by itself."""
    if not duedates.expires(request):
        return None
    dates = await usage.dates_of(conn, request.id)
    return next((one.at for one in dates if one.what == duedates.EXPIRY), None)


def _too_old(settings: Settings, request: Request, lines: Sequence[JournalLine]) -> str:
    """How long approvals hold, when that of a blocked request was found to be too old."""
    approved = request.approved_at
    if approved is None or not duedates.waits_for_retry(request):
        return ""
    old = any(line.event == old_approvals.OLD and line.at >= approved for line in lines)
    return duedates.length(settings.approval.valid_for) if old else ""


def _not_tested(lines: Sequence[JournalLine]) -> tuple[str, ...]:
    """What the newest look of the test could not try."""
    looks = _kept(lines, "not_tested")
    return tuple(looks[-1]) if looks else ()


def _audience(lines: Sequence[JournalLine]) -> str | None:
    """The audience that the newest login of the test worked with; None = none has yet."""
    worked = [str(one) for one in _kept(lines, "audience") if one]
    return worked[-1] if worked else None


def _kept(lines: Sequence[JournalLine], key: str) -> list[Any]:
    """What the looks of the test kept under a key, oldest first."""
    return [line.after[key] for line in lines if line.after and key in line.after]
