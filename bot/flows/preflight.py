"""Somebody looks before anybody is asked: a live, read-only look at the org for one request.

The plan and the findings are stored; a clean look makes the approval card due, a preventing finding
goes to the requester and bothers no approver.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import access, diagnosis, plan, review, sets
from bot.engine import Jobs, Run
from bot.flows import deadlines, telling
from bot.flows.context import Context
from bot.flows.ending import absent, later, patient, why
from bot.flows.intake import seats_of
from bot.flows.jobs import enqueue_preflight
from bot.flows.steady import step
from bot.salesforce.gateway import Gateway, Refused, Survey, Unavailable
from store import catalogue, ledger
from store.records import Finding, Json, Preflight, Request, Seats, Source, State


def register(jobs: Jobs, ctx: Context) -> None:
    """Make the preflight known to the engine."""

    async def preflight(run: Run, request_id: int) -> None:
        looked = await step(run, "look", look, ctx, request_id)
        await step(run, "settle", settle, ctx, request_id, looked)

    jobs.register("preflight", preflight)


async def look(ctx: Context, request_id: int) -> Json | None:
    """Observe the org for one request; None when there is nothing to check any more."""
    async with ctx.database.read() as conn:
        request = await ledger.get(conn, request_id)
        if request is None or request.state is not State.REQUESTED or request.preflight:
            return None
        if request.withdrawing:
            return None
        in_use = await ledger.names_in_use(conn, request.asked.org, without=request.id)
        made = await ledger.intended(conn, request_id)
    try:
        preflight = await _checked(ctx, request, in_use, made)
    except Unavailable as gone:
        return {"version": request.version, "away": absent(gone)}
    return {"version": request.version, "preflight": preflight.to_json()}


async def _checked(
    ctx: Context, request: Request, in_use: frozenset[str], made: frozenset[str]
) -> Preflight:
    """Look and judge; a look that was refused is judged too. Raises `Unavailable`."""
    begun = ctx.clock()
    gateway = ctx.gateways[request.asked.org]
    org = ctx.settings.orgs[request.asked.org]
    names = review.candidate_usernames(request, org.username_domain, in_use)
    try:
        survey = await gateway.survey(
            usernames=names,
            set_names=sets.every_name(request, licensed=org.permission_sets == "psl"),
            app_key=request.asked.app,
            objects=[grant.object for grant in request.asked.grants],
            name=request.asked.name,
        )
    except Refused as no:
        problem = review.refused(
            no.code, no.message, login=no.login, rights=await rights_after(gateway, no)
        )
        return _unseen(request, problem, ctx.clock())
    return await _judge(ctx, request, survey, names, begun, made)


def _unseen(request: Request, problem: Finding, now: datetime) -> Preflight:
    """A look that could not be made, and why; what goes on from there is another look."""
    finding = diagnosis.remedy_for(problem, request.state)
    return review.nothing(finding, request.asked.grants, at=now)


async def rights_after(gateway: Gateway, no: Refused) -> frozenset[str] | None:
    """The bot's own rights, to tell a missing one from a strange org.

    None when the org refuses that as well, empty when nobody could be asked. Raises `Unavailable`:
    without them the wrong thing might be accused.
    """
    if no.login:
        return frozenset()
    try:
        return await gateway.own_rights()
    except Refused:
        return None


async def _judge(
    ctx: Context,
    request: Request,
    survey: Survey,
    names: tuple[str, ...],
    begun: datetime,
    made: frozenset[str],
) -> Preflight:
    async with ctx.database.read() as conn:
        license_seats, psl_seats = await seats_of(
            conn, request.asked.org, without=request.id, counted_at=begun
        )
        cached = await catalogue.org(conn, request.asked.org)
    org = _org_rules(ctx, request.asked.org)
    facts = {fact.name: fact for fact in survey.objects}
    grants = access.resolve_edit_all(access.close(request.asked.grants, facts), facts)
    checked = review.review(
        request,
        seen=_seen(request, survey, cached.org_id if cached else None, made, org),
        facts=facts,
        grants=grants,
        names=names,
        org=org,
        app=_app_rules(ctx, request.asked.org, request.asked.app),
        license_seats=_live(
            license_seats, survey.license_total, survey.license_used, request.user_made_at
        ),
        psl_seats=_live(psl_seats, survey.psl_total, survey.psl_used, request.psl_made_at),
        approvers=await ctx.approvers(),
        required=ctx.settings.approval.required,
        at=ctx.clock(),
    )
    if checked.wanted is None:
        return checked
    return replace(checked, plan=plan.say_all(checked.wanted))


def _live(seats: Seats, total: int, used: int, made_at: datetime | None) -> Seats:
    """Seats as counted now; one that this request has taken already stands in nobody's way."""
    return replace(seats, total=total, used=used - (made_at is not None))


