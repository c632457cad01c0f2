"""How Alembic reaches our tables, and only ours.

`store.schema` passes a connection inside a transaction that it has locked. The `alembic` command
has none to pass and goes through `store.schema` with DATABASE_URL.
"""

from __future__ import annotations

import os
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from store import schema
from store.database import UtcDateTime, metadata
from store.tables import Words


def ours(
    _thing: Any,
    _name: str | None,
    _kind: str,
    reflected: bool,  # noqa: FBT001 - Alembic calls it so
    model: Any,
) -> bool:
    """Look away from what lies in the database without a model: the engine's tables."""
    return not (reflected and model is None)


def plain(_kind: str, thing: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as what they are in SQL, so that old revisions need no old code."""
    match thing:
        case UtcDateTime():
            return "sa.DateTime(timezone=True)"
        case Words():
            return "sa.Text()"
    return False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=ours,
        render_item=plain,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


connection = context.config.attributes.get("connection")
if connection is not None:
    migrate(connection)
else:
    with schema.locked(os.environ["DATABASE_URL"]) as mine:
        migrate(mine)
