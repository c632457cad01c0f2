"""Which tables are ours? Thirteen of them, none named like one of the engine's.

The engine may live in the same SQLite file, so its names are taken (engine-in-use 8). Constraints
and indexes are named by the metadata's convention: SQLite's batch migrations find them by name.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect

from store.database import UtcDateTime, metadata
from store.records import Source, State

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(words: str) -> str:
    """Replace what no database stores or compares by U+FFFD."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", words)


class Words(TypeDecorator[str]):
    """Text that a person or an org wrote: what no database stores becomes U+FFFD, never an error.

    PostgreSQL refuses NUL in text, and both databases refuse half a surrogate pair.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy calls it so
        """Replace what cannot be stored."""
        return None if value is None else storable(value)


def _json(name: str, *, nullable: bool = True) -> Column[Any]:
    """Keep a record's `to_json`; None is SQL's NULL."""
    return Column(name, JSON(none_as_null=True), nullable=nullable)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text("0"))


def _one_of(column: str, values: type[State | Source]) -> CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


request = Table(
    "request",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("withdrawing", Boolean, nullable=False, server_default=text("false")),
    Column("requester", String(40), nullable=False, index=True),
    Column("org", String(100), nullable=False, index=True),
    Column("owner", String(40), nullable=False, index=True),
    Column("backup_owner", String(40), nullable=False, index=True),
    Column("username", Words, nullable=False),
    _json("asked", nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    _json("preflight"),
    Column("wanted_hash", String(64), nullable=False, server_default=""),
    _json("finding"),
    Column("user_id", String(18)),
    _json("permission_sets", nullable=False),
    Column("approved_at", UtcDateTime),
    Column("user_made_at", UtcDateTime),
    Column("psl_made_at", UtcDateTime),
    Column("undone_at", UtcDateTime),
    Column("next_try_at", UtcDateTime),
    Column("proof_until", UtcDateTime),
    _count("preflights"),
    _count("provisions"),
    _count("smokes"),
    _count("undos"),
    _count("tries"),
    _json("pinned"),
    _one_of("state", State),
    Index(None, "state"),
    sqlite_autoincrement=True,  # a number is never given twice, even if the newest row were deleted
)

vote = Table(
    "vote",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("request", Integer, ForeignKey("request.id"), nullable=False),
    Column("who", String(40), nullable=False),
    Column("decision", String(20), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("reason", Words, nullable=False),
    Column("wanted_hash", String(64), nullable=False),
    Column("voided_at", UtcDateTime),
)

once_per_voter = Index(
    "uq_vote_request_who_wanted_hash",
    vote.c.request,
    vote.c.who,
    vote.c.wanted_hash,
    unique=True,
    sqlite_where=vote.c.voided_at.is_(None),
    postgresql_where=vote.c.voided_at.is_(None),
)

journal = Table(
    "journal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("request", Integer, ForeignKey("request.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("source", String(20), nullable=False),
    Column("event", String(60), nullable=False),
    Column("detail", Words, nullable=False),
    _json("before"),
    _json("after"),
    Column("run", String(200)),
    Column("step", Text),
    _one_of("source", Source),
    # NULLs are all different: what people do has no run and is never a repetition.
    UniqueConstraint("request", "run", "step"),
    CheckConstraint("run IS NULL OR step IS NOT NULL", name="run_names_its_step"),
    sqlite_autoincrement=True,
)

draft = Table(
    "draft",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("owner", String(40), nullable=False),
    _json("asked", nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("used", Boolean, nullable=False, server_default=text("false")),
    Column("request", Integer, ForeignKey("request.id")),
    UniqueConstraint("request"),
)

message = Table(
    "message",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("request", Integer, ForeignKey("request.id"), index=True),
    Column("surface", String(20), nullable=False),
    Column("target", String(40), nullable=False),
    Column("channel", String(40)),
    Column("ts", String(40)),
    Column("wanted", Integer, nullable=False),
    Column("shown", Integer, nullable=False),
    Column("touched_at", UtcDateTime, nullable=False),
    Column("waiting_since", UtcDateTime, nullable=False),
    _count("tries"),
    Column("retry_at", UtcDateTime),
    Column("gave_up", Words),
)

dirty = (message.c.shown < message.c.wanted) & message.c.gave_up.is_(None)

Index(
    "ix_message_dirty",
    message.c.waiting_since,
    sqlite_where=dirty,
    postgresql_where=dirty,
)

channel = Table(
    "channel",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("next_at", UtcDateTime, nullable=False),
    Column("holder", String(40)),
)

org = Table(
    "org",
    metadata,
    Column("org", String(100), primary_key=True),
    Column("org_id", String(18)),
    Column("organization_type", String(60)),
    _count("license_total"),
    _count("license_used"),
    _count("psl_total"),
    _count("psl_used"),
    _json("apps", nullable=False),
    Column("begun_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("refusal", Words, nullable=False, server_default=""),
    Column("hidden", Boolean, nullable=False, server_default=text("false")),
    Column("refused_at", UtcDateTime),
    _count("seat_turns"),
)

object_fact = Table(
    "object_fact",
    metadata,
    Column("org", String(100), ForeignKey("org.org"), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("name_folded", Text, nullable=False),
    Column("label", Words, nullable=False),
    Column("label_folded", Words, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("facts", Text, nullable=False),
)

refused_block = Table(
    "refused_block",
    metadata,
    Column("kind", String(40), primary_key=True),
    Column("refused_at", UtcDateTime, nullable=False),
)

refused_place = Table(
    "refused_place",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("cause", String(60), primary_key=True),
    Column("refused_at", UtcDateTime, nullable=False),
    Column("worked_at", UtcDateTime),
)

due_date = Table(
    "due_date",
    metadata,
    Column("request", Integer, ForeignKey("request.id"), primary_key=True),
    Column("what", String(20), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
)

seat_count = Table(
    "seat_count",
    metadata,
    Column("org", String(100), primary_key=True),
    Column("slot", String(60), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    _count("license_total"),
    _count("license_used"),
    _count("license_reserved"),
    _count("psl_total"),
    _count("psl_used"),
    _count("psl_reserved"),
    Column("counted_at", UtcDateTime),
    Column("refusal", Words, nullable=False, server_default=""),
)

report = Table(
    "report",
    metadata,
    Column("job", String(20), primary_key=True),
    Column("org", String(100), primary_key=True),
    Column("slot", String(100), primary_key=True),
    Column("made_at", UtcDateTime, nullable=False),
    _json("body", nullable=False),
    Index(None, "job", "org", "made_at"),
)