def _seen(
    request: Request,
    survey: Survey,
    cached_org_id: str | None,
    made: frozenset[str],
    org: review.OrgRules,
) -> review.Seen:
    """What was seen, but for what an earlier run of a request asked again may have made."""
    pinned = request.pinned
    own = plan.set_names(pinned, made) if pinned else ()
    username = pinned.username.lower() if pinned else None
    return review.Seen(
        org_id=survey.identity.org_id,
        cached_org_id=cached_org_id,
        is_sandbox=survey.identity.is_sandbox,
        organization_type=survey.identity.organization_type,
        has_trial_end=survey.identity.has_trial_end,
        taken=frozenset(name for name in survey.taken if name.lower() != username),
        sets=sets.taken(request, survey.sets, own, licensed=org.licensed, psl_id=survey.psl_id),
        profile=survey.profile,
        app_id=survey.app.id if survey.app else None,
        app_admin_approved=survey.app.admin_approved if survey.app else None,
        app_unreadable=survey.unreadable.get("app", ""),
        rights=survey.rights,
        grantable=survey.grantable,
        existing=survey.existing,
    )


def _org_rules(ctx: Context, key: str) -> review.OrgRules:
    org = ctx.settings.orgs[key]
    return review.OrgRules(
        label=org.label,
        kind=org.kind,
        time_zone=org.time_zone,
        locale=org.locale,
        licensed=org.permission_sets == "psl",
    )


def _app_rules(ctx: Context, org: str, key: str | None) -> review.AppRules | None:
    app = ctx.settings.orgs[org].apps.get(key) if key else None
    if app is None:
        return None
    return review.AppRules(
        key=key or "", label=app.label, kind=app.kind, name=app.name, has_key=app.has_key
    )


async def settle(ctx: Context, request_id: int, looked: Json | None) -> None:
    """Store what was seen and make the card, or the requester's message, due."""
    if looked is None:
        return
    now = ctx.clock()
    async with ctx.database.write() as conn:
        request = await ledger.get(conn, request_id)
        if request is None or request.version != looked["version"]:
            return
        if "away" in looked:
            await _away(ctx, conn, request, looked["away"], now)
        else:
            preflight = Preflight.from_json(looked["preflight"])
            if await _lost_its_name(conn, request, preflight):
                await _look_again(ctx, conn, request, now)
            else:
                await _keep(ctx, conn, request, preflight, now)
    ctx.wake()


async def _away(
    ctx: Context, conn: AsyncConnection, request: Request, seen: Json, now: datetime
) -> None:
    """Wait for an org that is away; after the patience it is a problem, and told."""
    if await patient(conn, request, now, seen):
        again = request.preflights + 1
        await later(ctx, conn, request, enqueue_preflight, seen, preflights=again)
        return
    changed = await _keep(ctx, conn, request, _unseen(request, why(seen), now), now)
    await telling.show_end(conn, changed, now)


async def _lost_its_name(conn: AsyncConnection, request: Request, preflight: Preflight) -> bool:
    """Did another request, looked at the same moment, get the same free username first?"""
    if preflight.wanted is None:
        return False
    await ledger.lock_org(conn, request.asked.org)
    in_use = await ledger.names_in_use(conn, request.asked.org, without=request.id)
    return preflight.wanted.username.lower() in in_use


async def _look_again(ctx: Context, conn: AsyncConnection, request: Request, now: datetime) -> None:
    """Look once more, because another request was faster."""
    changed = await ledger.change(
        conn, request, now=now, preflights=request.preflights + 1, finding=None
    )
    await enqueue_preflight(ctx, conn, changed)
    await telling.note(
        conn,
        changed,
        now=now,
        actor="engine",
        source=Source.ENGINE,
        event="looked_again",
        detail="Another request took the username meanwhile; trying again by itself",
    )


async def _keep(
    ctx: Context, conn: AsyncConnection, request: Request, preflight: Preflight, now: datetime
) -> Request:
    digest = preflight.wanted.digest() if preflight.wanted else ""
    changed = await ledger.change(
        conn, request, now=now, preflight=preflight, wanted_hash=digest, finding=None
    )
    problems = "; ".join(problem.cause for problem in preflight.problems)
    await telling.note(
        conn,
        changed,
        now=now,
        actor="engine",
        source=Source.ENGINE,
        event="preflight",
        detail=f"Looked at the org: {problems}" if problems else "Looked at the org: all is well",
        after={"wanted_hash": digest},
    )
    await telling.show(conn, changed, now)
    if not preflight.problems:
        await telling.show_card(ctx, conn, changed, now)
        await deadlines.from_card(ctx, conn, changed, now)
    return changed
