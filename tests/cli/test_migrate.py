"""`migrate` and `migrate --check`, on both databases, and a database that cannot be used."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Type
from tests.postgres import Postgres


def test_migrate_makes_the_tables_and_check_only_tells(typed: Type, tmp_path: Path) -> None:
    before = typed("migrate", "--check")
    assert (before.exit_code, before.stdout) == (
        1,
        "tables: missing or old; engine: missing or old\n",
    )
    assert not list(tmp_path.iterdir())
    assert typed("migrate").exit_code == 0
    assert (tmp_path / "integration-users.db").exists()
    after = typed("migrate", "--check")
    assert (after.exit_code, after.stdout) == (
        0,
        "tables: newest revision; engine: newest revision\n",
    )
    assert typed("migrate").exit_code == 0


def test_tables_of_a_newer_program_are_told_by_every_command(typed: Type, tmp_path: Path) -> None:
    typed("migrate")
    with closing(sqlite3.connect(tmp_path / "integration-users.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    commands = (("migrate",), ("migrate", "--check"), ("requests",))
    for words in commands:
        ended = typed(*words)
        assert ended.exit_code == 1, words
        assert "a newer integration-user-bot (its revision is 9999)" in ended.stderr, words
    schema = next(
        one for one in json.loads(typed("check", "--json").stdout) if "9999" in one["text"]
    )
    assert schema["name"] == "schema"
    assert "Install that version again" in schema["remedy"]


@pytest.mark.postgres
def test_migrate_makes_the_tables_on_postgres(typed: Type, postgres: Postgres) -> None:
    name = postgres.create()
    url = postgres.url(name)
    try:
        assert typed("migrate", "--check", DATABASE_URL=url).exit_code == 1
        assert typed("migrate", DATABASE_URL=url).exit_code == 0
        assert typed("migrate", "--check", DATABASE_URL=url).exit_code == 0
    finally:
        postgres.drop(name)


@pytest.mark.parametrize(
    "words", [("migrate",), ("migrate", "--check"), ("requests",)], ids=" ".join
)
def test_a_database_that_cannot_be_reached_is_told_without_the_password(
    typed: Type, words: tuple[str, ...]
) -> None:
    said = typed(*words, DATABASE_URL="postgresql://rae:hunter2@127.0.0.1:1/bot")
    assert said.exit_code == 1
    assert said.stderr.startswith("The database cannot be used: ")
    assert "127.0.0.1" in said.stderr
    assert "hunter2" not in said.output
    assert "Traceback" not in said.output


@pytest.mark.parametrize(
    "words",
    [("migrate",), ("migrate", "--check"), ("requests",), ("requests", "show", "1"), ("check",)],
    ids=" ".join,
)
@pytest.mark.parametrize("password", ["Tr0ub@Hunter2", "Tr0ub/Hunter2@Hunter2", "Tr0ub@Hunter2?x"])
def test_no_piece_of_a_password_with_an_at_sign_is_printed(
    typed: Type, words: tuple[str, ...], password: str
) -> None:
    said = typed(*words, DATABASE_URL=f"postgresql://rae:{password}@127.0.0.1:1/bot")
    assert said.exit_code == (1 if words == ("check",) else 2)
    assert "Percent-encode the password" in said.output
    assert "%40" in said.output
    assert "Hunter2" not in said.output
    assert "Tr0ub" not in said.output


def test_a_folder_that_is_not_there_is_told(typed: Type, tmp_path: Path) -> None:
    said = typed("migrate", DATABASE_URL=f"sqlite:///{tmp_path}/no/such/bot.db")
    assert said.exit_code == 1
    assert said.stderr.startswith("The database cannot be used: ")


def test_an_address_that_is_none_is_a_bad_configuration(typed: Type) -> None:
    said = typed("migrate", DATABASE_URL="mysql://rae:hunter2@db/bot")
    assert said.exit_code == 2
    assert "DATABASE_URL" in said.stderr
    assert "hunter2" not in said.output


@pytest.mark.postgres
def test_a_role_that_may_not_make_tables_is_told(typed: Type, postgres: Postgres) -> None:
    name = postgres.create()
    role = f"small_{name}"
    postgres.execute(f"CREATE ROLE {role} LOGIN")
    try:
        said = typed("migrate", DATABASE_URL=postgres.url(name, user=role))
        assert said.exit_code == 1
        assert "permission denied" in said.stderr
    finally:
        postgres.drop(name)
        postgres.execute(f"DROP ROLE {role}")
