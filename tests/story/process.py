"""The real `run` in processes of its own: started, killed, terminated, started again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from store.database import Database
from tests.story.house import House, living_house

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60.0


@asynccontextmanager
async def world(folder: Path, database_url: str, **given: Any) -> AsyncIterator[House]:
    """The make-believe world, its configuration, and eyes for the store: the bot is elsewhere."""
    async with living_house(folder, database_url, start=False, **given) as house:
        house.patience = PATIENCE
        house.app.database = Database.open(database_url)
        try:
            yield house
        finally:
            await house.app.database.dispose()


@dataclass
class Bot:
    """One process of the bot."""

    process: asyncio.subprocess.Process
    log: list[str] = field(default_factory=list)
    port: int = 0
    _reader: asyncio.Task[None] | None = None

    @classmethod
    async def spawn(cls, file: Path, environ: Mapping[str, str], *options: str) -> Bot:
        """Start `run` and wait for nothing."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", "run", "--config", str(file), *options),
            cwd=ROOT,
            env=dict(environ),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        bot = cls(process)
        bot._reader = asyncio.create_task(bot._read())
        return bot

    @classmethod
    async def start(cls, file: Path, environ: Mapping[str, str]) -> Bot:
        """Start `run` and wait until it says that it is ready."""
        bot = await cls.spawn(file, environ)
        try:
            async with asyncio.timeout(PATIENCE):
                await bot.started()
                await bot.ready()
        except BaseException:
            await bot.kill()
            raise
        return bot

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.log.append(line.decode(errors="replace").rstrip())

    def said(self, event: str) -> list[dict[str, Any]]:
        """The lines of the log about an event."""
        found = []
        for line in self.log:
            with contextlib.suppress(ValueError):
                values = json.loads(line)
                if values.get("event") == event:
                    found.append(values)
        return found

    async def saying(self, event: str) -> dict[str, Any]:
        """Wait for an event in the log; fails when the process ends without it."""
        async with asyncio.timeout(PATIENCE):
            while not (found := self.said(event)):
                if self.process.returncode is not None:
                    raise AssertionError("\n".join(self.log))
                await asyncio.sleep(0.02)
        return found[0]

    async def started(self) -> None:
        """Wait until the parts are up; Slack and the orgs may still be on their way."""
        self.port = (await self.saying("bot.started"))["health_port"]

    async def get(self, path: str) -> tuple[int, str]:
        """Ask the health port; status and body."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{self.port}{path}") as answer,
        ):
            return answer.status, await answer.text()

    async def readiness(self) -> tuple[int, dict[str, Any]]:
        """What /readyz says."""
        status, text = await self.get("/readyz")
        return status, json.loads(text)

    async def ready(self) -> None:
        """Wait for /readyz to answer 200."""
        while (await self.get("/readyz"))[0] != 200:  # noqa: ASYNC110 - asked as a supervisor does
            await asyncio.sleep(0.05)

    async def idle(self) -> None:
        """Wait until every run that the log knows of has ended, and none follows."""
        async with asyncio.timeout(PATIENCE):
            while not self.said("run.begun") or self._at_work():  # noqa: ASYNC110 - a log tells
                await asyncio.sleep(0.1)
            await asyncio.sleep(1.2)
            while self._at_work():  # noqa: ASYNC110 - a log tells
                await asyncio.sleep(0.1)

    def _at_work(self) -> bool:
        return len(self.said("run.begun")) > len(self.said("run.ended"))

    async def kill(self) -> None:
        """kill -9."""
        self.send(signal.SIGKILL)
        await self.gone()

    def send(self, number: signal.Signals) -> None:
        """Send a signal. The library's own way may take the exit code away from who waits."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, number)

    async def terminate(self, number: signal.Signals = signal.SIGTERM) -> int:
        """SIGTERM, and wait for the exit code."""
        self.send(number)
        return await self.gone()

    async def gone(self) -> int:
        """Wait for the exit code, with the whole log read."""
        code = await self.process.wait()
        if self._reader is not None:
            await self._reader
        return code


@asynccontextmanager
async def running(house: House) -> AsyncIterator[Bot]:
    """One process, ready and known to Slack; killed at the end whatever happens."""
    bot = await Bot.start(house.file, house.environ)
    try:
        if house.mode == "http":
            house.reached_at((await bot.saying("slack.listening"))["port"])
        yield bot
    finally:
        if bot.process.returncode is None:
            await bot.kill()


@asynccontextmanager
async def spawned(house: House, **environ: str) -> AsyncIterator[Bot]:
    """One process that may never get ready; killed at the end whatever happens."""
    bot = await Bot.spawn(house.file, {**house.environ, **environ})
    try:
        yield bot
    finally:
        if bot.process.returncode is None:
            await bot.kill()
