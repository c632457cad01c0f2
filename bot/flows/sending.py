"""How does a form end? Step 2 is sent: a request with a reserved seat, or what stands against it.

What step 1 said is judged again: somebody may have left and the org may have changed since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import access, form, naming, policy
from bot.core.lifecycle import Refusal
from bot.core.policy import Action, Actor
from bot.flows import deadlines, form_drafts, intake, telling
from bot.flows.context import Context
from bot.flows.intake import FormErrors
from bot.flows.jobs import enqueue_preflight
from store import catalogue, ledger
from store.records import Asked, Draft, Grant, Request, Source, State


async def draft_of(ctx: Context, draft_id: str) -> Draft:
    """What step 1 said; raises `Refusal` when it is gone."""
    async with ctx.database.read() as conn:
        return await form_drafts.kept(conn, draft_id, ctx.clock())


async def submit(
    ctx: Context,
    *,
    draft_id: str,
    grants: Sequence[Grant],
    username: str,
    actor: Actor,
    people: Mapping[str, form.Person],
) -> Request:
    """Make the one request of a draft: seat reserved, preflight enqueued, DM wanted, one commit.

    A second submit of the same draft answers the request that the first one made. Raises
    `FormErrors` by block_id, and then the draft holds what step 2 said; and `Refusal` when the
    draft is gone or is somebody else's, or when this person may not ask any more. Who wants a seat
    of the org waits for whoever came before, so that the draft, the seats and the usernames are
    seen as they are then. `people` are the owners, as Slack knows them now.
    """
    decision = policy.may(Action.NEW, actor, None)
    if not decision.allowed:
        raise Refusal(decision.reason)
    now = ctx.clock()
    async with ctx.database.write() as conn:
        draft = await form_drafts.kept(conn, draft_id, now)
        form_drafts.may_send(ctx, draft, actor)
        await ledger.lock_org(conn, draft.asked.org)
        made = await ledger.request_of_draft(conn, draft_id)
        if made is not None:
            return made
        asked = replace(draft.asked, grants=tuple(grants), username=username)
        errors = await _errors(ctx, conn, asked, people)
        if errors:
            await ledger.update_draft(conn, draft_id, asked)
        else:
            request = await _create(ctx, conn, draft, asked, actor, now)
    if errors:
        raise FormErrors(errors)
    ctx.wake()
    return request


async def _errors(
    ctx: Context, conn: AsyncConnection, asked: Asked, people: Mapping[str, form.Person]
) -> dict[str, str]:
    facts = await catalogue.facts(conn, asked.org, [one.object for one in asked.grants])
    errors = access.check(asked.grants, facts)
    if asked.username:
        problem = naming.check_username(asked.username)
        if problem:
            errors["username"] = problem
        elif asked.username.lower() in await ledger.names_in_use(conn, asked.org):
            errors["username"] = (
                "Another request wants this username. Leave the field empty to take the proposal."
            )
    wrong = await intake.details_errors(ctx, conn, asked, people)
    return errors | form.overtaken(asked, wrong, known_objects=facts)


async def _create(
    ctx: Context, conn: AsyncConnection, draft: Draft, asked: Asked, actor: Actor, now: datetime
) -> Request:
    created = await ledger.create(conn, requester=actor.user, asked=asked, now=now)
    if not await ledger.use_draft(conn, draft.id, created.id):
        raise ledger.Conflict
    request = await ledger.change(conn, created, now=now, preflights=1)
    await telling.note(
        conn,
        request,
        now=now,
        actor=actor.user,
        source=Source.SLACK,
        event="requested",
        detail=f"Asked for an integration user for {asked.name} in {ctx.org_label(asked.org)}",
        after={"state": str(State.REQUESTED)},
    )
    await enqueue_preflight(ctx, conn, request)
    await deadlines.without_card(ctx, conn, request, now)
    await telling.show(conn, request, now)
    return request
