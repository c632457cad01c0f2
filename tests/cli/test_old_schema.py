"""Tables of an older release, one revision back: what `run` and `job` say, and what they leave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from store import schema
from tests.cli.conftest import Type
from tests.story.house import House
from tests.story.process import running, spawned, world

pytestmark = pytest.mark.slow

TOLD = "The database's tables are missing or old. Run: integration-user-bot migrate"
JOBS = [("job", "digest"), ("job", "expire", "--again"), ("job", "stale", "--dry-run")]


def ours_back(url: str) -> None:
    schema.downgrade(url, "-1")


def engines_back(url: str) -> None:
    """The engine's last revision made nothing that a second time would mind."""
    with schema.locked(url) as connection:
        table = "dbos_migrations" if url.startswith("sqlite") else "dbos.dbos_migrations"
        connection.execute(text(f"UPDATE {table} SET version = version - 1"))


def contents(url: str) -> dict[str, Any]:
    """Every table with its columns and rows, the engine's too."""
    with schema.locked(url) as connection:
        seen = inspect(connection)
        rooms = [None, "dbos"] if "dbos" in seen.get_schema_names() else [None]
        return {
            f"{room or ''}.{table}": (
                [(one["name"], str(one["type"])) for one in seen.get_columns(table, room)],
                [
                    tuple(row)
                    for row in connection.execute(
                        text(f'SELECT * FROM {f"{room}." if room else ""}"{table}"')
                    )
                ],
            )
            for room in rooms
            for table in seen.get_table_names(room)
        }


@pytest.fixture
async def outside(tmp_path: Path, database_url: str) -> AsyncIterator[House]:
    async with world(tmp_path, database_url) as house:
        yield house


@pytest.mark.parametrize("back", [ours_back, engines_back])
async def test_run_and_job_on_tables_one_revision_back_change_nothing_and_work_after_migrate(
    outside: House, typed: Type, back: Callable[[str], None]
) -> None:
    url = outside.environ["DATABASE_URL"]
    await asyncio.to_thread(back, url)
    before = await asyncio.to_thread(contents, url)

    async def ended(*words: str) -> Any:
        given = {**outside.environ, "INTEGRATION_USERS_CONFIG": str(outside.file)}
        return await asyncio.to_thread(typed, *words, **given)

    async with spawned(outside) as bot:
        assert await bot.gone() == 3
    assert [line for line in bot.log if not line.startswith("{")] == [TOLD]
    for words in JOBS:
        told = await ended(*words)
        assert (told.exit_code, told.stdout, told.stderr) == (3, "", f"{TOLD}\n"), words
    assert await asyncio.to_thread(contents, url) == before
    assert outside.slack.channel("C0OPS").messages == []

    migrated = await ended("migrate")
    assert (migrated.exit_code, migrated.stderr) == (0, "")
    assert (await ended("job", "expire")).exit_code == 0
    async with running(outside) as bot:
        assert (await bot.readiness())[0] == 200
        assert await bot.terminate() == 0
