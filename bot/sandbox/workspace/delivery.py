"""How does what a person did reach the bot, and what came back?

`Transport` is the seam: the same people drive the bot by Socket Mode (socket.py) or by signed
HTTP requests (below).
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.workspace.world import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An ack with its payload; or `error`: operation_timeout or dispatch_failed."""

    payload: Json
    error: str | None = None


TIMED_OUT = Reply(payload={}, error="operation_timeout")
FAILED = Reply(payload={}, error="dispatch_failed")


class Transport(Protocol):
    """Brings one payload to the bot; `kind` is slash_commands, interactive or events_api."""

    async def deliver(
        self, kind: str, payload: Json, *, late: Callable[[Json], None] | None = None
    ) -> Reply:
        """Wait at most the ack time. `late` is called with an ack that came after it."""
        ...


class HttpTransport:
    """Signed requests to the bot's own URL (slack-platform 2, Signing)."""

    def __init__(
        self,
        *,
        url: str,
        signing_secret: str,
        now: Callable[[], float],
        ack_seconds: float = 3.0,
    ) -> None:
        self.url = url
        self._secret = signing_secret.encode()
        self._now = now
        self._ack_seconds = ack_seconds
        self._session: aiohttp.ClientSession | None = None

    async def deliver(
        self,
        kind: str,
        payload: Json,
        *,
        late: Callable[[Json], None] | None = None,  # noqa: ARG002 - HTTP drops late answers
    ) -> Reply:
        """POST the payload; anything but 200 is dispatch_failed, silence operation_timeout."""
        body, content_type = encode(kind, payload)
        headers = {"Content-Type": content_type, **self.signature(body)}
        if self._session is None:
            self._session = aiohttp.ClientSession()
        try:
            async with (
                asyncio.timeout(self._ack_seconds),
                self._session.post(self.url, data=body, headers=headers) as response,
            ):
                text = await response.text()
        except TimeoutError:
            return TIMED_OUT
        except aiohttp.ClientError:
            return FAILED
        if response.status != 200:
            return FAILED
        if not text:
            return Reply(payload={})
        is_json = response.content_type == "application/json"
        return Reply(payload=json.loads(text) if is_json else {"text": text})

    def signature(self, body: bytes) -> dict[str, str]:
        """The v0 HMAC-SHA256 headers over the raw body."""
        stamp = str(int(self._now()))
        base = b"v0:" + stamp.encode() + b":" + body
        digest = hmac.new(self._secret, base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    async def close(self) -> None:
        """Close the connections to the bot."""
        if self._session is not None:
            await self._session.close()


def encode(kind: str, payload: Json) -> tuple[bytes, str]:
    """The body of an HTTP delivery: a form for commands and interactions, JSON for events."""
    form = "application/x-www-form-urlencoded"
    if kind == "slash_commands":
        return urlencode(payload).encode(), form
    if kind == "interactive":
        return urlencode({"payload": json.dumps(payload)}).encode(), form
    return json.dumps(payload).encode(), "application/json"
