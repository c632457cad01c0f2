"""The door that Slack opens for each click: an answer to one person, wherever they clicked.

`response_url` is good five times within thirty minutes, also where the bot is no member, and it
alone can change what only one person sees (slack-platform 2).
"""

from __future__ import annotations

import asyncio
import time

import aiohttp
import structlog
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.web import CountedClient, outcome_of

_log = structlog.get_logger(__name__)
_CALL = 8.0
_METHOD = "response_url"
"""As what it is counted, beside the methods of the Web API."""


async def answer(client: CountedClient, url: str, text: str, *, instead: bool) -> bool:
    """Say `text` through the door, `instead` of what was clicked; False when it did not open.

    With the session and the trust of `client`, and by the proxy for this address, which is not at
    the Web API's host. The address is a key, so it is logged nowhere.
    """
    door = AsyncWebhookClient(url, ssl=client.ssl, session=client.session, retry_handlers=[])
    door.proxy = client.route(url)  # else it reads HTTPS_PROXY by itself, whatever NO_PROXY says
    outcome, begun = "no_answer", time.monotonic()
    try:
        async with asyncio.timeout(_CALL):
            said = await door.send(text=text, response_type="ephemeral", replace_original=instead)
        outcome = outcome_of(said.status_code)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        _log.warning("slack.door", error=type(error).__name__)
        return False
    finally:
        client.called(_METHOD, outcome, time.monotonic() - begun)
    if said.status_code != 200:
        _log.warning("slack.door", status=said.status_code)
    return bool(said.status_code == 200)
