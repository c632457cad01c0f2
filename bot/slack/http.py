"""HTTP mode: Slack posts to us. Signed, bounded, answered once, and drained like Socket Mode."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot import listening
from bot.slack import hearing, signing
from bot.slack.manifest import EVENTS_PATH
from bot.slack.receiving import AT_ONCE, CLOSE_WITHIN, InHand, introduce

_log = structlog.get_logger(__name__)

PATH = EVENTS_PATH
LARGEST = 1024 * 1024
"""Bytes of a body; Slack's largest is a view of 250 KB, as a form (slack-platform 1.2)."""

STAY = 1.0
"""Seconds for which an end still takes what arrives: who balances has to notice, and Slack sends no
click twice."""

_OPEN = 4 * AT_ONCE
_READ_WITHIN = 3.0
_REMEMBERED = 256
"""Answers kept for what comes again; what is older is kept from happening twice by the store."""

_REASONS = {408: "too_slow", 413: "too_large", 415: "unsupported"}
"""By the status of the answer, where that says enough; the others are named where they arise."""

_PASSED_ON = (
    "Content-Type",
    "X-Slack-Request-Timestamp",
    "X-Slack-Signature",
    "X-Slack-Retry-Num",
    "X-Slack-Retry-Reason",
)
_CLICKS = {"block_actions", "block_suggestion", "shortcut", "message_action"}
_VIEWS = {"view_submission", "view_closed"}


class Http:
    """Serves POST /slack/events; everything else is 404 or 405.

    A request is read within its bounds, its signature is checked over the raw bytes, and only then
    is it understood. Nothing in an answer tells more than the status does.
    """

    tokens = "SLACK_BOT_TOKEN"

    def __init__(
        self,
        app: AsyncApp,
        signing_secret: str,
        *,
        host: str,
        port: int,
        at_once: int = AT_ONCE,
        turned_away: Callable[[str], None] | None = None,
        stay: float = STAY,
    ) -> None:
        self.app = app
        self._turned_away = turned_away or (lambda _reason: None)
        self._verifier = SignatureVerifier(signing_secret)
        self._place = (host, port)
        self._in_hand = InHand(at_once)
        self._stay = stay
        self._open = 0
        self._once = Once(_REMEMBERED)
        self._introduced = False
        self._leaving = False
        self._runner: web.AppRunner | None = None

    async def listen(self) -> int:
        """Listen; answers the port, which differs from the configured one when that is 0.

        Until Slack told us who we are every request is answered 503. Raises OSError.
        """
        server = web.Application(client_max_size=LARGEST)
        server.router.add_post(PATH, self._receive)
        runner = listening.runner(server, ending=CLOSE_WITHIN / 2)
        await runner.setup()
        try:
            await web.TCPSite(runner, *self._place).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        port = int(runner.addresses[0][1])
        _log.info("slack.listening", host=self._place[0], port=port, path=PATH)
        return port

    async def connect_async(self) -> None:
        """Learn who we are, then answer; raises what Slack says when the token is wrong."""
        await introduce(self.app)
        self._introduced = True

    async def connected(self) -> bool:
        """Do we listen, know who we are, and mean to stay?"""
        return self._runner is not None and self._introduced and not self._leaving

    async def drain(self, seconds: float) -> None:
        """Answer what still arrives, for `stay` seconds and then until nothing is in hand.

        All of it takes `seconds` at most, then the port is closed. Who was never reachable for
        Slack has nobody to stay for.
        """
        self._leaving = True
        reachable = self._runner is not None and self._introduced
        stay = min(self._stay, seconds) if reachable else 0.0
        await asyncio.sleep(stay)
        if not await self._in_hand.idle(seconds - stay):
            _log.warning("slack.drain", left=self._in_hand.count)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _receive(self, request: web.Request) -> web.Response:
        """Answer a request, and count it when it is turned away, by a short word of ours."""
        hearing.came()
        try:
            answer = await self._take(request)
        except web.HTTPException as error:  # such as a body that turned out to be too large
            self._turned_away(_REASONS.get(error.status, "broken_off"))
            raise
        if answer.status in _REASONS:
            self._turned_away(_REASONS[answer.status])
        return answer

    async def _take(self, request: web.Request) -> web.Response:
        if not self._introduced or self._open >= _OPEN:
            self._turned_away("too_many" if self._introduced else "not_ready")
            return _refused(503, "not ready, or too much at once")
        self._open += 1
        try:
            answer = await self._answer(request)
        finally:
            self._open -= 1
        if self._leaving:
            answer.force_close()  # what comes next takes a new connection, to another bot
        return answer

    async def _answer(self, request: web.Request) -> web.Response:
        if (request.content_length or 0) > LARGEST:
            return _refused(413, "too large")
        if "Content-Encoding" in request.headers:
            _log.warning("slack.compressed", remote=request.remote)
            return _refused(415, "compressed")
        try:
            async with asyncio.timeout(_READ_WITHIN):
                raw = await request.read()
        except TimeoutError:
            return _refused(408, "too slow")
        except (web.RequestPayloadError, ConnectionError) as error:
            _log.warning("slack.broken_off", remote=request.remote, error=type(error).__name__)
            self._turned_away("broken_off")
            return _refused(400, "malformed")
        flaw = signing.flaw(self._verifier, raw, request.headers)
        if flaw is not None:
            self._turned_away(flaw.reason)
            about = {"reason": flaw.reason, "age": flaw.age}
            _log.warning("slack.unsigned", **about, remote=request.remote, bytes=len(raw))
            return _refused(401, "invalid request")
        asked = understood(raw, request.headers)
        if asked is None:
            _log.warning("slack.malformed", bytes=len(raw))
            self._turned_away("malformed")
            return _refused(400, "malformed")
        # Its own task: who hangs up after 3 s must not stop work that is half done.
        answer = self._once.do(_name(asked), lambda: self._dispatch(asked))
        return _sent(await asyncio.shield(answer))

    async def _dispatch(self, asked: AsyncBoltRequest) -> BoltResponse:
        async with self._in_hand.one():
            try:
                return await self.app.async_dispatch(asked)
            except Exception:  # noqa: BLE001 - one request must not end the others
                _log.exception("slack.request", type=str(asked.body.get("type"))[:40])
                return BoltResponse(status=500, body="")


