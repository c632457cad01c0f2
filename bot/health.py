"""What a supervisor asks over HTTP: alive, ready, numbers. Nothing secret is ever answered."""

from __future__ import annotations

from aiohttp import web

from bot import listening
from bot.metrics import CONTENT_TYPE
from bot.readiness import Readiness


class Health:
    """The server on `[health]`.

    An org that cannot be chosen is told, and does not make the bot unready.
    """

    def __init__(self, host: str, port: int, readiness: Readiness) -> None:
        self._host = host
        self._port = port
        self._readiness = readiness
        self._runner: web.AppRunner | None = None

    async def start(self) -> int:
        """Listen; answers the port, which differs from the configured one when that is 0."""
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        self._runner = listening.runner(app, ending=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def _readyz(self, _request: web.Request) -> web.Response:
        look = await self._readiness.look()
        if not look.missing:
            return web.json_response({"status": "ready", "refused_orgs": dict(look.refused)})
        waiting = {"status": "not ready", "waiting_for": dict(look.missing)}
        return web.json_response(waiting, status=503)

    async def _metrics(self, _request: web.Request) -> web.Response:
        body = await self._readiness.exposed()
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})
