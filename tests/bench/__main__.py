"""`make bench`: a table per question. Read ratios within one run, machines are noisy.

`python -m tests.bench idle scans` measures these only.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot import logs
from bot.config import forget
from bot.engine import migrate_engine
from store.schema import upgrade
from tests.bench.acks import acks
from tests.bench.figures import Figure, table
from tests.bench.idle import idle
from tests.bench.road import road
from tests.bench.scans import scans
from tests.bench.start import start
from tests.story.house import copy_of

UrlOf = Callable[[Path], str]


async def _idle(folder: Path, _url_of: UrlOf) -> list[Figure]:
    return await idle(folder)


_PARTS: dict[str, tuple[str, Callable[[Path, UrlOf], Awaitable[list[Figure]]]]] = {
    "acks": ("Acks, from sent to answered", acks),
    "road": ("One user", road),
    "start": ("The process, SQLite", start),
    "scans": ("Digest and stale scan, SQLite", scans),
    "idle": ("Idle for a minute, PostgreSQL", _idle),
}


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def _measure(part: str, folder: Path, url_of: UrlOf) -> str:
    title, measure = _PARTS[part]
    return table(title, await measure(folder, url_of))


def main(wanted: list[str]) -> None:
    """Measure and print: the parts named, or all."""
    if unknown := set(wanted) - _PARTS.keys():
        raise SystemExit(f"No such part: {', '.join(unknown)}. There are: {', '.join(_PARTS)}.")
    forget(os.environ)
    logs.configure("console", level=logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        template = folder / "template.db"
        upgrade(f"sqlite:///{template}")
        migrate_engine(f"sqlite:///{template}")
        for part in wanted or _PARTS:
            shown = asyncio.run(_measure(part, folder, lambda place: copy_of(template, place)))
            _say(shown)


if __name__ == "__main__":
    main(sys.argv[1:])
