"""A username that is taken gives way to the next free one, by one button.

The wanted state changes by it, so whoever approved is asked again: the org is looked at anew, and
what was made under the other names keeps its names.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import naming
from bot.core.diagnosis import USERNAME_TAKEN
from bot.core.lifecycle import Refusal
from bot.core.policy import Action, Actor
from bot.core.review import candidate_usernames as candidates
from bot.flows import requests
from bot.flows.context import Context
from bot.flows.jobs import enqueue_preflight
from store import ledger
from store.records import Request, State


def is_taken(request: Request) -> bool:
    """Does this request wait for another username? Its check or its run found this one taken."""
    if request.withdrawing:
        return False
    if request.state is State.REQUESTED:
        problems = request.preflight.problems if request.preflight else ()
        return any(one.code == USERNAME_TAKEN for one in problems)
    finding = request.finding
    return request.state is State.BLOCKED and bool(finding and finding.code == USERNAME_TAKEN)


async def proposal(conn: AsyncConnection, request: Request, domain: str) -> str | None:
    """The next username that no request wants and that was not refused; None when none is due.

    Whether it is free in all orgs of the world, only the org knows when the user is made.
    """
    if not is_taken(request):
        return None
    in_use = await ledger.names_in_use(conn, request.asked.org, without=request.id)
    tried = (request.username,) if request.username else candidates(request, domain, in_use)
    return naming.next_username(tried[0], {*in_use, *tried})


async def rename(ctx: Context, request_id: int, actor: Actor) -> Request:
    """Take the next free username and have everything looked at and approved again.

    Raises `Refusal` for people who may not, and when the username is not the trouble any more.
    """

    async def act(conn: AsyncConnection, request: Request, now: datetime) -> Request:
        requests.may(actor, Action.NEW_USERNAME, request)
        domain = ctx.settings.orgs[request.asked.org].username_domain
        await ledger.lock_org(conn, request.asked.org)
        name = await proposal(conn, request, domain)
        if name is None:
            raise Refusal(f"The username of {request.label} is not in question any more.")
        asked = replace(request.asked, username=name)
        detail = f"Username changed from {request.username or 'a proposal'} to {name}"
        if request.state is State.BLOCKED:
            return await requests.ask_again(ctx, conn, request, actor, now, detail, asked=asked)
        changed = await ledger.change(
            conn, request, now=now, asked=asked, preflight=None, preflights=request.preflights + 1
        )
        await enqueue_preflight(ctx, conn, changed)
        await requests.tell(conn, changed, now, actor, "renamed", detail, request.state)
        return changed

    return await requests.change(ctx, request_id, act)
