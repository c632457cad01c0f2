"""Socket Mode: connections, hello, envelopes, acks, disconnects (slack-platform 2.1)."""

import asyncio
import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.sandbox.workspace.delivery import FAILED, TIMED_OUT, Reply
from bot.sandbox.workspace.facts import Fact
from bot.sandbox.workspace.world import APP_ID, Json, World

MOST_CONNECTIONS = 10


@dataclass(slots=True, kw_only=True, eq=False)
class Connection:
    """One websocket of the bot."""

    socket: web.WebSocketResponse
    request: web.Request
    draining: bool = False
    received: int = 0
    pending: dict[str, "asyncio.Future[Json]"] = field(default_factory=dict)


class ConnectionBroke(Exception):  # noqa: N818 - an event
    """The websocket closed before the ack."""


class SocketTransport:
    """Each envelope goes to exactly one connection, in turn."""

    def __init__(self, world: World) -> None:
        self.connections: list[Connection] = []
        self._world = world
        self.issued: list[str] = []
        self._tickets: set[str] = set()
        self._turned_away = 0
        self._late: dict[str, Callable[[Json], None]] = {}
        self.refused: list[Fact] = []
        self._turn = 0

    def ticket(self) -> str:
        """A single-use ticket for the websocket URL."""
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        self.issued.append(ticket)
        return ticket

    def turn_away(self, times: int = 1) -> None:
        """Let a gateway on the way answer the next handshakes with 502: Slack sees no ticket."""
        self._turned_away = times

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The websocket handler: hello, then acks until it closes."""
        if self._turned_away:
            self._turned_away -= 1
            return web.Response(status=502, text="<html>Bad Gateway</html>")
        if request.query.get("ticket", "") not in self._tickets:
            self.refused.append(Fact.LINK_ONCE)
            return web.Response(status=404, text="this link is not valid any more")
        self._tickets.discard(request.query["ticket"])
        socket = web.WebSocketResponse(timeout=0.5)
        await socket.prepare(request)
        connection = Connection(socket=socket, request=request)
        if len(self.connections) >= MOST_CONNECTIONS:
            self.refused.append(Fact.CONNECTIONS)
            await self._send_disconnect(connection, reason="too_many_websockets")
            await socket.close()
            return socket
        self.connections.append(connection)
        await socket.send_json(self._hello(len(self.connections)))
        self._world.changed()
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._on_ack(connection, message.data)
        finally:
            self._forget(connection)
        return socket

    def _hello(self, number: int) -> Json:
        return {
            "type": "hello",
            "num_connections": number,
            "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
            "connection_info": {"app_id": APP_ID},
        }

    def _on_ack(self, connection: Connection, text: str) -> None:
        ack = json.loads(text)
        envelope = ack.get("envelope_id", "")
        payload = ack.get("payload") or {}
        waiting = connection.pending.pop(envelope, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(payload)
        elif (late := self._late.pop(envelope, None)) is not None:
            late(payload)
        else:
            self._world.complain(Fact.ACK_STRAY, "an ack named an envelope that nobody waits for")
        self._world.changed()

    def _forget(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        for waiting in connection.pending.values():
            if not waiting.done():
                waiting.set_exception(ConnectionBroke)
        connection.pending.clear()
        self._world.changed()

    @property
    def open(self) -> list[Connection]:
        """Connections that take new envelopes."""
        return [c for c in self.connections if not c.draining and not c.socket.closed]

    async def deliver(
        self, kind: str, payload: Json, *, late: Callable[[Json], None] | None = None
    ) -> Reply:
        """Send one envelope and wait for its ack.

        No connection at all is dispatch_failed; no ack in time operation_timeout. A connection
        that breaks before the ack: sent again to another one, when the switch says so.
        """
        if not self.open:
            return FAILED
        envelope: Json = {
            "envelope_id": secrets.token_hex(16),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": 0, "retry_reason": ""}
        try:
            async with asyncio.timeout(self._world.switches.ack_seconds):
                return Reply(payload=await self._until_acked(envelope))
        except TimeoutError:
            self._complain(kind)
            if late is not None:
                self._late[envelope["envelope_id"]] = late
            return TIMED_OUT

    async def _until_acked(self, envelope: Json) -> Json:
        while True:
            await self._world.until(lambda: self.open, timeout=60)
            self._turn += 1
            connection = self.open[self._turn % len(self.open)]
            waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
            connection.pending[envelope["envelope_id"]] = waiting
            connection.received += 1
            try:
                await connection.socket.send_str(json.dumps(envelope))
                return await waiting
            except (ConnectionBroke, ConnectionError):
                if not self._world.switches.redeliver_unacked:
                    await asyncio.Event().wait()
            finally:
                connection.pending.pop(envelope["envelope_id"], None)

    def _complain(self, kind: str) -> None:
        seconds = self._world.switches.ack_seconds
        self._world.complain(Fact.ACK_TIME, f"no ack within {seconds} s for {kind}")

    async def _send_disconnect(self, connection: Connection, *, reason: str) -> None:
        connection.draining = True
        await connection.socket.send_json(
            {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
        )

    async def disconnect(self, *, reason: str = "refresh_requested") -> None:
        """Ask every connection to go: warning, refresh_requested, link_disabled, …"""
        for connection in list(self.open):
            await self._send_disconnect(connection, reason=reason)

    async def drop(self) -> None:
        """Cut every connection at once, without a word."""
        for connection in list(self.connections):
            self._forget(connection)
            if connection.request.transport is not None:
                connection.request.transport.abort()
        await asyncio.sleep(0)

    async def close(self) -> None:
        """Close every websocket politely, as Slack does."""
        for connection in list(self.connections):
            self._forget(connection)
            with suppress(ConnectionError):
                await connection.socket.close()
