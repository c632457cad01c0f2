"""The door that Slack opens for each click: an answer to one person, wherever they clicked.

`response_url` is good five times within thirty minutes, also where the bot is no member, and it
alone can change what only one person sees (slack-platform 2).
"""

from __future__ import annotations

import asyncio

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

_log = structlog.get_logger(__name__)
_CALL = 8.0


async def answer(client: AsyncWebClient, url: str, text: str, *, instead: bool) -> bool:
    """Say `text` through the door, `instead` of what was clicked; False when it did not open.

    Goes the way of `client`: its session, its trust and its proxy. The address is a key, so it is
    logged nowhere.
    """
    door = AsyncWebhookClient(url, ssl=client.ssl, session=client.session, retry_handlers=[])
    door.proxy = client.proxy  # else it reads HTTPS_PROXY by itself, whatever NO_PROXY says
    try:
        async with asyncio.timeout(_CALL):
            said = await door.send(text=text, response_type="ephemeral", replace_original=instead)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        _log.warning("slack.door", error=type(error).__name__)
        return False
    if said.status_code != 200:
        _log.warning("slack.door", status=said.status_code)
    return bool(said.status_code == 200)
