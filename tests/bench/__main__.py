"""`make bench`: a table per question. Read ratios within one run, machines are noisy."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
from pathlib import Path

from bot import logs
from bot.config import forget
from bot.engine import migrate_engine
from store.schema import upgrade
from tests.bench.acks import acks
from tests.bench.figures import table
from tests.bench.road import road
from tests.bench.start import start
from tests.story.house import copy_of


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Measure and print."""
    forget(os.environ)
    logs.configure("console", level=logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        template = folder / "template.db"
        upgrade(f"sqlite:///{template}")
        migrate_engine(f"sqlite:///{template}")
        places = {part: folder / part for part in ("acks", "start")}
        for place in places.values():
            place.mkdir()
        _say(
            table(
                "Acks over Socket Mode",
                asyncio.run(acks(places["acks"], copy_of(template, places["acks"]))),
            )
        )
        _say(table("One user", asyncio.run(road(folder, lambda place: copy_of(template, place)))))
        _say(
            table(
                "The process, SQLite",
                asyncio.run(start(places["start"], copy_of(template, places["start"]))),
            )
        )


if __name__ == "__main__":
    main()
