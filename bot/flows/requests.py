"""What people do with a request once it exists: retry, withdraw, recheck, test, confirm.

Each function is one use case: authority, one transaction that moves the row and enqueues the work,
then the courier is woken. Two people at once meet in the database: the second reads what the first
did and is told so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import duedates, lifecycle, policy
from bot.core.diagnosis import NOT_PROVEN, UNDO_INCOMPLETE
from bot.core.lifecycle import Event, Refusal
from bot.core.policy import Action, Actor
from bot.flows import deadlines, reading, telling
from bot.flows.context import Context
from bot.flows.jobs import enqueue_preflight, enqueue_provision, enqueue_smoke, enqueue_undo
from store import ledger
from store.ledger import Conflict
from store.records import Request, Source, State

EXPIRED = "expired"
"""The journal's word for an end that nobody asked for."""
_TRIES = 5


async def retry(ctx: Context, request_id: int, actor: Actor) -> Request:
    """Provision a blocked request again; raises `Refusal`.

    While its approvals hold it goes on where it stopped. Later it is asked for again: nothing is
    done on the word of somebody who looked at it long ago.
    """

    async def act(conn: AsyncConnection, request: Request, now: datetime) -> Request:
        may(actor, Action.RETRY, request)
        if request.finding and request.finding.code == UNDO_INCOMPLETE:
            raise Refusal(
                f"{request.label} was being withdrawn, so it cannot be retried."
                f" Withdraw it again once the cause is gone: {request.finding.remedy}"
            )
        state = lifecycle.move(request, Event.RETRY)
        valid_for = ctx.settings.approval.valid_for
        if request.approved_at is None or now - request.approved_at > valid_for:
            why = f"Asked again, because approvals hold for {duedates.length(valid_for)}"
            return await ask_again(ctx, conn, request, actor, now, why)
        changed = await ledger.change(
            conn,
            request,
            now=now,
            state=state,
            finding=None,
            next_try_at=None,
            proof_until=None,
            provisions=request.provisions + 1,
        )
        await enqueue_provision(ctx, conn, changed)
        await tell(conn, changed, now, actor, "retried", "Tried again", request.state)
        return changed

    return await change(ctx, request_id, act)


async def ask_again(
    ctx: Context,
    conn: AsyncConnection,
    request: Request,
    actor: Actor,
    now: datetime,
    why: str,
    **columns: Any,
) -> Request:
    """Void the votes, look at the org again and ask with a new card; what was made keeps its names.

    The owner keeps the direct message that an approval once gave them.
    """
    await ledger.void_votes(conn, request.id, now=now)
    changed = await ledger.change(
        conn,
        request,
        now=now,
        state=lifecycle.move(request, Event.ASK_AGAIN),
        pinned=request.wanted,
        preflight=None,
        wanted_hash="",
        finding=None,
        next_try_at=None,
        proof_until=None,
        preflights=request.preflights + 1,
        **columns,
    )
    await enqueue_preflight(ctx, conn, changed)
    await deadlines.without_card(ctx, conn, changed, now)
    detail = f"{why}: earlier votes count no more"
    await tell(conn, changed, now, actor, "asked_again", detail, request.state)
    return changed


async def undo_first(
    ctx: Context, conn: AsyncConnection, request: Request, now: datetime
) -> Request:
    """Begin to undo what a request made; it ends when that has ended."""
    changed = await ledger.change(
        conn, request, now=now, withdrawing=True, next_try_at=None, undos=request.undos + 1
    )
    await enqueue_undo(ctx, conn, changed)
    return changed


async def withdraw(ctx: Context, request_id: int, actor: Actor) -> Request:
    """Take a request back. Before approval at once; afterwards what was made is undone first."""

    async def act(conn: AsyncConnection, request: Request, now: datetime) -> Request:
        may(actor, Action.WITHDRAW, request)
        state = lifecycle.move(request, Event.WITHDRAW)
        if request.state is State.REQUESTED and request.pinned is None:
            changed = await ledger.change(conn, request, now=now, state=state)
            await tell(conn, changed, now, actor, "withdrawn", "Withdrawn", request.state)
            await telling.show_end(conn, changed, now)
            return changed
        changed = await undo_first(ctx, conn, request, now)
        detail = "Withdrawal begun: what was made is being undone"
        await tell(conn, changed, now, actor, "withdrawing", detail, request.state)
        return changed

    return await change(ctx, request_id, act)


async def recheck(ctx: Context, request_id: int, actor: Actor) -> Request:
    """Look at the org again for a request that waits for its preflight to pass."""

    async def act(conn: AsyncConnection, request: Request, now: datetime) -> Request:
        may(actor, Action.RECHECK, request)
        if request.withdrawing:
            raise Refusal(f"{request.label} is being withdrawn.")
        await undecided(conn, request, actor)
        if request.preflight is None or not request.preflight.problems:
            raise Refusal(
                f"{request.label} is being checked or is waiting for approval:"
                " there is nothing to check again."
            )
        changed = await ledger.change(
            conn, request, now=now, preflight=None, preflights=request.preflights + 1
        )
        await enqueue_preflight(ctx, conn, changed)
        await tell(conn, changed, now, actor, "rechecked", "Checked again", request.state)
        return changed

    return await change(ctx, request_id, act)


