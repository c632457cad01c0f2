"""What listeners say through the Web API: open a view, change one, a word to one person.

Always on the app's own client: the one that Bolt makes for each request reads HTTPS_PROXY by
itself, whatever NO_PROXY says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.core.lifecycle import Refusal
from bot.slack import door, refusals
from bot.slack.answering import Afterwards, Unsure, Work, sorry
from bot.slack.views.parts import Payload
from bot.slack.web import CountedClient

_log = structlog.get_logger(__name__)
_OPENING = 0.9
"""Seconds an ack waits for a view to open: with 1.5 s for people it stays within 3 s."""
_CALL = 8.0
_ANSWER = 5.0
"""Seconds for one way of telling; a person waits until one is open."""
_PAUSE = 1.0
_LATE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "trigger_expired"})
_SLOW = "Slack was too slow to open the window. Please try again."
_BUSY = "Slack is busy and did not open the window. Please try again in a minute."


class Voice:
    """Speaks to one person at a time, after or beside an ack."""

    def __init__(self, client: CountedClient, afterwards: Afterwards) -> None:
        self._client = client
        self._afterwards = afterwards

    async def open(self, *, trigger: str, user: str, view: Payload) -> None:
        """Open a view for the trigger of a click or command; raises `Refusal` when Slack is slow.

        A trigger lives 3 s and is good for one view (slack-platform 2). An opening that outlives
        the ack and fails is told to the person as a direct message.
        """
        await self._afterwards.soon(
            self._open(trigger, view),
            seconds=_OPENING,
            late=lambda error: self.write(user, sorry(error, "open a view")),
        )

    async def _open(self, trigger: str, view: Payload) -> None:
        try:
            async with asyncio.timeout(_CALL):
                await self._client.views_open(trigger_id=trigger, view=view)
        except SlackApiError as error:
            if refusals.code(error) in _LATE:
                raise Refusal(_SLOW) from error
            if refusals.passing(error):
                raise Unsure(_BUSY) from error
            raise
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unsure(_SLOW) from error

    def change(self, view: Mapping[str, Any], to: Payload) -> None:
        """Change an open view after the ack."""
        self._afterwards.do(self._change(view, to))

    async def _change(self, view: Mapping[str, Any], to: Payload) -> None:
        """Change a view; one that the person or we changed meanwhile is changed all the same."""
        async with asyncio.timeout(_CALL):
            try:
                await self._client.views_update(view_id=view["id"], hash=view["hash"], view=to)
            except SlackApiError as error:
                if refusals.code(error) != "hash_conflict":
                    raise
                await self._client.views_update(view_id=view["id"], view=to)

    async def whisper(self, channel: str, user: str, text: str, *, url: str = "") -> None:
        """Tell one person where they are, by the first road that is open; never in silence.

        `url` is the response_url of what they did. After it comes a word that only they see, then
        a direct message.
        """
        if url and await door.answer(self._client, url, text, instead=False):
            return
        if channel and channel != user:
            post = self._client.chat_postEphemeral
            if await self._takes(post(channel=channel, user=user, text=text), user):
                return
        await self.write(user, text)

    async def answer(self, url: str, user: str, text: str, *, instead: bool) -> None:
        """Answer a click on what only this person sees, `instead` of it or beside it.

        Where its door does not open any more, it is a direct message.
        """
        if not (url and await door.answer(self._client, url, text, instead=instead)):
            await self.write(user, text)

    async def write(self, user: str, text: str) -> None:
        """Tell one person something in a direct message; tried once more a second later.

        What timed out may have arrived all the same: better heard twice than never.
        """
        for pause in (0.0, _PAUSE):
            await asyncio.sleep(pause)
            if await self._takes(self._client.chat_postMessage(channel=user, text=text), user):
                return
        _log.error("slack.unheard", user=user)

    async def _takes(self, saying: Work, user: str) -> bool:
        """Whether Slack takes some words; where it does not, the log has the reason."""
        try:
            async with asyncio.timeout(_ANSWER):
                await saying
        except SlackApiError as error:
            said = refusals.code(error) or f"HTTP {refusals.status(error)}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            said = type(error).__name__
        else:
            return True
        _log.warning("slack.answer", user=user, error=said)
        return False

    async def link(self, channel: str, ts: str) -> str | None:
        """The address of a message; None where Slack does not say."""
        try:
            async with asyncio.timeout(_CALL):
                answer = await self._client.chat_getPermalink(channel=channel, message_ts=ts)
        except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as error:
            _log.info("slack.permalink", error=type(error).__name__)
            return None
        return str(answer["permalink"])
