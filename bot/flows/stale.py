"""The daily look at every integration user of an org: who uses it, who does not, who cannot.

One look is one job, named by its slot, so that many processes make one. What it found is kept, and
messages are rendered from that: one in the digest channel, one to each owner of a user that the bot
made. An org that does not answer is looked at again for some hours; then that is what is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import Settings
from bot.core import diagnosis, policy, review, stale
from bot.core.activity import Limits
from bot.core.lifecycle import Refusal
from bot.core.policy import Action, Actor
from bot.core.stale import Look, Made, Report
from bot.engine import JSON, Jobs, Run
from bot.flows import slots
from bot.flows.context import Context
from bot.flows.preflight import rights_after
from bot.flows.steady import step
from bot.salesforce.gateway import Refused, Unavailable
from store import ledger, outbox, reports
from store.journal import own_logins
from store.records import Json

JOB = "stale"
_log = structlog.get_logger(__name__)
_TRIES = 24
"""With the longest patience of ten minutes this is some four hours."""

_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The newest look at each org that was asked about; when the next one is."""

    looks: tuple[Look, ...]
    following: datetime
    now: datetime


def register(jobs: Jobs, ctx: Context) -> None:
    """Make the look known to the engine."""

    async def look_for_stale(run: Run, org: str, slot: str, tries: int = 0) -> JSON:
        return await step(run, "scan", scan, ctx, org, slot, tries)

    jobs.register(JOB, look_for_stale)


async def scan(ctx: Context, org: str, slot: str, tries: int = 0) -> Json:
    """Look, keep what was found, and make the messages due; bears being repeated.

    Answers the ids of the messages, and a note where nothing is posted; `away` = why the org could
    not be looked at, where a try that comes later is to do it.
    """
    try:
        found = await look(ctx, org)
    except Unavailable as away:
        label = ctx.org_label(org)
        if tries < _TRIES:
            _log.warning("stale.away", org=org, reason=away.reason)
            async with ctx.database.write() as conn:
                wait = ctx.patience(tries)
                await slots.enqueue(ctx, conn, JOB, org, slot, delay=wait, tries=tries + 1)
            said = f"{label} does not answer ({away.reason})"
            note = f"{said}; it is looked at again by itself."
            return {"messages": [], "note": note, "away": said}
        sentence = f"It did not answer for hours: {away.reason}. The next look is by the clock."
        found = stale.refused(sentence, ctx.clock())
    messages = await _keep(ctx, org, slot, found)
    note = "" if messages else f"Nothing to say about {ctx.org_label(org)}."
    return {"messages": messages, "note": note}


async def look(ctx: Context, org: str) -> Report:
    """Look at an org now; nothing is kept or posted. Raises `Unavailable`."""
    async with ctx.database.read() as conn:
        own = await own_logins(conn, org)
        requests = await ledger.search(conn, org=org)
    now = ctx.clock()
    limits = _limits(ctx.settings)
    try:
        traces = await ctx.gateways[org].activity(own=own, idle_after=limits.idle_after, now=now)
    except Refused as no:
        rights = await rights_after(ctx.gateways[org], no)
        finding = review.refused(no.code, no.message, login=no.login, rights=rights)
        remedy = diagnosis.remedy_without_request(finding)
        return stale.refused(f"{finding.cause} {remedy}", now)
    made = {
        one.user_id: Made(request=one.id, owner=one.asked.owner) for one in requests if one.user_id
    }
    return stale.report(traces, own=own, made=made, limits=limits, now=now)


async def latest(ctx: Context, actor: Actor, org: str = "") -> Latest:
    """The newest look at one org, by its key or label, or at every one; calls no org.

    Raises `Refusal` for those who may not see it, and where there is no such org.
    """
    decision = policy.may(Action.STALE, actor)
    if not decision.allowed:
        raise Refusal(decision.reason)
    now = ctx.clock()
    looks = []
    async with ctx.database.read() as conn:
        for key in _asked_about(ctx, org):
            kept = await reports.last(conn, job=JOB, org=key)
            report = Report.from_json(kept.body) if kept else None
            looks.append(Look(org=key, label=ctx.org_label(key), report=report))
    following = slots.times(ctx, JOB).following(now)
    return Latest(looks=tuple(looks), following=following, now=now)


def _asked_about(ctx: Context, org: str) -> list[str]:
    keys = list(ctx.settings.orgs)
    name = org.casefold()
    found = [key for key in keys if name in {"", key.casefold(), ctx.org_label(key).casefold()}]
    if not found:
        raise Refusal(f"There is no org of that name. There are: {', '.join(keys)}.")
    return found


def message_id(org: str, slot: str, reader: str) -> str:
    """The id of the message of one slot to one reader: a person, or `channel`."""
    return f"{JOB}/{org}/{slot}/{reader}"


async def report_of(conn: AsyncConnection, message: str) -> tuple[str, str, Report] | None:
    """The org, reader and report that a message's id names; None when it is not kept any more."""
    _, org, slot, reader = message.split("/")
    kept = await reports.get(conn, job=JOB, org=org, slot=slot)
    return (org, reader, Report.from_json(kept.body)) if kept else None


async def _keep(ctx: Context, org: str, slot: str, found: Report) -> list[str]:
    now = ctx.clock()
    channel = ctx.settings.slack.digest_channel
    readers = [("channel", "stale", channel)] if channel and found.worth_saying else []
    readers += [(owner, "stale_dm", owner) for owner in found.owners]
    if found.worth_saying and not channel:
        _log.warning("stale.no_channel", org=org, text="[slack].digest_channel is not set")
    async with ctx.database.write() as conn:
        await reports.save(conn, job=JOB, org=org, slot=slot, body=found.to_json(), now=now)
        await reports.drop_before(conn, job=JOB, org=org, before=now - _KEPT)
        for reader, surface, target in readers:
            await outbox.want(
                conn,
                message_id(org, slot, reader),
                request=None,
                surface=surface,
                target=target,
                now=now,
            )
    ctx.wake()
    counts = {str(status): count for status, count in found.counts.items()}
    _log.info("stale.looked", org=org, slot=slot, users=found.users, **counts)
    return [message_id(org, slot, reader) for reader, _, _ in readers]


def _limits(settings: Settings) -> Limits:
    return Limits(
        warn_after=settings.stale.warn_after,
        alert_after=settings.stale.alert_after,
        never_used_after=settings.stale.never_used_after,
    )
