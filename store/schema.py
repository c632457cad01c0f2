"""Are our tables there, and how do they get there? Alembic, from a wheel or from a checkout.

One transaction holds a lock, the tables and the revision: of two processes that upgrade at once the
second waits and then finds nothing to do, and an upgrade that fails leaves nothing behind. The
engine's tables may lie in the same SQLite file and are never touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text

from store.database import BUSY_TIMEOUT_MS, parse_url

_LOCK = 0x49552D6D6967  # "IU-mig": any number that nobody else locks in this database


class SchemaNewer(RuntimeError):  # noqa: N818 - reads as a sentence at the raise
    """The tables have a revision that this program does not know; its text says what to do."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database was made by a newer integration-user-bot (its revision is {revision})."
            " Install that version again; this one leaves the tables alone."
        )


def upgrade(url: str) -> None:
    """Bring our tables to the newest revision; nothing happens when they are there.

    Blocks: give it a thread of its own where a loop runs. Raises BadDatabaseUrl, SchemaNewer, and
    SQLAlchemy's errors when the database does not answer or does not let us create tables.
    """
    with locked(url) as connection:
        _heads(connection)
        command.upgrade(_config(connection), "head")


def downgrade(url: str, revision: str) -> None:
    """Take our tables back to a revision, `base` = none of them. Their rows are lost."""
    with locked(url) as connection:
        command.downgrade(_config(connection), revision)


def current_ok(url: str) -> bool:
    """Tell whether our tables are at the newest revision; creates nothing, not even a file.

    Raises BadDatabaseUrl, SchemaNewer, and SQLAlchemy's errors when the database does not answer.
    """
    parsed = parse_url(url)
    if parsed.drivername == "sqlite" and not Path(str(parsed.database)).exists():
        return False
    engine = _engine(url, begin="BEGIN")
    try:
        with engine.connect() as connection:
            return _heads(connection) == set(_scripts().get_heads())
    finally:
        engine.dispose()


def _heads(connection: Connection) -> set[str]:
    """Which revisions the tables have; raises SchemaNewer for one that is not ours."""
    found = set(MigrationContext.configure(connection).get_current_heads())
    strange = found - {one.revision for one in _scripts().walk_revisions()}
    if strange:
        raise SchemaNewer(min(strange))
    return found


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(None))


@contextmanager
def locked(url: str) -> Iterator[Connection]:
    """Open a transaction that no other upgrade runs beside; committed at the end of the block."""
    engine = _engine(url, begin="BEGIN IMMEDIATE")
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield connection
    finally:
        engine.dispose()


def scripts() -> Path:
    """Say where the migrations lie: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    shipped = package / "_migrations"
    return shipped if shipped.is_dir() else package.parent / "migrations"


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _engine(url: str, *, begin: str) -> Engine:
    parsed = parse_url(url)
    if parsed.drivername != "sqlite":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    engine = create_engine(parsed, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # otherwise CREATE TABLE would not be in the transaction
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")

    @event.listens_for(engine, "begin")
    def say_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
