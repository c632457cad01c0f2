"""What people ask to see: a list, or one request, as much of it as they may see."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core import policy
from bot.core.lifecycle import Refusal
from bot.core.policy import Actor
from bot.flows.context import Context
from store import ledger
from store.records import JournalLine, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request, and its journal when the person may see all of it."""

    request: Request
    journal: tuple[JournalLine, ...]
    whole: bool


def unknown(request_id: int) -> Refusal:
    """What to say of a number that no request has."""
    return Refusal(f"There is no request IU-{request_id}. `list` shows those there are.")


async def listing(ctx: Context, *, limit: int = 50) -> list[tuple[Request, str]]:
    """Requests, newest first, with their org's label: what everybody may see of them."""
    async with ctx.database.read() as conn:
        found = await ledger.search(conn, limit=limit)
    return [(one, ctx.org_label(one.asked.org)) for one in found]


async def one(ctx: Context, request_id: int, actor: Actor) -> Seen:
    """One request; raises `Refusal` when there is none of that number."""
    async with ctx.database.read() as conn:
        request = await ledger.get(conn, request_id)
        if request is None:
            raise unknown(request_id)
        whole = policy.sees_all(actor, request)
        lines = await ledger.journal(conn, request_id) if whole else []
    return Seen(request=request, journal=tuple(lines), whole=whole)
