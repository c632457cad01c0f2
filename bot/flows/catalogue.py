"""Keep the cache of each org fresh: objects, fields, apps, seats, identity.

The form is answered from this cache only. An org whose `kind` lies, or whose id changed, is refused
here: the reason stands in the store, where the modal, `/readyz` and the log read it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import diagnosis, identity, review
from bot.engine import Jobs, Run
from bot.flows import slots
from bot.flows.context import Context
from bot.flows.preflight import rights_after
from bot.flows.steady import step
from bot.salesforce.gateway import Refused, Snapshot, Unavailable
from store import catalogue, outbox
from store.records import Json, OrgFacts

_log = structlog.get_logger(__name__)
ORG_SURFACE: Final = catalogue.ORG_SURFACE
_REMOVED: Final = "This org is not in the configuration any more."
_TIMES = 3
"""So many times the usual patience passes before an org that was away is read again."""


def register(jobs: Jobs, ctx: Context) -> None:
    """Make the refresh known to the engine."""

    async def refresh_catalogue(run: Run, org: str, _slot: str) -> Json:
        why = await step(run, "refresh", refresh, ctx, org)
        return {"messages": [], "problem": why or ""}

    jobs.register("catalogue", refresh_catalogue)


async def close_removed(ctx: Context) -> None:
    """At a start: whoever read of an org that nobody can choose reads that it was taken out."""
    async with ctx.database.write() as conn:
        known = ctx.settings.orgs
        removed = await catalogue.close_removed(conn, known, _REMOVED, ctx.clock())
    if removed:
        _log.info("org.removed", orgs=removed)


async def refresh(ctx: Context, org: str) -> str:
    """Read one org and keep what it says, or keep the sentence why it cannot be chosen.

    Answers why what is known is not fresh or the org cannot be chosen; "" when all is well.
    """
    begun = ctx.clock()
    try:
        snapshot = await _look(ctx, org)
    except Unavailable as away:
        return await _away(ctx, org, away.reason)
    if isinstance(snapshot, str):
        return snapshot
    facts = await _judge(ctx, org, snapshot, begun)
    async with ctx.database.write() as conn:
        before = await catalogue.org(conn, org)
        if await catalogue.save(conn, facts, snapshot.objects):
            await _tell(ctx, conn, org, before, facts.refusal)
    ctx.wake()
    _log.info("catalogue.refreshed", org=org, objects=len(snapshot.objects), refusal=facts.refusal)
    return facts.refusal


async def _look(ctx: Context, org: str) -> Snapshot | str:
    """What the org says, or the sentence why it cannot be chosen, which is kept then.

    Raises `Unavailable`.
    """
    try:
        return await ctx.gateways[org].snapshot()
    except Refused as no:
        rights = await rights_after(ctx.gateways[org], no)
        finding = review.refused(no.code, no.message, login=no.login, rights=rights)
        remedy = diagnosis.remedy_without_request(finding)
        sentence = f"{finding.cause} {remedy}"
        await _refuse(ctx, org, sentence, code=no.code)
        return sentence


async def _judge(ctx: Context, org: str, snapshot: Snapshot, begun: datetime) -> OrgFacts:
    settings = ctx.settings.orgs[org]
    who = snapshot.identity
    async with ctx.database.read() as conn:
        known = await catalogue.org(conn, org)
    org_id = known.org_id if known and known.org_id else None
    facts = replace(
        snapshot.facts,
        org=org,
        org_id=org_id or who.org_id,
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
        return replace(facts, org_id=org_id, refusal=problem, hidden=True)
    if org_id and org_id != who.org_id:
        sentence = diagnosis.other_org(org_id, who.org_id).cause
        _log.error("org.changed", org=org, text=sentence)
        return replace(facts, refusal=sentence)
    return facts


async def _away(ctx: Context, org: str, reason: str) -> str:
    """Unreachable: what is cached stays usable; with nothing cached the modal says why.

    It is read again soon. The successor is named by its moment, so that the refreshes of an org
    that is away for hours do not each leave a chain of their own.
    """
    _log.warning("org.away", org=org, reason=reason)
    sentence = f"{ctx.org_label(org)} cannot be reached: {reason}."
    async with ctx.database.write() as conn:
        known = await catalogue.org(conn, org)
        if known is None or known.ended_at is None or known.refusal == _REMOVED:
            await catalogue.refuse(conn, org, sentence, ctx.clock())
            await _tell(ctx, conn, org, known, sentence)
        wait = ctx.away_wait * _TIMES
        at = (ctx.clock() + wait).timestamp() // wait.total_seconds()
        await slots.enqueue(ctx, conn, "catalogue", org, f"away-{at:.0f}", delay=wait)
    return sentence


async def _refuse(ctx: Context, org: str, sentence: str, *, code: str) -> None:
    _log.error("org.refused", org=org, code=code, text=sentence)
    async with ctx.database.write() as conn:
        before = await catalogue.org(conn, org)
        await catalogue.refuse(conn, org, sentence, ctx.clock())
        await _tell(ctx, conn, org, before, sentence)
    ctx.wake()


async def _tell(
    ctx: Context, conn: AsyncConnection, org: str, before: OrgFacts | None, refusal: str
) -> None:
    """Tell the channel for problems that an org cannot be chosen, and when it can be again.

    One living message an org; a new refusal is a new message.
    """
    was, channel = before.refusal if before else "", ctx.settings.slack.ops_channel
    if was == refusal or channel is None:
        return
    told = f"{ORG_SURFACE}/{org}"
    await outbox.want(
        conn, told, request=None, surface=ORG_SURFACE, target=channel, now=ctx.clock()
    )
    if not was:
        await outbox.forget(conn, told)
