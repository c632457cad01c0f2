"""The front door of the Web API: tokens, scopes, bodies, misfortunes, the log.

The methods themselves stand in chat_api, views_api and directory_api.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.workspace.facts import Fact
from bot.sandbox.workspace.faults import Fault, Faults
from bot.sandbox.workspace.refusals import Refused
from bot.sandbox.workspace.world import Call, Json, World

Handler = Callable[[World, Json], Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One Web API method: its handler, the scope it needs, and whose token it takes."""

    handler: Handler
    scope: str | None = None
    app_token: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Tokens:
    """The two tokens that are let in, and their scopes."""

    bot: str
    app: str
    bot_scopes: frozenset[str]
    app_scopes: frozenset[str]


class WebApi:
    """Answers POST and GET /api/<method>."""

    def __init__(
        self, world: World, *, faults: Faults, tokens: Tokens, methods: Mapping[str, Method]
    ) -> None:
        self.tokens = tokens
        self._world = world
        self._faults = faults
        self._methods = methods

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call: misfortune before, effect, log, misfortune after."""
        name = request.match_info["method"]
        arguments = await read_arguments(request)
        token = _token(request, arguments)
        channel = arguments.get("channel")
        fault = self._faults.take(name, channel if isinstance(channel, str) else None)
        if fault is not None and (early := await self._before(fault, name, arguments, request)):
            return early
        answer, fact = self._answer(name, token, arguments)
        self._log(name, arguments, answer, fact)
        if fault is not None and fault.drop == "after":
            return _dropped(request)
        return web.json_response(answer, headers=self._headers(name, token))

    def _log(self, name: str, arguments: Json, answer: Json, fact: Fact | None) -> None:
        channel = arguments.get("channel")
        self._world.calls.append(
            Call(
                method=name,
                channel=channel if isinstance(channel, str) else None,
                payload=arguments,
                answer={k: v for k, v in answer.items() if k != "url" or name == "auth.test"},
                fact=fact,
            )
        )
        self._world.changed()

    async def _before(
        self, fault: Fault, name: str, arguments: Json, request: web.Request
    ) -> web.StreamResponse | None:
        await asyncio.sleep(fault.seconds)
        if fault.drop == "before":
            self._log(name, arguments, {"ok": False, "error": "dropped_before"}, fault.fact)
            return _dropped(request)
        if fault.status is None and fault.error is None:
            return None
        answer: Json = {"ok": False, "error": fault.error or f"http_{fault.status}"}
        if fault.messages:
            answer["response_metadata"] = {"messages": list(fault.messages)}
        self._log(name, arguments, answer, fault.fact)
        if fault.status is not None and fault.status >= 500:
            return web.Response(status=fault.status, text="upstream trouble")
        retry = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
        return web.json_response(answer, status=fault.status or 200, headers=retry)

    def _answer(self, name: str, token: str | None, arguments: Json) -> tuple[Json, Fact | None]:
        try:
            method = self._allowed(name, token)
            return {"ok": True, **method.handler(self._world, arguments)}, None
        except Refused as refusal:
            extra = dict(refusal.extra)
            answer: Json = {"ok": False, "error": refusal.error}
            if messages := extra.pop("messages", None):
                answer |= {"errors": messages, "response_metadata": {"messages": messages}}
            return answer | extra, refusal.fact

    def _allowed(self, name: str, token: str | None) -> Method:
        if token is None:
            raise Refused(Fact.CALLER, "not_authed")
        if token not in (self.tokens.bot, self.tokens.app):
            raise Refused(Fact.CALLER, "invalid_auth")
        method = self._methods.get(name)
        if method is None:
            raise Refused(Fact.METHOD, "unknown_method", req_method=name)
        if method.app_token != (token == self.tokens.app):
            raise Refused(Fact.CALLER_KIND, "not_allowed_token_type")
        scopes = self.tokens.app_scopes if method.app_token else self.tokens.bot_scopes
        if method.scope is not None and method.scope not in scopes:
            provided = ",".join(sorted(scopes))
            raise Refused(Fact.SCOPE, "missing_scope", needed=method.scope, provided=provided)
        return method

    def _headers(self, name: str, token: str | None) -> dict[str, str]:
        if token == self.tokens.bot:
            headers = {"x-oauth-scopes": ",".join(sorted(self.tokens.bot_scopes))}
        elif token == self.tokens.app:
            headers = {"x-oauth-scopes": ",".join(sorted(self.tokens.app_scopes))}
        else:
            return {}
        method = self._methods.get(name)
        if method is not None and method.scope is not None:
            headers["x-accepted-oauth-scopes"] = method.scope
        return headers


def _dropped(request: web.Request) -> web.StreamResponse:
    """Break the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _token(request: web.Request, arguments: Json) -> str | None:
    """The bearer token, from the header or the body; taken out of the arguments."""
    in_body = arguments.pop("token", None)
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return in_body if isinstance(in_body, str) else None


async def read_arguments(request: web.Request) -> Json:
    """Arguments from the query, a form or a JSON body; JSON inside form values is opened."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        text = await request.text()
        body = json.loads(text) if text else {}
        arguments |= body if isinstance(body, dict) else {}
    else:
        arguments |= dict(await request.post())
        for key in ("blocks", "attachments", "view", "metadata"):
            if isinstance(arguments.get(key), str):
                arguments[key] = _opened(arguments[key])
    return {key: value for key, value in arguments.items() if value is not None}


def _opened(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