class Once:
    """Does what comes again only once: a retry of Slack's, or of a proxy on the way.

    Who asks while the first is at work gets its answer; what failed may be tried again.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[str, asyncio.Task[BoltResponse]] = OrderedDict()

    def do(
        self, name: str, work: Callable[[], Awaitable[BoltResponse]]
    ) -> asyncio.Task[BoltResponse]:
        """Start `work`, or answer with that of the same name."""
        known = self._answers.get(name)
        if known is not None and not _failed(known):
            return known
        task = asyncio.ensure_future(work())
        self._answers[name] = task
        self._answers.move_to_end(name)
        while len(self._answers) > self._most and next(iter(self._answers.values())).done():
            self._answers.popitem(last=False)
        return task


def _failed(task: asyncio.Task[BoltResponse]) -> bool:
    if not task.done():
        return False
    return task.cancelled() or task.exception() is not None or task.result().status != 200


def understood(raw: bytes, headers: Mapping[str, str]) -> AsyncBoltRequest | None:
    """What Slack asks; None when it is nothing that Slack sends.

    Of the headers only those that Slack sets go on: Bolt also obeys some of its own.
    """
    kept = {name: headers[name] for name in _PASSED_ON if name in headers}
    try:
        asked = AsyncBoltRequest(
            body=raw.decode("utf-8"),
            headers=kept,  # type: ignore[arg-type]  # its values are plain texts
        )
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return None
    return asked if _is_whole(asked.body) else None


def _is_whole(body: Any) -> bool:
    """Has it what every payload of its kind has?"""
    if not isinstance(body, dict):
        return False
    kind = body.get("type")
    if "command" in body:
        return bool(body["command"] and body.get("user_id"))
    if kind in _CLICKS or kind in _VIEWS:
        user, view = body.get("user"), body.get("view")
        whole = isinstance(user, dict) and isinstance(user.get("id"), str)
        return whole and (kind in _CLICKS or (isinstance(view, dict) and "blocks" in view))
    if kind == "event_callback":
        return isinstance(body.get("event"), dict)
    return (kind == "url_verification" and "challenge" in body) or body.get("ssl_check") == "1"


def _name(asked: AsyncBoltRequest) -> str:
    """The event's id, which its retries share; else the signature, no two of which are alike."""
    event = asked.body.get("event_id")
    return str(event) if event else asked.headers["x-slack-signature"][0]


def _sent(answer: BoltResponse) -> web.Response:
    """Bolt's answer as aiohttp sends it; the headers stay as they are, for who asks again."""
    kind = answer.first_headers().get("content-type", "text/plain").partition(";")[0]
    body = answer.body or ""
    return web.Response(status=answer.status, text=body, content_type=kind)


def _refused(status: int, words: str) -> web.Response:
    return web.json_response({"error": words}, status=status)
