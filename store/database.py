"""Says how we reach the database: who may write, who reads, and how time is kept.

SQLite has one writer (a pool of one connection, BEGIN IMMEDIATE) and a few readers; on Postgres
both are one pool. Measured: with more than one SQLite writer, or with a deferred BEGIN, writers
stall or fail with "database is locked" (engine-in-use 2). Inside a write transaction never wait
for the network and never ask for a second connection: the one writer is taken.
"""

import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import DateTime, Dialect, MetaData, event, make_url
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator

__all__ = ["AlreadyRunning", "BadDatabaseUrl", "Database", "UtcDateTime", "lock_file", "metadata"]

SQLITE_READERS = 5
POSTGRES_POOL = 10
BUSY_TIMEOUT_MS = 30_000
_ESCAPE = (
    "The database address has more than one @, or an @ in the wrong place, so that nobody can tell "
    "where the password ends. Percent-encode the password (and the user) in "
    "postgresql://USER:PASSWORD@HOST/NAME: write @ as %40, / as %2F, : as %3A and ? as %3F."
)

LOST = {
    "tcp_keepalives_idle": "3",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "9000",
}
"""After 9 s without a sign of life the server gives up a machine, and its locks, row locks too.

Its own limit is two hours. The last counts milliseconds, and is for an answer that nobody takes:
while one is on its way no keepalive is sent (engine, Pitfalls 10; PostgreSQL, 19.3 and tcp(7))."""
ALIVE = {
    "keepalives_idle": 3,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 9000,
}
"""Our side of the same: libpq's names; we notice a server that is gone as soon as it notices us."""
SET_LOST = "SELECT " + ", ".join(f"set_config('{key}', '{LOST[key]}', false)" for key in LOST)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMES)


class BadDatabaseUrl(ValueError):  # noqa: N818 - reads as a sentence at the raise
    """The database address cannot be used. The text never repeats the address."""


class AlreadyRunning(RuntimeError):  # noqa: N818 - reads as a sentence at the raise
    """Another process holds the lock beside the SQLite file."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in, aware UTC out, on both databases.

    SQLite's own type gives naive values back, so there the UTC clock time is stored. A naive
    value is refused with ValueError: nobody can know which zone it meant.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into what the database keeps."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; store aware datetimes only")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn what the database kept into an aware UTC moment."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def parse_url(url: str) -> URL:
    """Read `sqlite:///FILE` or `postgresql://…`; anything else is BadDatabaseUrl.

    The parser's own words are dropped: they may quote a piece of the password. So may host and
    database name after an @ or / that somebody did not escape, and those are shown and logged.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise BadDatabaseUrl(
            "The database address cannot be read. Write sqlite:///FILE or "
            "postgresql://USER:PASSWORD@HOST/NAME, with / and @ in the password as %2F and %40."
        ) from None
    if parsed.drivername == "sqlite" and parsed.database not in {None, "", ":memory:"}:
        return parsed
    if parsed.drivername == "postgresql":
        if url.count("@") > 1 or "@" in f"{parsed.host}{parsed.database}":
            raise BadDatabaseUrl(_ESCAPE)
        return parsed
    raise BadDatabaseUrl(
        "The database address must begin with sqlite:/// and name a file, or with postgresql://."
    )


def async_url(url: str) -> URL:
    """Name the asyncio driver that we use for this address."""
    parsed = parse_url(url)
    driver = "sqlite+aiosqlite" if parsed.drivername == "sqlite" else "postgresql+psycopg"
    return parsed.set(drivername=driver)


def _sqlite_engine(url: URL, *, writer: bool) -> AsyncEngine:
    """One SQLite pool; a reader cannot write, the writer takes the lock at BEGIN."""
    engine = create_async_engine(
        url,
        pool_size=1 if writer else SQLITE_READERS,
        max_overflow=0,
        pool_timeout=BUSY_TIMEOUT_MS / 1000,
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, see below
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        if not writer:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


def _postgres_engine(url: URL) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=POSTGRES_POOL,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={**ALIVE, "application_name": "integration-user-bot"},
    )
    let_go_when_lost(engine)
    return engine


def let_go_when_lost(engine: AsyncEngine) -> None:
    """Have the server notice within seconds that the machine of a connection is gone (`LOST`).

    Said after connecting: as a startup option a pooler may refuse it, and the address may have
    options of its own. Over a Unix socket it means nothing, and nothing is needed there.
    """

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(SET_LOST)
        cursor.close()
        connection.commit()  # else the first rollback takes it back


class Database:
    """The store's database. `write()` is a transaction, `read()` a snapshot that cannot write."""

    def __init__(self, url: URL, *, writer: AsyncEngine, reader: AsyncEngine) -> None:
        self._url = url
        self._writer = writer
        self._reader = reader

    @classmethod
    def open(cls, url: str) -> "Database":
        """Prepare pools for `sqlite:///FILE` or `postgresql://…`; connects on first use.

        Raises BadDatabaseUrl. Must be disposed in the loop that used it.
        """
        address = async_url(url)
        if address.get_backend_name() == "sqlite":
            return cls(
                address,
                writer=_sqlite_engine(address, writer=True),
                reader=_sqlite_engine(address, writer=False),
            )
        engine = _postgres_engine(address)
        return cls(address, writer=engine, reader=engine)

    def __repr__(self) -> str:
        return f"Database({self._url.render_as_string(hide_password=True)})"

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        """Which of the two databases this is."""
        return "sqlite" if self._url.get_backend_name() == "sqlite" else "postgresql"

    @property
    def file(self) -> Path | None:
        """The SQLite file; None on Postgres."""
        return Path(str(self._url.database)) if self.dialect == "sqlite" else None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed at the end of the block, rolled back by any exception."""
        async with self._writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One consistent look: all statements of the block see the same moment; none can write."""
        async with self._reader.connect() as connection:
            if self.dialect == "postgresql":
                await connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            async with connection.begin():
                yield connection

    async def dispose(self) -> None:
        """Close every connection."""
        await self._writer.dispose()
        await self._reader.dispose()


def use_wal(path: Path) -> None:
    """Make write-ahead logging a property of the SQLite file, created if missing."""
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


@contextmanager
def lock_file(path: Path) -> Iterator[None]:
    """Hold the exclusive lock beside the SQLite file `path` for the length of the block.

    The operating system gives it back when the process ends, however it ends. Raises
    AlreadyRunning when another process, or another block of this one, holds it.
    """
    beside = path.with_name(path.name + ".lock")
    descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                f"Another bot is running on {path}. Stop it first, or give this one "
                "its own file in DATABASE_URL."
            ) from None
        yield
    finally:
        os.close(descriptor)
