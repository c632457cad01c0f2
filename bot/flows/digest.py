"""Tell once a week how each org stands: count, keep the count, want the message.

1. The catalogue is read anew when it is older than its period; an org that cannot be read is told
with what is known. 2. The count is kept under the slot: the next digest compares with it. 3. The
message is wanted under the slot: however often this is repeated, one is posted.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import Settings
from bot.core import digest as core
from bot.core.slots import plain
from bot.engine import Jobs, Run
from bot.flows import catalogue, slots
from bot.flows.context import Context
from bot.flows.intake import seats_of
from bot.flows.steady import step
from bot.salesforce.gateway import Refused, Unavailable
from store import catalogue as cache
from store import ledger, outbox, usage
from store.records import Json, OrgFacts, SeatCount

SURFACE = "digest"
_WEEK = timedelta(weeks=1)
_MOMENT = timedelta(microseconds=1)


def register(jobs: Jobs, ctx: Context) -> None:
    """Make the digest known to the engine."""

    async def digest(run: Run, org: str, slot: str) -> Json:
        await step(run, "refresh", _refresh, ctx, org)
        await step(run, "count", count, ctx, org, slot)
        return await step(run, "tell", tell, ctx, org, slot)

    jobs.register("digest", digest)


async def _refresh(ctx: Context, org: str) -> None:
    """Read the org when what is known of it is older than the catalogue may be."""
    async with ctx.database.read() as conn:
        facts = await cache.org(conn, org)
    fresh = ctx.clock() - ctx.settings.schedule.catalogue
    if facts is None or facts.ended_at is None or facts.ended_at < fresh:
        await catalogue.refresh(ctx, org)


async def count(ctx: Context, org: str, slot: str) -> None:
    """Keep how the seats stand, under the slot."""
    async with ctx.database.write() as conn:
        counted = await _count(conn, org, slot, since=_since(ctx), now=ctx.clock())
        await usage.keep_count(conn, counted)


def _since(ctx: Context) -> datetime:
    """The due time of the slot before the newest one: what happened since is told."""
    times = slots.times(ctx, "digest")
    return times.newest(times.newest(ctx.clock()) - _MOMENT)


async def _count(
    conn: AsyncConnection, org: str, slot: str, *, since: datetime, now: datetime
) -> SeatCount:
    facts = await cache.org(conn, org) or OrgFacts(org=org)
    licenses, psls = await seats_of(conn, org)
    return SeatCount(
        org=org,
        slot=slot,
        since=since,
        at=now,
        licenses=licenses,
        psls=psls,
        counted_at=facts.ended_at,
        refusal=facts.refusal,
    )


async def tell(ctx: Context, org: str, slot: str) -> Json:
    """Want the message, if there is a channel for it."""
    channel = ctx.settings.slack.digest_channel
    if channel is None:
        return {"messages": [], "note": "no [slack].digest_channel is configured"}
    message = f"{SURFACE}/{org}/{slot}"
    async with ctx.database.write() as conn:
        if await outbox.get(conn, message) is None:
            await outbox.want(
                conn,
                message,
                request=None,
                surface=SURFACE,
                target=channel,
                now=ctx.clock(),
            )
    ctx.wake()
    return {"messages": [message], "note": ""}


async def preview(ctx: Context, org: str, slot: str) -> core.Digest:
    """What the digest would say now, counted in the org; nothing is kept."""
    now = ctx.clock()
    try:
        live = (await ctx.gateways[org].snapshot()).facts
    except (Refused, Unavailable):
        live = None
    async with ctx.database.read() as conn:
        counted = await _count(conn, org, slot, since=_since(ctx), now=now)
        if live is not None:
            licenses, psls = await seats_of(conn, org, counted_at=now)
            counted = replace(
                counted,
                licenses=replace(licenses, total=live.license_total, used=live.license_used),
                psls=replace(psls, total=live.psl_total, used=live.psl_used),
                counted_at=now,
            )
        return await _digest(ctx.settings, conn, counted)


async def load(
    settings: Settings, conn: AsyncConnection, org: str, slot: str
) -> core.Digest | None:
    """The digest of a slot as it was counted, with the requests as they stand now."""
    counted = await usage.count_of(conn, org, slot)
    return None if counted is None else await _digest(settings, conn, counted)


async def standing(ctx: Context) -> list[tuple[core.Digest, str]]:
    """Every org that can be chosen, with its label, as it stands by the cache: no org is called."""
    now = ctx.clock()
    found = []
    async with ctx.database.read() as conn:
        for org in ctx.settings.orgs:
            before = await usage.count_before(conn, org, now)
            since = before.at if before else now - _WEEK
            counted = await _count(conn, org, "", since=since, now=now)
            found.append((await _digest(ctx.settings, conn, counted), ctx.org_label(org)))
    return found


async def _digest(settings: Settings, conn: AsyncConnection, counted: SeatCount) -> core.Digest:
    org, prices = counted.org, settings.prices
    return core.digest(
        counted,
        await usage.count_before(conn, org, counted.at, without=plain(counted.slot)),
        await ledger.search(conn, org=org),
        await usage.moved(conn, org, counted.since, counted.at),
        core.Prices(
            currency=prices.currency,
            full=prices.full_license_month,
            integration=prices.integration_license_month,
        ),
    )
