"""`--dry-run`: what a job would post now, as text. Nothing is written, nobody is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.by_hand.parts import parts
from bot.config import Settings
from bot.core import duedates as dates
from bot.core.policy import Actor
from bot.flows import digest, duedates, reminding, slots, stale, telling
from bot.flows.context import Context
from bot.salesforce.gateway import Unavailable
from bot.slack import stale_messages
from bot.slack.rendering import load
from bot.slack.views import digest as digest_view
from bot.slack.views import dm, reminder
from bot.slack.views.parts import Payload
from bot.slack.views.shown import Shown
from store.records import State

Posts = list[tuple[str, Payload]]


NOBODY = "nobody"
"""Stands where a message's target would, beside the reason why nothing can be said of an org."""


async def preview(settings: Settings, environ: Mapping[str, str], name: str) -> tuple[str, bool]:
    """Everything that the job would post, to whom; False when an org could not be looked at."""
    async with parts(settings, environ, name, alone=False) as built:
        posts = await _OF[name](built.ctx)
        return _pages(name, posts), all(target != NOBODY for target, _ in posts)


async def said(ctx: Context, name: str) -> str:
    """The words of a bot that is built."""
    return _pages(name, await _OF[name](ctx))


def _pages(name: str, posts: Posts) -> str:
    if not posts:
        return f"{name} would post nothing now."
    return "\n\n".join(f"To {target}:\n{page(payload)}" for target, payload in posts)


def page(payload: Payload) -> str:
    """A message as lines of text: what the blocks say, or the text where there are none."""
    lines = [line for block in payload.get("blocks", []) for line in _texts(block)]
    return "\n".join([payload["text"], *lines])


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [line for one in value for line in _texts(one)]
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("text"), str):
        return [value["text"]]
    return [line for one in value.values() for line in _texts(one)]


async def _digest(ctx: Context) -> Posts:
    channel = ctx.settings.slack.digest_channel
    if channel is None:
        return []
    slot = slots.slot(ctx, "digest")
    return [
        (channel, digest_view.digest(await digest.preview(ctx, org, slot), ctx.org_label(org)))
        for org in ctx.settings.orgs
    ]


async def _stale(ctx: Context) -> Posts:
    posts: Posts = []
    for org in ctx.settings.orgs:
        try:
            posts += stale_messages.would_post(ctx.settings, org, await stale.look(ctx, org))
        except Unavailable as away:
            words = f"{ctx.org_label(org)} does not answer ({away.reason}). Try again later."
            posts.append((NOBODY, {"text": words}))
    return posts


async def _reminders(ctx: Context) -> Posts:
    posts: Posts = []
    approvers = await ctx.approvers()
    for request in await duedates.due(ctx, dates.REMINDER):
        async with ctx.database.read() as conn:
            shown = await load(ctx.settings, conn, request)
            if approvers is not None:
                why = reminding.why_nobody_can(ctx, request, approvers)
                shown = replace(shown, undecidable=why)
            channel = await reminding.channel_of(ctx, conn, request)
        posts.append((f"{channel}, in the card's thread", reminder.reminder(shown)))
    return posts


async def _expire(ctx: Context) -> Posts:
    posts: Posts = []
    for request in await duedates.due(ctx, dates.EXPIRY):
        async with ctx.database.read() as conn:
            shown = await load(ctx.settings, conn, request)
        for reader in telling.readers(request):
            posts += _undone(shown, reader) if request.pinned else [_ended(shown, reader)]
    return posts


def _ended(shown: Shown, reader: str) -> tuple[str, Payload]:
    ended = replace(shown.request, state=State.EXPIRED)
    return reader, dm.end(replace(shown, request=ended), Actor(user=reader))


def _undone(shown: Shown, reader: str) -> Posts:
    """An approval that ran out let things be made: the message changes, and tells of the end later.

    How much can be undone, only the undo will know; this says it of one that succeeds.
    """
    request, actor = shown.request, Actor(user=reader)
    now = replace(shown, ran_out=True, request=replace(request, withdrawing=True))
    then = replace(now, request=replace(request, state=State.WITHDRAWN))
    return [
        (reader, {"text": dm.dm(now, actor)["text"]}),
        (f"{reader}, when that is undone and {request.label} withdrawn", dm.end(then, actor)),
    ]


async def _catalogue(_ctx: Context) -> Posts:
    return []


_OF: Mapping[str, Callable[[Context], Awaitable[Posts]]] = {
    "digest": _digest,
    "stale": _stale,
    "reminders": _reminders,
    "expire": _expire,
    "catalogue": _catalogue,
}
