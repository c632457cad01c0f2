"""Where do the two databases differ for the store? Here, and nowhere else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, DateTime, Table, func, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import UtcDateTime


def insert(conn: AsyncConnection, table: Table) -> postgresql.Insert:
    """Begin an INSERT that can say ON CONFLICT; both dialects spell it alike."""
    if conn.dialect.name == "sqlite":
        return cast("postgresql.Insert", sqlite.insert(table))
    return postgresql.insert(table)


def moment(
    conn: AsyncConnection, now: datetime, plus: timedelta = timedelta()
) -> ColumnElement[datetime]:
    """Tell the time that replicas agree on: the database's on Postgres, `now` on SQLite."""
    if conn.dialect.name == "sqlite":
        return literal(now + plus, UtcDateTime)
    return func.clock_timestamp(type_=DateTime(timezone=True)) + plus
