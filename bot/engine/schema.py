"""The engine's own tables: who makes them, whether they are there, which names they take."""

from pathlib import Path

from dbos import DBOS
from dbos import error as library_error
from dbos._sys_db import SystemDatabase

from bot.engine.library import SERIALIZER, library_url, quiet_library
from store.database import parse_url, use_wal

__all__ = ["TAKEN_TABLE_NAMES", "SchemaMissing", "engine_schema_ok", "migrate_engine"]

# On SQLite the engine's tables lie beside ours, without prefix (engine-in-use 8).
TAKEN_TABLE_NAMES = frozenset(
    {
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
)


class SchemaMissing(RuntimeError):  # noqa: N818 - reads as a sentence at the raise
    """The engine's tables are missing or older than this version needs."""

    def __init__(self) -> None:
        super().__init__(
            "The database has no tables for the job engine, or old ones. "
            "Run `integration-user-bot migrate` once, then start again."
        )


def migrate_engine(url: str) -> None:
    """Bring the engine's tables to their newest revision; does nothing when they are there.

    Needs a role that may create tables; the running bot does not. On Postgres it may have a role
    of its own (docs/adr/0008-the-engine-runs-without-ddl-rights.md says what that is granted).
    """
    quiet_library()
    file = _sqlite_file(url)
    if file is not None:
        use_wal(file)
    DBOS.migrate(library_url(url))


def engine_schema_ok(url: str) -> bool:
    """Tell whether `migrate_engine` has nothing to do; creates and changes nothing.

    Raises SQLAlchemy's OperationalError when the database itself cannot be reached.
    """
    file = _sqlite_file(url)
    if file is not None and not file.exists():
        return False
    library = SystemDatabase.create(
        system_database_url=library_url(url),
        engine_kwargs={"pool_size": 1, "max_overflow": 0},
        engine=None,
        schema="dbos",
        serializer=SERIALIZER,
        executor_id=None,
    )
    try:
        library.verify_migrations()
    except library_error.DBOSInitializationError:
        return False
    finally:
        library.destroy()
    return True


def _sqlite_file(url: str) -> Path | None:
    parsed = parse_url(url)
    return Path(str(parsed.database)) if parsed.drivername == "sqlite" else None
