"""One message, sent once: post, update or a line in a thread, and what Slack's answer means."""

from __future__ import annotations

from dataclasses import dataclass

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.slack.views.parts import Payload
from store import outbox
from store.records import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Slack has it: where, and which version was rendered."""

    version: int
    channel: str
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Slack, or the thread's first message, needs some seconds."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PostAgain:
    """The remembered message is gone: forget it and post anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """It may work later."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """It can never be shown."""

    reason: str
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """Somebody else was faster."""


Outcome = Delivered | Later | PostAgain | Failed | Gone | Nothing

_POST_AGAIN = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})


async def thread_of(conn: AsyncConnection, message: Message) -> str | None:
    """The ts of the DM in whose thread an end is told; None = there is none yet."""
    if message.surface != "end" or message.request is None:
        return None
    living = await outbox.get(conn, f"IU-{message.request}/dm/{message.target}")
    return living.ts if living else None


async def send(
    client: AsyncWebClient, message: Message, payload: Payload, thread: str | None
) -> Outcome:
    """Post or update; raises what slack_sdk raises."""
    if message.ts and message.channel:
        if message.surface == "end":
            return Delivered(version=message.wanted, channel=message.channel, ts=message.ts)
        answer = await client.chat_update(
            channel=message.channel,
            ts=message.ts,
            text=payload["text"],
            blocks=payload.get("blocks", []),
        )
    else:
        answer = await client.chat_postMessage(
            channel=message.channel or message.target,
            text=payload["text"],
            blocks=payload.get("blocks"),
            thread_ts=thread,
            unfurl_links=False,
            unfurl_media=False,
        )
    return Delivered(version=message.wanted, channel=str(answer["channel"]), ts=str(answer["ts"]))


def read_error(error: SlackApiError, message: Message) -> Outcome:
    """What a refusal of Slack means for the message."""
    response = error.response
    if response.status_code == 429:
        return Later(seconds=float(response.headers.get("Retry-After", 1)))
    code = str(response.get("error", response.status_code))
    if message.ts and code in _POST_AGAIN:
        return PostAgain()
    return Failed(reason=code)
