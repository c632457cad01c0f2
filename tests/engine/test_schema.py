"""The engine's tables: made by `migrate`, demanded by `run`, never in the way of ours."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from bot.engine import (
    JSON,
    TAKEN_TABLE_NAMES,
    Engine,
    Jobs,
    QueueSpec,
    Run,
    SchemaMissing,
    engine_schema_ok,
    migrate_engine,
)
from store import ledger
from store.database import Database, metadata
from store.schema import current_ok, upgrade
from tests.postgres import Postgres
from tests.store.people import NOW, RAE, asked, line

ROOT = Path(__file__).parents[2]

SOON = timedelta(seconds=10)


@pytest.fixture
def empty_postgres_url(postgres: Postgres) -> Iterator[str]:
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


async def test_without_its_tables_the_engine_says_what_to_run_and_makes_none(
    empty_url: str,
) -> None:
    engine = Engine(empty_url, Jobs(), [QueueSpec(name="work")])
    with pytest.raises(SchemaMissing, match="integration-user-bot migrate"):
        await engine.launch()
    await engine.drain(0)
    assert not engine_schema_ok(empty_url)


def test_migrating_makes_the_tables_and_a_second_time_changes_nothing(empty_url: str) -> None:
    migrate_engine(empty_url)
    assert engine_schema_ok(empty_url)
    migrate_engine(empty_url)
    assert engine_schema_ok(empty_url)


def test_a_file_with_an_older_schema_is_not_ok(sqlite_url: str) -> None:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE dbos_migrations SET version = version - 1")
    connection.close()
    assert not engine_schema_ok(sqlite_url)


def test_the_sqlite_file_is_in_wal_mode_from_the_start(tmp_path: Path) -> None:
    file = tmp_path / "new.db"
    migrate_engine(f"sqlite:///{file}")
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_no_table_of_ours_has_a_name_that_the_engine_takes(tmp_path: Path) -> None:
    file = tmp_path / "engine-only.db"
    migrate_engine(f"sqlite:///{file}")
    connection = sqlite3.connect(file)
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    made = {name for (name,) in rows}
    connection.close()
    import store.tables  # noqa: PLC0415 - fills the metadata; only this test needs it

    assert store.tables.metadata is metadata
    assert made == TAKEN_TABLE_NAMES
    assert metadata.tables
    assert not TAKEN_TABLE_NAMES & set(metadata.tables)


def recipe(role: str) -> list[str]:
    """What the decision tells people to grant, word for word."""
    page = ROOT / "docs/adr/0008-the-engine-runs-without-ddl-rights.md"
    (block,) = re.findall(r"^```sql\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    lines: list[str] = block.splitlines()
    assert all(line.endswith(" TO bot;") for line in lines)
    return [line.replace(" TO bot;", f" TO {role};") for line in lines]


@pytest.fixture
def humble_url(postgres: Postgres, empty_postgres_url: str) -> Iterator[str]:
    """A database with every table, as a role that has what the decision says and no more."""
    name = empty_postgres_url.rsplit("/", 1)[1].split("?", maxsplit=1)[0]
    role = f"app_{name}"
    postgres.execute(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
    upgrade(empty_postgres_url)
    migrate_engine(empty_postgres_url)
    postgres.execute(*recipe(role), database=name)
    yield postgres.url(name, user=role)
    postgres.execute(f"DROP OWNED BY {role}", database=name)
    postgres.execute(f"DROP ROLE {role}")


def may_create_tables(url: str, schema: str) -> bool:
    with psycopg.connect(url) as connection:
        try:
            connection.execute(f"CREATE TABLE {schema}.mine (id int)".encode())
        except psycopg.errors.InsufficientPrivilege:
            return False
    return True


@pytest.mark.postgres
async def test_the_bot_runs_under_a_role_that_may_not_create_tables(humble_url: str) -> None:
    assert not may_create_tables(humble_url, "public")
    assert not may_create_tables(humble_url, "dbos")
    assert current_ok(humble_url)
    assert engine_schema_ok(humble_url)

    async def work(run: Run) -> JSON:
        return await run.step("say", say)

    async def say() -> str:
        return "done without DDL"

    jobs = Jobs()
    jobs.register("work", work)
    queues = [QueueSpec(name="work", concurrency=1)]
    engine = Engine(humble_url, jobs, queues, poll=0.02, adopt_every=0.5)
    database = Database.open(humble_url)
    await engine.launch()
    try:
        async with database.write() as connection:
            request = await ledger.create(connection, requester=RAE, asked=asked(), now=NOW)
            await ledger.note(connection, request.id, line())
            await engine.enqueue(
                connection, job="work", id="work-1", queue="work", delay=timedelta(seconds=0.1)
            )
        assert await engine.wait("work-1", SOON) == "done without DDL"
        assert await engine.alive()
        async with database.read() as connection:
            assert await ledger.get(connection, request.id) == request
            (kept,) = await ledger.journal(connection, request.id)
        assert kept.event == "requested"
    finally:
        await engine.drain(0)
        await database.dispose()
