"""What a supervisor asks over HTTP: alive, ready, numbers. Nothing secret is ever answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

Parts = Callable[[], Awaitable[Mapping[str, str]]]
"""Answers parts by name, each with a sentence."""


class Health:
    """The server on `[health]`.

    `missing` answers the parts that are not ready yet; `refused` the orgs that cannot be chosen,
    which does not make the bot unready.
    """

    def __init__(self, host: str, port: int, *, missing: Parts, refused: Parts) -> None:
        self._host = host
        self._port = port
        self._missing = missing
        self._refused = refused
        self._runner: web.AppRunner | None = None

    async def start(self) -> int:
        """Listen; answers the port, which differs from the configured one when that is 0."""
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
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
        missing = await self._missing()
        if not missing:
            refused = dict(await self._refused())
            return web.json_response({"status": "ready", "refused_orgs": refused})
        return web.json_response({"status": "not ready", "waiting_for": dict(missing)}, status=503)

    async def _metrics(self, _request: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )
