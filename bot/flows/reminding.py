"""A reminder: the card brought up to date, and a line in its thread that it waits.

The card's edit comes first, because nobody tells the bot that a message was deleted: what is gone
is posted anew, and can be decided again. Approvers who left are noticed here, too: the line then
names the admins, and those who look after the bot hear of it.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import policy
from bot.flows import telling
from bot.flows.context import Context
from store import outbox
from store.records import JournalLine, Request, Source

SURFACE: Final = "reminder"
UNDECIDABLE: Final = "undecidable"
"""A surface: the word to the channel for problems; a journal event: nobody could decide then."""
_REMINDED: Final = "reminded"
_LOOKED: Final = "preflight"
_ASKED: Final = "approvers_known"


async def remind(
    ctx: Context,
    conn: AsyncConnection,
    request: Request,
    number: int,
    *,
    approvers: AbstractSet[str] | None,
    now: datetime,
) -> list[str]:
    """Make everything due that a reminder is made of; the ids of what is posted anew.

    `approvers` are the people who may decide now; None when Slack does not say.
    """
    short = why_nobody_can(ctx, request, approvers)
    channel = await channel_of(ctx, conn, request)
    await telling.note(
        conn,
        request,
        now=now,
        actor=str(Source.CLOCK),
        source=Source.CLOCK,
        event=UNDECIDABLE if short else _REMINDED,
        detail=short or "Nobody has decided yet: the approvers were reminded",
        after={_ASKED: approvers is not None},
    )
    await telling.show(conn, request, now)
    wanted = [f"{request.label}/{SURFACE}/{request.preflights}-{number}"]
    await _want(conn, request, wanted[0], SURFACE, channel, now)
    ops = ctx.settings.slack.ops_channel
    if short and ops and ops != channel:
        wanted.append(f"{request.label}/{UNDECIDABLE}")
        await _want(conn, request, wanted[1], UNDECIDABLE, ops, now)
    return wanted


def why_nobody_can(ctx: Context, request: Request, approvers: AbstractSet[str] | None) -> str:
    """Why this request cannot get enough approvals now; empty when it can.

    Empty, too, when Slack does not say who may decide: nobody is accused of what is not known.
    """
    if approvers is None:
        return ""
    return policy.unreachable(ctx.settings.approval.required, approvers, request) or ""


async def _want(
    conn: AsyncConnection, request: Request, name: str, surface: str, target: str, now: datetime
) -> None:
    await outbox.want(conn, name, request=request.id, surface=surface, target=target, now=now)


async def channel_of(ctx: Context, conn: AsyncConnection, request: Request) -> str:
    """Where the card stands; the configured channel before it is posted."""
    card = await outbox.get(conn, f"{request.label}/card")
    return (card.channel if card else None) or ctx.settings.slack.approvals_channel or ""


def undecidable(lines: list[JournalLine]) -> str:
    """Why nobody could decide when it was last looked at; empty when somebody could.

    A reminder while Slack did not say who may decide has looked at nothing.
    """
    looked = [
        one
        for one in lines
        if one.event in {_LOOKED, _REMINDED, UNDECIDABLE} and (one.after or {}).get(_ASKED, True)
    ]
    return looked[-1].detail if looked and looked[-1].event == UNDECIDABLE else ""
