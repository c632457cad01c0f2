"""Servers that strangers may reach: a body stays as it was sent, and only our errors are errors."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import structlog
from aiohttp import web

from bot import listening
from bot.health import Health


@asynccontextmanager
async def serving(handler: Any) -> AsyncIterator[int]:
    """One handler for every POST; the port."""
    app = web.Application()
    app.router.add_post("/", handler)
    runner = listening.runner(app, ending=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


async def noise(port: int) -> bytes:
    """What comes back for bytes that are no HTTP."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: bot\r\nContent-Length: many\r\n\r\n")
    answer = await reader.read(4096)
    writer.close()
    return answer


async def test_a_compressed_body_is_not_inflated() -> None:
    body = gzip.compress(b"\0" * 1_000_000)
    async with serving(echo) as port, aiohttp.ClientSession() as session:
        url, headers = f"http://127.0.0.1:{port}/", {"Content-Encoding": "gzip"}
        async with session.post(url, data=body, headers=headers) as answer:
            assert await answer.read() == body


async def test_noise_is_a_warning_and_what_breaks_in_us_an_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def breaks(_request: web.Request) -> web.Response:
        raise RuntimeError("ours")

    with structlog.testing.capture_logs() as lines:
        async with serving(breaks) as port, aiohttp.ClientSession() as session:
            assert b" 400 " in await noise(port)
            assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []
            async with session.post(f"http://127.0.0.1:{port}/") as answer:
                assert answer.status == 500
    assert [(one["event"], one["log_level"]) for one in lines] == [("http.malformed", "warning")]
    assert [one.levelname for one in caplog.records if one.exc_info] == ["ERROR"]


async def test_a_supervisors_port_takes_noise_too(caplog: pytest.LogCaptureFixture) -> None:
    health: Any = Health("127.0.0.1", 0, readiness=None)  # type: ignore[arg-type]  # not asked
    port = await health.start()
    assert b" 400 " in await noise(port)
    await health.stop()
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []
