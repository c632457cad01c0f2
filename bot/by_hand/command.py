"""`job` as the command line calls it: alone or beside a running bot, for real or in words."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Mapping

from bot.by_hand import preview as previews
from bot.by_hand import running
from bot.by_hand.running import NAMES, NOT_BUILT, Say
from bot.config import Settings
from bot.engine import SchemaMissing, engine_schema_ok
from store.database import AlreadyRunning, Database, lock_file
from store.schema import current_ok

__all__ = ["NAMES", "NOT_BUILT", "preview", "refusal", "run"]


def refusal(name: str) -> str:
    """Why there is no such job to run."""
    if name in NOT_BUILT:
        return f"{name} is not built yet"
    close = difflib.get_close_matches(name, NAMES, n=1)
    guess = f" Did you mean {close[0]}?" if close else ""
    return f"There is no job {name}.{guess} There are: {', '.join(NAMES)}."


def run(
    settings: Settings, environ: Mapping[str, str], name: str, say: Say, *, again: bool
) -> bool:
    """Run the job; True when all went well. Raises what the database raises, `SchemaMissing`.

    On SQLite the lock beside the file tells whether a bot is running; on Postgres several
    processes may work side by side, so the job is always run here.
    """
    _tables(settings)
    file = Database.open(settings.database_url.get_secret_value()).file

    def go(*, alone: bool) -> bool:
        work = running.run(settings, environ, name, again=again, alone=alone, say=say)
        return asyncio.run(work)

    if file is None:
        return go(alone=True)
    try:
        with lock_file(file):
            return go(alone=True)
    except AlreadyRunning:
        return go(alone=False)


def preview(
    settings: Settings,
    environ: Mapping[str, str],
    name: str,
    say: Say,
    *,
    again: bool = False,  # noqa: ARG001 - called like `run`
) -> bool:
    """Say what the job would post; nothing is written. False when an org could not be looked at."""
    _tables(settings)
    words, well = asyncio.run(previews.preview(settings, environ, name))
    say(words)
    return well


def _tables(settings: Settings) -> None:
    url = settings.database_url.get_secret_value()
    if not (current_ok(url) and engine_schema_ok(url)):
        raise SchemaMissing
