"""Our tables come and go without trace, are what the code thinks they are, and share a file."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from bot.engine import migrate_engine
from store import schema, tables
from store.database import BadDatabaseUrl, metadata
from tests.postgres import Postgres

ENGINE_NAMES = {
    "application_versions",
    "dbos_migrations",
    "notifications",
    "operation_outputs",
    "queues",
    "streams",
    "workflow_events",
    "workflow_events_history",
    "workflow_input",
    "workflow_output",
    "workflow_schedules",
    "workflow_status",
}
OURS = set(metadata.tables)
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create()
    yield server.url(name)
    server.drop(name)


def picture(connection: Connection) -> dict[str, Any]:
    """All of the database that the outside can see."""
    seen = inspect(connection)
    tables_seen = sorted(seen.get_table_names())
    return {
        table: {
            "columns": [{**one, "type": str(one["type"])} for one in seen.get_columns(table)],
            "primary": seen.get_pk_constraint(table),
            "foreign": sorted(seen.get_foreign_keys(table), key=str),
            "unique": sorted(seen.get_unique_constraints(table), key=str),
            "checks": sorted(
                (one["name"], "".join(one["sqltext"].split()))
                for one in seen.get_check_constraints(table)
            ),
            "indexes": sorted(
                (one["name"], one["column_names"], one["unique"], where(one))
                for one in seen.get_indexes(table)
            ),
        }
        for table in tables_seen
        if table != "alembic_version"
    }


def where(index: Any) -> str:
    """The condition of a partial index."""
    return "".join(str(value) for value in index["dialect_options"].values())


def look(url: str) -> dict[str, Any]:
    with schema.locked(url) as connection:
        return picture(connection)


def difference(connection: Connection) -> list[Any]:
    def ours(_thing: Any, _name: str, _kind: str, reflected: bool, model: Any) -> bool:  # noqa: FBT001 - Alembic calls it so
        return not (reflected and model is None)

    context = MigrationContext.configure(
        connection, opts={"include_object": ours, "compare_type": True}
    )
    return list(compare_metadata(context, metadata))


def test_no_table_of_ours_is_named_like_one_of_the_engines(sqlite_url: str) -> None:
    there = set(look(sqlite_url))
    assert there - OURS == ENGINE_NAMES, "the engine has other tables than we know of"
    assert not OURS & ENGINE_NAMES
    assert tables.request.name in OURS


def test_upgrading_brings_exactly_what_the_code_expects(empty_url: str) -> None:
    schema.upgrade(empty_url)
    migrated = look(empty_url)
    with schema.locked(empty_url) as connection:
        assert difference(connection) == []
        metadata.drop_all(connection)
        metadata.create_all(connection)
    assert migrated == look(empty_url)
    assert set(migrated) == OURS


def test_a_column_that_a_migration_forgot_would_be_noticed(empty_url: str) -> None:
    schema.upgrade(empty_url)
    with schema.locked(empty_url) as connection:
        connection.execute(text("ALTER TABLE vote DROP COLUMN reason"))
        assert [change[0] for change in difference(connection)] == ["add_column"]


def test_up_down_and_up_again_ends_where_up_ended(empty_url: str) -> None:
    assert not schema.current_ok(empty_url)
    schema.upgrade(empty_url)
    assert schema.current_ok(empty_url)
    first = look(empty_url)
    schema.upgrade(empty_url)
    schema.downgrade(empty_url, "base")
    assert not schema.current_ok(empty_url)
    assert look(empty_url) == {}
    schema.upgrade(empty_url)
    assert schema.current_ok(empty_url)
    assert look(empty_url) == first


def test_the_engines_tables_in_the_same_database_stay_untouched(empty_url: str) -> None:
    migrate_engine(empty_url)
    before = look(empty_url)
    schema.upgrade(empty_url)
    with schema.locked(empty_url) as connection:
        assert difference(connection) == []
    both = look(empty_url)
    assert set(both) == set(before) | OURS
    schema.downgrade(empty_url, "base")
    assert look(empty_url) == before


def test_an_upgrade_that_fails_leaves_nothing_behind(empty_url: str) -> None:
    with schema.locked(empty_url) as connection:
        connection.execute(text("CREATE TABLE org (id INTEGER)"))
    with pytest.raises(Exception, match="already exists"):
        schema.upgrade(empty_url)
    assert set(look(empty_url)) == {"org"}
    assert not schema.current_ok(empty_url)


def test_three_upgrades_at_once_are_one_upgrade(empty_url: str) -> None:
    code = "import sys; from store import schema; schema.upgrade(sys.argv[1])"
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", code, empty_url],
            cwd=Path(schema.__file__).parent.parent,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    ends = [(process.communicate()[1], process.returncode) for process in begun]
    assert ends == [("", 0)] * 3
    assert schema.current_ok(empty_url)


def test_asking_about_a_missing_file_creates_none(tmp_path: Path) -> None:
    assert not schema.current_ok(f"sqlite:///{tmp_path / 'none.db'}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("act", [schema.current_ok, schema.upgrade])
def test_a_newer_revision_than_ours_is_named_and_left_alone(
    empty_url: str, act: Callable[[str], object]
) -> None:
    schema.upgrade(empty_url)
    with schema.locked(empty_url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(schema.SchemaNewer, match=r"9999.*Install that version again"):
        act(empty_url)


def test_an_address_that_cannot_be_read_is_refused_without_its_password() -> None:
    with pytest.raises(BadDatabaseUrl) as refused:
        schema.upgrade("mysql://rae:geheim@db/bot")
    assert "geheim" not in str(refused.value)


def test_an_unreachable_server_is_named_without_the_password() -> None:
    with pytest.raises(Exception, match="conn") as away:
        schema.current_ok("postgresql://rae:geheim@127.0.0.1:1/bot")
    assert "geheim" not in f"{away.value!r} {away.value}"


def test_migrations_are_found_in_a_wheel_and_in_a_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "100% ours" / "store"
    package.mkdir(parents=True)
    monkeypatch.setattr(schema, "__file__", str(package / "schema.py"))
    assert schema.scripts() == package.parent / "migrations"
    (package / "_migrations").symlink_to(Path.cwd() / "migrations")
    assert schema.scripts() == package / "_migrations"
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    schema.upgrade(url)
    assert schema.current_ok(url)
