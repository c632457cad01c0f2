"""How an approver's click becomes a decision: exactly one, about exactly what the card showed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import lifecycle, policy
from bot.core.lifecycle import Event, Refusal
from bot.core.policy import Action, Actor
from bot.flows import deadlines, reading, telling
from bot.flows.context import Context
from bot.flows.jobs import enqueue_provision
from bot.flows.requests import change, may, undecided, undo_first
from store import ledger
from store.records import Request, Source, Vote


async def decide(
    ctx: Context,
    *,
    request_id: int,
    wanted_hash: str,
    actor: Actor,
    approve: bool,
    reason: str = "",
) -> Request:
    """Record an approver's decision about exactly the wanted state that the card showed.

    Raises `Refusal` with who was first when it is decided already, when the card is out of date,
    or when this person may not decide.
    """

    async def act(conn: AsyncConnection, request: Request, now: datetime) -> Request:
        await _may_decide(conn, request, actor, wanted_hash, approve=approve)
        vote = Vote(
            who=actor.user,
            decision="approve" if approve else "reject",
            at=now,
            reason=reason,
            wanted_hash=wanted_hash,
        )
        if not await ledger.add_vote(conn, request.id, vote):
            raise ledger.Conflict  # a click of the same person was faster: read what it did
        if not approve:
            return await _reject(ctx, conn, request, actor, reason, now)
        return await _approve(ctx, conn, request, vote, now)

    return await change(ctx, request_id, act)


async def before_deciding(
    ctx: Context, *, request_id: int, wanted_hash: str, actor: Actor
) -> Request:
    """The request, if this person can reject what the card showed; else raises `Refusal`."""
    request = (await reading.one(ctx, request_id, actor)).request
    async with ctx.database.read() as conn:
        await _may_decide(conn, request, actor, wanted_hash, approve=False)
    return request


async def _may_decide(
    conn: AsyncConnection, request: Request, actor: Actor, wanted_hash: str, *, approve: bool
) -> None:
    may(actor, Action.APPROVE if approve else Action.REJECT, request)
    await undecided(conn, request, actor)
    asked = request.preflight is not None and not request.preflight.problems
    if not (asked and request.wanted_hash and request.wanted_hash == wanted_hash):
        raise Refusal(
            f"This card of {request.label} is out of date: the request was checked again since."
            " Please decide on the newest card."
        )
    for vote in request.votes:
        if vote.who == actor.user and vote.wanted_hash == wanted_hash:
            word = "approved" if vote.decision == "approve" else "rejected"
            raise Refusal(f"You have already {word} {request.label}.")


async def _reject(
    ctx: Context,
    conn: AsyncConnection,
    request: Request,
    actor: Actor,
    reason: str,
    now: datetime,
) -> Request:
    """End it; what an earlier approval let be made is undone first, and then it is withdrawn."""
    state = lifecycle.move(request, Event.REJECT)
    if request.pinned is not None:
        changed = await undo_first(ctx, conn, request, now)
    else:
        changed = await ledger.change(conn, request, now=now, state=state)
    await telling.note(
        conn,
        changed,
        now=now,
        actor=actor.user,
        source=Source.SLACK,
        event="rejected",
        detail=f"Rejected: {reason}",
        was=request.state,
    )
    await telling.show(conn, changed, now)
    if not changed.withdrawing:
        await telling.show_end(conn, changed, now)
    return changed


async def _approve(
    ctx: Context, conn: AsyncConnection, request: Request, vote: Vote, now: datetime
) -> Request:
    votes = (*request.votes, vote)
    enough = policy.enough(votes, required=ctx.settings.approval.required, digest=vote.wanted_hash)
    if not enough:
        changed = await ledger.change(conn, request, now=now)
        detail = "Approved; more approvals are needed"
    else:
        changed = await ledger.change(
            conn,
            request,
            now=now,
            state=lifecycle.move(request, Event.APPROVE),
            approved_at=now,
            provisions=request.provisions + 1,
        )
        detail = "Approved"
        await enqueue_provision(ctx, conn, changed)
        await deadlines.from_approval(ctx, conn, changed, now)
    await telling.note(
        conn,
        changed,
        now=now,
        actor=vote.who,
        source=Source.SLACK,
        event="approved" if enough else "vote",
        detail=detail,
        was=request.state,
        after={"wanted_hash": vote.wanted_hash},
    )
    await telling.show(conn, changed, now)
    return changed
