"""What step 1 of a form said, found again by step 2; and why it is not, in a sentence each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.lifecycle import Refusal
from bot.core.policy import Actor
from bot.flows.context import Context
from store import ledger
from store.records import Draft


async def kept(conn: AsyncConnection, draft_id: str, now: datetime) -> Draft:
    """The draft behind a form; raises `Refusal` when it is too old: was it sent, or forgotten?"""
    draft = await ledger.get_draft(conn, draft_id, now=now)
    if draft is not None:
        return draft
    made = await ledger.request_of_draft(conn, draft_id)
    if made is not None:
        raise Refusal(
            f"This form was sent already: it is {made.label}. `show {made.label}` tells how it"
            " stands."
        )
    raise Refusal(
        "This form is older than a day, and what it said is not kept longer. Please start again"
        " with `new`."
    )


def may_send(ctx: Context, draft: Draft, actor: Actor) -> None:
    """Raise `Refusal` for somebody else's form, and for an org that is no longer to be chosen."""
    if draft.owner != actor.user:
        raise Refusal(
            "Somebody else began this form, so only they can send it. Please begin your own with"
            " `new`."
        )
    if draft.asked.org not in ctx.settings.orgs:
        raise Refusal(
            f"The org `{draft.asked.org}` was taken out of the bot's configuration meanwhile."
            " Please start again with `new` and choose another."
        )
