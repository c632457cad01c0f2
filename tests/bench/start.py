"""How long from start to ready, and how much memory, beside a bare Bolt process?"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.peak import kilobytes
from tests.story.house import living_house
from tests.story.process import Bot

_BARE = "import slack_bolt.async_app, aiohttp, sqlalchemy;print(open('/proc/self/status').read())"


async def start(folder: Path, url_of: Callable[[Path], str]) -> list[Figure]:
    """The real `run`, three times, and the imports alone."""
    figures = [await _bare()]
    place = folder / "start"
    place.mkdir()
    async with living_house(place, url_of(place), start=False) as house:
        for number in (1, 2, 3):
            begun = time.perf_counter()
            bot = await Bot.start(house.file, house.environ)
            ready = time.perf_counter() - begun
            await asyncio.sleep(2)
            memory = _resident(bot.process.pid)
            begun = time.perf_counter()
            await bot.terminate()
            figures.append(
                Figure(
                    what=f"run, start {number}",
                    values={
                        "to ready s": f"{ready:.2f}",
                        "resident MB": f"{memory:.0f}",
                        "SIGTERM to exit s": f"{time.perf_counter() - begun:.2f}",
                    },
                )
            )
    return figures


async def _bare() -> Figure:
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _BARE, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    return Figure(
        what="imports of Bolt, aiohttp and SQLAlchemy alone",
        values={
            "to ready s": f"{time.perf_counter() - begun:.2f}",
            "resident MB": f"{kilobytes(out.decode(), 'VmRSS') / 1024:.0f}",
        },
    )


def _resident(pid: int) -> float:
    """Resident megabytes of a process (Linux)."""
    return kilobytes(Path(f"/proc/{pid}/status").read_text(), "VmRSS") / 1024
