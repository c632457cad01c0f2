"""Reach Slack when the bot starts, however long it takes; only a wrong token ends the bot."""

from __future__ import annotations

import asyncio

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.config import ConfigError
from bot.slack import refusals
from bot.slack.people import People
from bot.slack.receiving import Receiver

_log = structlog.get_logger(__name__)
_FIRST_WAIT = 1.0
_LONGEST_WAIT = 30.0
_AGAIN = "install the app again and copy {tokens}"
_REMEDIES = {
    "invalid_auth": "copy {tokens} again from the app's pages",
    "not_authed": "set {tokens}",
    "not_allowed_token_type": "SLACK_BOT_TOKEN begins xoxb- and SLACK_APP_TOKEN begins xapp-",
    "missing_scope": "make an app-level token with connections:write and write SLACK_APP_TOKEN",
    "account_inactive": _AGAIN,
    "token_revoked": _AGAIN,
    "token_expired": _AGAIN,
}


async def connect(people: People, receiver: Receiver) -> None:
    """Return once Slack delivers to us. Raises ConfigError when it refuses one of the tokens."""
    wait = _FIRST_WAIT
    while True:
        try:
            await people.warm()
            await receiver.connect_async()
        except SlackApiError as error:
            code = refusals.code(error)
            if code in _REMEDIES:
                remedy = _REMEDIES[code].format(tokens=receiver.tokens)
                sentence = f"Slack refuses the token ({code}): {remedy}."
                raise ConfigError([sentence]) from None
            _log.warning("slack.connect", error=code or "no answer of Slack's")
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            _log.warning("slack.connect", error=type(error).__name__)
        else:
            _log.info("slack.connected")
            return
        await asyncio.sleep(wait)
        wait = min(wait * 2, _LONGEST_WAIT)
