"""How DBOS is set up here: its address, its client, its settings and its voice in the log.

The application version is pinned, else every deploy would leave the old runs pending for ever;
results are JSON, never pickle; and the library only speaks from warnings on (engine, Pitfalls).
"""

import logging

from dbos import DBOSClient, DBOSConfig, DBOSPortableJSONSerializer
from dbos._dbos import _get_dbos_instance

from store.database import parse_url

__all__ = [
    "SERIALIZER",
    "library_client",
    "library_config",
    "library_url",
    "quiet_library",
    "stop_taking_up",
]

APPLICATION = "integration-users"
VERSION = "1"
CANCELLED = "Asyncio task cancelled for workflow or step"

SERIALIZER = DBOSPortableJSONSerializer()


def library_url(url: str) -> str:
    """Give the address in the form that DBOS reads, checked; raises BadDatabaseUrl."""
    return parse_url(url).render_as_string(hide_password=False)


def library_client(url: str) -> DBOSClient:
    """Make a client that connects on first use and fails instead of waiting for the database."""
    return DBOSClient(
        system_database_url=library_url(url),
        serializer=SERIALIZER,
        system_database_pool_size=2,
        application_name=APPLICATION,
        lazy=True,
        retry_connection_errors=False,
    )


def library_config(url: str, *, executor_id: str, poll: float) -> DBOSConfig:
    """Settings of a launch. `poll` in seconds also paces how fast a shutdown is noticed."""
    return DBOSConfig(
        name=APPLICATION,
        system_database_url=library_url(url),
        application_version=VERSION,
        executor_id=executor_id,
        serializer=SERIALIZER,
        run_migrations=False,
        sys_db_pool_size=5,
        log_level="WARNING",
        notification_listener_polling_interval_sec=min(0.1, poll / 5),
    )


def stop_taking_up() -> None:
    """End the threads that look into the queues, as a shutdown of the library does first.

    A shutdown also closes what Slack's listeners still need, and the library has no public way to
    do the first half alone.
    """
    for event in _get_dbos_instance().background_thread_stop_events:
        event.set()


class _Expected(logging.Filter):
    """Drops the warning about runs that a shutdown interrupts: they go on at the next start."""

    def filter(self, record: logging.LogRecord) -> bool:
        return CANCELLED not in str(record.msg)


def quiet_library() -> None:
    """Let DBOS log through our handlers, warnings and errors only (no advertising line)."""
    logger = logging.getLogger("dbos")
    logger.setLevel(logging.WARNING)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # else it brings its own console handler
    if not any(isinstance(found, _Expected) for found in logger.filters):
        logger.addFilter(_Expected())
