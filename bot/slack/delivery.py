"""One message, sent once: post, update or a line in a thread, and what Slack's answer means."""

from __future__ import annotations

import re
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.patience import Failure
from bot.slack import refusals
from bot.slack.views import rich
from bot.slack.views.parts import Payload
from store import outbox
from store.records import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Slack has it: where, and which version was rendered.

    `refused` are kinds of rich blocks that Slack would not have, and took in plain words.
    """

    version: int
    channel: str
    ts: str
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Slack demands some seconds of silence in this channel."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PostAgain:
    """The remembered message is gone: forget it and post anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadGone:
    """What a line belongs to is gone: that is posted anew first, then the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """It may work later, or never: `failure` says what stands in the way."""

    reason: str
    failure: Failure = Failure.PASSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """There is nothing to show any more."""

    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """Somebody else was faster."""


Outcome = Delivered | Later | PostAgain | ThreadGone | Failed | Gone | Nothing

_POST_AGAIN = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
_PLACE = frozenset(
    {
        "not_in_channel",
        "is_archived",
        "channel_not_found",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
    }
)
"""What Slack says when a channel takes nothing from us (slack-platform 2.2). Codes that are about
one thread, such as a locked one, are not here: the channel may take everything else."""


def is_direct(message: Message) -> bool:
    """Whether it goes to a person, and not to a channel."""
    return message.target.startswith(("U", "W"))


async def thread_of(conn: AsyncConnection, message: Message) -> str | None:
    """The ts of the message in whose thread this one belongs; None = it is not there yet.

    Nor is it while an edit of it is due, which may find it deleted and post it anew.
    """
    parent = parent_of(message)
    living = await outbox.get(conn, parent) if parent else None
    if parent is None or living is None:
        return None
    edited = living.shown < living.wanted and not await outbox.gave_up(conn, parent)
    return None if edited else living.ts


async def never_has_thread(conn: AsyncConnection, message: Message) -> bool:
    """Whether the message in whose thread this one belongs was given up."""
    parent = parent_of(message)
    return parent is not None and await outbox.gave_up(conn, parent)


def in_thread(message: Message) -> bool:
    """Whether this message stands in the thread of another: posted once and never edited."""
    return parent_of(message) is not None


def parent_of(message: Message) -> str | None:
    """The id of the message in whose thread this one stands.

    An end belongs to the person's direct message, a reminder to the card.
    """
    if message.surface == "end":
        return f"IU-{message.request}/dm/{message.target}"
    return f"IU-{message.request}/card" if message.surface == "reminder" else None


async def send(
    client: AsyncWebClient, message: Message, payload: Payload, thread: str | None
) -> Outcome:
    """Post or update; raises what slack_sdk raises."""
    if message.ts and message.channel:
        if in_thread(message):
            return Delivered(version=message.wanted, channel=message.channel, ts=message.ts)
        answer = await client.chat_update(
            channel=message.channel,
            ts=message.ts,
            text=payload["text"],
            blocks=payload.get("blocks", []),
        )
        return Delivered(version=message.wanted, channel=message.channel, ts=str(answer["ts"]))
    try:
        return await _post(client, message, message.channel or message.target, payload, thread)
    except SlackApiError as error:
        direct = is_direct(message) and not message.channel
        if not direct or refusals.code(error) != "channel_not_found":
            raise
        channel = await _open_direct(client, message.target)
        if channel is None:
            raise
    return await _post(client, message, channel, payload, thread)


async def _post(
    client: AsyncWebClient, message: Message, channel: str, payload: Payload, thread: str | None
) -> Delivered:
    answer = await client.chat_postMessage(
        channel=channel,
        text=payload["text"],
        blocks=payload.get("blocks"),
        thread_ts=thread,
        unfurl_links=False,
        unfurl_media=False,
    )
    return Delivered(version=message.wanted, channel=str(answer["channel"]), ts=str(answer["ts"]))


async def _open_direct(client: AsyncWebClient, user: str) -> str | None:
    """Open a DM by itself, for workspaces where posting to a person does not (slack-platform 2.2).

    None where we may not or cannot.
    """
    try:
        answer = await client.conversations_open(users=user)
    except SlackApiError:
        return None
    return str(answer["channel"]["id"])


def refused_blocks(error: SlackApiError, payload: Payload) -> frozenset[str]:
    """Which rich kinds of block of a payload Slack may have refused it for; often empty.

    Those that Slack names; where it names none of them, all that the payload has.
    """
    if refusals.code(error) != "invalid_blocks":
        return frozenset()
    tried = rich.kinds(payload)
    said = set(re.findall(r"\w+", refusals.said(error)))
    return tried & said or tried


def read_error(error: SlackApiError, message: Message) -> Outcome:
    """What a refusal of Slack means for the message."""
    code = refusals.code(error)
    silence = refusals.retry_after(error) if refusals.limited(error) else None
    if silence is not None:
        return Later(seconds=silence)
    if message.ts and code in _POST_AGAIN:
        return PostAgain()
    if in_thread(message) and code == "thread_not_found":
        return ThreadGone()
    if refusals.passing(error):
        return Failed(reason=code or f"HTTP {refusals.status(error)}")
    place = code in _PLACE and not is_direct(message)
    return Failed(reason=code, failure=Failure.PLACE if place else Failure.REFUSED)
