"""How much does a bot that has nothing to do ask of PostgreSQL?

The real `run` at its own pace, against a server that writes down every statement with the name of
the connection that sent it: that tells the engine's share from ours. One minute, so that the
clock's tick is in it once; nobody asks /readyz, which is a supervisor's choice. A `;` is the
driver's question whether a pooled connection still lives.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bot.app import queues
from bot.engine import migrate_engine
from store.schema import upgrade
from tests.bench.figures import Figure
from tests.postgres import Postgres, running_postgres
from tests.story.house import House
from tests.story.process import Bot, world

_SECONDS = 60.0
_SETTLED = 62.0
"""Seconds after the start: in its first minute the library asks for schedules every second."""

_MOST = 8
_WORDS = 60
_BOUNDS = {"BEGIN", "COMMIT", "ROLLBACK"}
_LINE = re.compile(
    r"bench<(?P<db>\w*)\|(?P<who>[^>]*)> LOG:  (?:statement|execute [^:]*): (?P<sql>.*)"
)
_PARTS = {
    "dbos_transact": "engine, the library",
    "dbos_transact_client": "engine, what we ask of the library",
    "integration-user-bot lock": "engine, the lock of this process",
    "integration-user-bot": "store, for courier and tick",
}
"""Who names its connections so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement:
    """One line of the server's log."""

    part: str
    sql: str

    @property
    def is_bound(self) -> bool:
        """Does it only begin or end a transaction, or knock?"""
        return self.sql == ";" or self.sql.split(" ")[0] in _BOUNDS


async def idle(folder: Path) -> list[Figure]:
    """Statements per second by who sent them, and the transactions that the server counts."""
    place = folder / "idle"
    place.mkdir()
    with running_postgres() as postgres:
        name = postgres.create()
        upgrade(postgres.url(name))
        migrate_engine(postgres.url(name))
        _write_down(postgres)
        async with world(place, postgres.url(name)) as house:
            bot = await Bot.start(house.file, house.environ)
            try:
                await asyncio.gather(bot.idle(), asyncio.sleep(_SETTLED))
                return await _watch(postgres, name, house, bot.process.pid)
            finally:
                await bot.terminate()


def _write_down(postgres: Postgres) -> None:
    """Let the server log every statement with the database and the connection's name."""
    postgres.execute(
        "ALTER SYSTEM SET log_line_prefix = 'bench<%d|%a> '",
        "ALTER SYSTEM SET log_statement = 'all'",
        "SELECT pg_reload_conf()",
    )


async def _watch(postgres: Postgres, name: str, house: House, pid: int) -> list[Figure]:
    log = Path(_ask(postgres, "SHOW data_directory")) / "log"
    count = f"SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = '{name}'"
    start, cpu, before = log.stat().st_size, _cpu(pid), int(_ask(postgres, count))
    begun = time.perf_counter()
    await asyncio.sleep(_SECONDS)
    seconds = time.perf_counter() - begun
    transactions, cpu = int(_ask(postgres, count)) - before, _cpu(pid) - cpu
    with log.open("rb") as file:
        file.seek(start)
        lines = file.read().decode(errors="replace").splitlines()
    said = [
        _Statement(part=_PARTS.get(found["who"], found["who"]), sql=found["sql"])
        for line in lines
        if (found := _LINE.match(line)) and found["db"] == name
    ]
    known = len(queues(house.app.settings))
    orgs = len(house.app.settings.orgs)
    whole = _rates(f"all, {orgs} orgs with {known} queues", said, seconds)
    whole.values["transactions/s, the server's count"] = f"{transactions / seconds:.1f}"
    whole.values["bot's CPU %"] = f"{100 * cpu / seconds:.1f}"
    return [whole, *_by_part(said, seconds), *_most(said, seconds)]


def _by_part(said: Sequence[_Statement], seconds: float) -> list[Figure]:
    parts = sorted({one.part for one in said})
    return [
        _rates(f"  {part}", [one for one in said if one.part == part], seconds) for part in parts
    ]


def _rates(what: str, said: Sequence[_Statement], seconds: float) -> Figure:
    work = sum(not one.is_bound for one in said)
    return Figure(
        what=what,
        values={
            "statements/s": f"{len(said) / seconds:.1f}",
            "without BEGIN, COMMIT and ;": f"{work / seconds:.1f}",
        },
    )


def _most(said: Sequence[_Statement], seconds: float) -> list[Figure]:
    """What is said most often, transactions' bounds left out."""
    words = Counter(
        f"    {one.part}: {one.sql[:_WORDS].rstrip()}" for one in said if not one.is_bound
    )
    return [
        Figure(what=what, values={"statements/s": f"{times / seconds:.1f}"})
        for what, times in words.most_common(_MOST)
    ]


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has used (Linux): fields 14 and 15 of its stat."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _ask(postgres: Postgres, question: str) -> str:
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return str(row[0])