async def test(ctx: Context, request_id: int, actor: Actor) -> Request:
    """Run the JWT smoke test now; only a provisioned request changes state by it."""

    async def act(conn: AsyncConnection, request: Request, now: datetime) -> Request:
        may(actor, Action.TEST, request)
        if request.withdrawing:
            raise Refusal(f"{request.label} is being withdrawn.")
        testable = {State.PROVISIONED, State.LIVE, State.BLOCKED}
        if request.state not in testable or request.user_id is None:
            raise Refusal(f"{request.label} has no user yet, so there is nothing to test.")
        changed = await ledger.change(
            conn,
            request,
            now=now,
            next_try_at=now,
            proof_until=now + ctx.settings.smoke.propagation_wait,
            tries=0,
            smokes=request.smokes + 1,
        )
        await enqueue_smoke(ctx, conn, changed)
        await tell(conn, changed, now, actor, "tested", "Asked for a test", request.state)
        return changed

    return await change(ctx, request_id, act)


async def confirm_live(ctx: Context, request_id: int, actor: Actor) -> Request:
    """Make a request live that could not be tested here, because a person tested it by hand."""

    async def act(conn: AsyncConnection, request: Request, now: datetime) -> Request:
        may(actor, Action.CONFIRM_LIVE, request)
        if request.finding is None or request.finding.code != NOT_PROVEN:
            raise Refusal(f"{request.label} does not wait for a confirmation by hand.")
        state = lifecycle.move(request, Event.CONFIRM)
        changed = await ledger.change(conn, request, now=now, state=state, finding=None)
        detail = "Confirmed by hand: the integration logged in and worked"
        await tell(conn, changed, now, actor, "live", detail, request.state)
        await telling.show_end(conn, changed, now)
        return changed

    return await change(ctx, request_id, act)


async def change(
    ctx: Context,
    request_id: int,
    act: Callable[[AsyncConnection, Request, datetime], Awaitable[Request]],
) -> Request:
    """Read, act and commit; somebody faster makes us read again, so that we see what they did."""
    for attempt in range(_TRIES):
        now = ctx.clock()
        try:
            async with ctx.database.write() as conn:
                request = await ledger.get(conn, request_id)
                if request is None:
                    raise reading.unknown(request_id)
                if request.asked.org not in ctx.settings.orgs:
                    raise Refusal(
                        f"The org `{request.asked.org}` of {request.label} is no longer in the"
                        " bot's configuration. Please ask a bot operator to put it back first."
                    )
                changed = await act(conn, request, now)
        except Conflict:
            if attempt == _TRIES - 1:
                raise
        else:
            ctx.wake()
            return changed
    raise AssertionError("unreachable")


def may(actor: Actor, action: Action, request: Request) -> None:
    """Raise `Refusal` with the reason when this person may not do that to this request."""
    decision = policy.may(action, actor, request)
    if not decision.allowed:
        raise Refusal(decision.reason)


async def undecided(conn: AsyncConnection, request: Request, actor: Actor) -> None:
    """Refuse a request that is decided already, with the name of who was first.

    What was asked again and not decided in time is undone first: the journal says that it expired.
    """
    if request.state is State.REQUESTED and not request.withdrawing:
        return
    label = request.label
    against = next((vote.who for vote in request.votes if vote.decision == "reject"), None)
    if against is not None:
        _was_first(label, (against,), "rejected", actor)
    if request.state is State.WITHDRAWN or request.withdrawing:
        ended = any(line.event == EXPIRED for line in await ledger.journal(conn, request.id))
        said = "has expired" if ended else "has been withdrawn"
        raise Refusal(f"{label} {said}, so there is nothing to decide.")
    if request.state is not State.EXPIRED and request.votes:
        _was_first(label, tuple(vote.who for vote in request.votes), "approved", actor)
    said = "has expired" if request.state is State.EXPIRED else f"is {request.state}"
    raise Refusal(f"{label} {said}, so there is nothing to decide.")


def _was_first(label: str, voters: tuple[str, ...], word: str, actor: Actor) -> None:
    """Refuse with the names of those who decided; one's own decision is told as one's own."""
    if actor.user in voters:
        raise Refusal(f"You have already {word} {label}. Nothing more to do.")
    if len(voters) == 1:
        raise Refusal(f"<@{voters[0]}> was first and {word} {label}. Nothing more to do.")
    names = " and ".join(f"<@{one}>" for one in voters)
    raise Refusal(f"{names} were first and {word} {label}. Nothing more to do.")


async def tell(
    conn: AsyncConnection,
    changed: Request,
    now: datetime,
    actor: Actor,
    event: str,
    detail: str,
    was: State,
) -> None:
    """Journal what a person did, and let every message of the request show it."""
    await telling.note(
        conn,
        changed,
        now=now,
        actor=actor.user,
        source=Source.SLACK,
        event=event,
        detail=detail,
        was=was,
    )
    await telling.show(conn, changed, now)
