"""Keep the cache of each org fresh: objects, fields, apps, seats, identity.

The form is answered from this cache only. An org whose `kind` lies, or whose id changed, is refused
here: the reason stands in the store, where the modal, `/readyz` and the log read it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import diagnosis, identity
from bot.engine import Jobs, Run
from bot.flows.context import Context
from bot.flows.steady import step
from bot.salesforce.gateway import Refused, Snapshot, Unavailable
from store import catalogue
from store.records import OrgFacts

_log = structlog.get_logger(__name__)
_SOON = timedelta(minutes=1)


def register(jobs: Jobs, ctx: Context) -> None:
    """Make the refresh known to the engine."""

    async def refresh_catalogue(run: Run, org: str, slot: str) -> None:
        await step(run, "refresh", refresh, ctx, org, slot)

    jobs.register("catalogue", refresh_catalogue)


async def enqueue(
    ctx: Context, conn: AsyncConnection, org: str, slot: str, delay: timedelta | None = None
) -> None:
    """Enqueue one refresh; `slot` makes it happen once however many processes ask for it."""
    await ctx.engine.enqueue(
        conn,
        job="catalogue",
        id=f"catalogue-{org}-{slot}",
        queue=f"read-{org}",
        args=[org, slot],
        delay=delay,
    )


async def refresh(ctx: Context, org: str, slot: str) -> None:
    """Read one org and keep what it says, or keep the sentence why it cannot be chosen."""
    begun = ctx.clock()
    try:
        snapshot = await ctx.gateways[org].snapshot()
    except Unavailable as away:
        await _away(ctx, org, slot, away.reason)
        return
    except Refused as no:
        finding = diagnosis.explain(no.code, no.message, login=no.login)
        await _refuse(ctx, org, f"{finding.cause} {finding.remedy}", code=no.code)
        return
    facts = await _judge(ctx, org, snapshot, begun)
    async with ctx.database.write() as conn:
        await catalogue.save(conn, facts, snapshot.objects)
    _log.info("catalogue.refreshed", org=org, objects=len(snapshot.objects), refusal=facts.refusal)


async def _judge(ctx: Context, org: str, snapshot: Snapshot, begun: datetime) -> OrgFacts:
    settings = ctx.settings.orgs[org]
    who = snapshot.identity
    facts = replace(
        snapshot.facts,
        org=org,
        org_id=who.org_id,
        organization_type=who.organization_type,
        begun_at=begun,
        ended_at=ctx.clock(),
    )
    problem, warning = identity.kind_problem(
        settings.kind,
        is_sandbox=who.is_sandbox,
        organization_type=who.organization_type,
        has_trial_end=who.has_trial_end,
    )
    if warning:
        _log.warning("org.kind", org=org, text=warning)
    if problem:
        _log.error("org.kind", org=org, text=problem)
        return replace(facts, refusal=problem, hidden=True)
    async with ctx.database.read() as conn:
        known = await catalogue.org(conn, org)
    if known and known.org_id and known.org_id != who.org_id:
        sentence = diagnosis.other_org(known.org_id, who.org_id).cause
        _log.error("org.changed", org=org, text=sentence)
        return replace(facts, org_id=known.org_id, refusal=sentence)
    return facts


async def _away(ctx: Context, org: str, slot: str, reason: str) -> None:
    """Unreachable: what is cached stays usable; with nothing cached the modal says why."""
    async with ctx.database.read() as conn:
        known = await catalogue.org(conn, org)
    if known is None or known.ended_at is None:
        label = ctx.org_label(org)
        await _refuse(ctx, org, f"{label} cannot be reached: {reason}.", code="unavailable")
    async with ctx.database.write() as conn:
        await enqueue(ctx, conn, org, f"{slot}+", max(ctx.away_wait, _SOON))


async def _refuse(ctx: Context, org: str, sentence: str, *, code: str) -> None:
    _log.error("org.refused", org=org, code=code, text=sentence)
    async with ctx.database.write() as conn:
        await catalogue.refuse(conn, org, sentence, ctx.clock())
