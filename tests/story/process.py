"""The real `run` in a process of its own: started, killed, terminated, started again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Bot:
    """One process of the bot."""

    process: asyncio.subprocess.Process
    log: list[str] = field(default_factory=list)
    port: int = 0
    _reader: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, file: Path, environ: Mapping[str, str], *, patience: float = 30) -> Bot:
        """Start `run` and wait until it says that it is ready."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "--config",
            str(file),
            "run",
            cwd=ROOT,
            env=dict(environ),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        bot = cls(process)
        bot._reader = asyncio.create_task(bot._read())
        async with asyncio.timeout(patience):
            await bot._started()
            await bot.ready()
        return bot

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.log.append(line.decode(errors="replace").rstrip())

    async def _started(self) -> None:
        while True:
            for line in self.log:
                with contextlib.suppress(ValueError):
                    said = json.loads(line)
                    if said.get("event") == "bot.started":
                        self.port = said["health_port"]
                        return
            if self.process.returncode is not None:
                raise AssertionError("\n".join(self.log))
            await asyncio.sleep(0.05)

    async def ready(self) -> None:
        """Wait for /readyz to answer 200."""
        async with aiohttp.ClientSession() as session:
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """kill -9."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        await self._gone()

    async def terminate(self) -> int:
        """SIGTERM, and wait for the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await self._gone()

    async def _gone(self) -> int:
        code = await self.process.wait()
        if self._reader is not None:
            await self._reader
        return code


@asynccontextmanager
async def running(file: Path, environ: Mapping[str, str]) -> AsyncIterator[Bot]:
    """One process, killed at the end whatever happens."""
    bot = await Bot.start(file, environ)
    try:
        yield bot
    finally:
        if bot.process.returncode is None:
            await bot.kill()
