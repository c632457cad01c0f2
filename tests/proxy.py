"""A proxy that notes where one wants to go, and lets nobody through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Recorder:
    """What was asked of it; `hosts` are those that somebody wanted a tunnel to."""

    def __init__(self) -> None:
        self.wanted: set[str] = set()

    @property
    def hosts(self) -> set[str]:
        """Host and port of every CONNECT."""
        return {line.split()[1] for line in self.wanted if line.startswith("CONNECT ")}

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.wanted.add((await reader.readline()).decode().strip())
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def recording() -> AsyncIterator[tuple[Recorder, str]]:
    """A recorder at work, and its address for HTTPS_PROXY."""
    recorder = Recorder()
    server = await asyncio.start_server(recorder.meet, "127.0.0.1", 0)
    async with server:
        yield recorder, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
