"""How does an org speak HTTPS? One aiohttp server on loopback per org.

1. The request is read and journaled; listeners hear of it.
2. Faults that strike before the work act. 3. The work is done in one go, without waiting.
4. Faults that strike after the work act; the answer goes out.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from contextlib import suppress
from typing import Any

from aiohttp import web

from bot.sandbox.certs import server_context
from bot.sandbox.orgs import logins
from bot.sandbox.orgs.calls import VERSIONS, Answer, Call, refused_answer
from bot.sandbox.orgs.composite import composite
from bot.sandbox.orgs.faults import INVALID_SESSION, Action, Delay, Drop, Faults, Hold, Reply
from bot.sandbox.orgs.grants import Access, access_of
from bot.sandbox.orgs.journal import Entry, Journal, Part
from bot.sandbox.orgs.parts import parts_of
from bot.sandbox.orgs.refusal import Fact, Refused, not_there
from bot.sandbox.orgs.rest import answer
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import World

_HOST = "127.0.0.1"
_ALL = 100_000
_BIG = 32 * 1024 * 1024
Met = list[tuple[Action, Part]]


class _GoneError(Exception):
    """The connection is to be closed without an answer."""


class Server:
    """The HTTPS face of one org."""

    def __init__(self, world: World, faults: Faults, journal: Journal) -> None:
        self._world = world
        self._faults = faults
        self._journal = journal
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; the org's My Domain is known from now on."""
        app = web.Application(client_max_size=_BIG)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, _HOST, port, ssl_context=server_context())
        await site.start()
        found: Any = self._runner.addresses[0]
        self._world.my_domain_url = f"https://{_HOST}:{found[1]}"

    async def stop(self) -> None:
        """Stop listening; hanging requests end without an answer."""
        self._closing.set()
        self._faults.clear()
        if self._runner is None:
            return
        handlers = self._runner.server.connections if self._runner.server else []
        transports = [one.transport for one in handlers if one.transport is not None]
        await self._runner.cleanup()
        for one in transports:
            with suppress(AttributeError):  # early Pythons 3.11 do not let one abort what is lost
                one.abort()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body = _json(raw)
        query = dict(request.query)
        user = self._user(request)
        entry = self._journal.add(
            method=request.method,
            path=request.path,
            user=str(user["Username"]) if user else None,
            parts=parts_of(self._world, request.method, request.path, query, body),
        )
        await self._tell(entry)
        met = self._faults.struck(entry)
        try:
            await self._wait(met, after=False)
            done = self._forced(met) or await self._work(request, user, body, met)
            await self._wait(met, after=True)
        except _GoneError:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        entry.status = done.status
        entry.refusals = done.facts
        return self._response(done)

    async def _tell(self, entry: Entry) -> None:
        if self._journal.on_request is not None:
            told = self._journal.on_request(entry)
            if inspect.isawaitable(told):
                await told

    async def _wait(self, met: Met, *, after: bool) -> None:
        for action, _ in met:
            if isinstance(action, Reply) or action.after is not after:
                continue
            if isinstance(action, Drop):
                raise _GoneError
            if isinstance(action, Hold):
                await action.stop()
            elif isinstance(action, Delay) and action.seconds is not None:
                await asyncio.sleep(action.seconds)
            else:
                await self._closing.wait()
                raise _GoneError

    @staticmethod
    def _forced(met: Met) -> Answer | None:
        for action, part in met:
            if isinstance(action, Reply) and (action.whole or part.reference is None):
                return Answer(status=action.status, body=action.body, facts=(Fact.DEMANDED,))
        return None

    async def _work(self, request: web.Request, user: Row | None, body: object, met: Met) -> Answer:
        pieces = tuple(piece for piece in request.path.split("/") if piece)
        if pieces[:2] == ("services", "oauth2"):
            form = {key: str(value) for key, value in (await request.post()).items()}
            return self._oauth(request.method, pieces[2:], form, user)
        if pieces == ("services", "data"):
            found = [
                {"label": one, "url": f"/services/data/v{one}", "version": one} for one in VERSIONS
            ]
            return Answer(status=200, body=found)
        if pieces[:2] != ("services", "data") or len(pieces) < 4:
            return refused_answer(not_there())
        if user is None:
            return Answer(status=401, body=INVALID_SESSION, facts=(Fact.SESSION,))
        return self._data(request, pieces, user, body, met)

    def _data(
        self,
        request: web.Request,
        pieces: tuple[str, ...],
        user: Row,
        body: object,
        met: Met,
    ) -> Answer:
        version = pieces[2].removeprefix("v")
        if version not in VERSIONS:
            return refused_answer(not_there())
        access = access_of(self._world, user, version=float(version))
        try:
            _may_call(access)
            if pieces[3:] == ("composite",) and request.method == "POST":
                return composite(self._world, access, body, forced=_forced_parts(met))
        except Refused as no:
            return refused_answer(no)
        self._world.transaction.clear()
        self._world.statement.clear()
        call = Call(
            method=request.method,
            parts=pieces[3:],
            version=version,
            query=dict(request.query),
            body=body,
        )
        return answer(self._world, access, call)

    def _oauth(
        self, method: str, rest: tuple[str, ...], form: dict[str, str], user: Row | None
    ) -> Answer:
        if rest == ("token",):
            if method != "POST":
                return Answer(
                    status=400,
                    body={"error": "invalid_request", "error_description": "must use HTTP POST"},
                    facts=(Fact.LOGIN_METHOD,),
                )
            try:
                return Answer(status=200, body=logins.exchange(self._world, form))
            except logins.LoginRefused as no:
                return Answer(status=400, body=no.body(), facts=(no.fact,))
        if rest == ("revoke",):
            session = self._world.sessions.get(form.get("token", ""))
            if session is None or not session.valid:
                said = {"error": "invalid_token", "error_description": "token is not valid"}
                return Answer(status=400, body=said, facts=(Fact.NO_SUCH_GRANT,))
            session.valid = False
            return Answer(status=200)
        if rest == ("userinfo",):
            if user is None:
                return Answer(status=403, body="Bad_OAuth_Token", facts=(Fact.SESSION,))
            return Answer(status=200, body=self._userinfo(user))
        return refused_answer(not_there())

    def _userinfo(self, user: Row) -> dict[str, object]:
        org = self._world.organization_id
        return {
            "sub": f"https://login.salesforce.com/id/{org}/{user['Id']}",
            "user_id": user["Id"],
            "organization_id": org,
            "preferred_username": user["Username"],
            "name": user["Name"],
            "email": user["Email"],
            "active": user["IsActive"],
            "user_type": "STANDARD",
        }

    def _user(self, request: web.Request) -> Row | None:
        """The user of the token; sessions of inactive users are over."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        session = self._world.sessions.get(token.strip())
        if kind not in {"Bearer", "OAuth"} or session is None or not session.valid:
            return None
        user = self._world.row("User", session.user_id)
        return user if user and user["IsActive"] else None

    def _response(self, done: Answer) -> web.Response:
        headers = {"Sforce-Limit-Info": f"api-usage={self._journal.count}/{_ALL}", **done.headers}
        if done.body is None:
            return web.Response(status=done.status, headers=headers)
        if isinstance(done.body, str):
            return web.Response(
                status=done.status, text=done.body, content_type="text/html", headers=headers
            )
        return web.json_response(done.body, status=done.status, headers=headers)


def _may_call(access: Access) -> None:
    if not access.has("ApiEnabled"):
        raise Refused(
            Fact.API_DISABLED,
            "API_DISABLED_FOR_ORG",
            "API is not enabled for this Organization or Partner",
            status=403,
        )


def _forced_parts(met: Met) -> dict[str, Answer]:
    return {
        part.reference: Answer(status=action.status, body=action.body, facts=(Fact.DEMANDED,))
        for action, part in met
        if isinstance(action, Reply) and part.reference is not None and not action.whole
    }


def _json(raw: bytes) -> object:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return None
