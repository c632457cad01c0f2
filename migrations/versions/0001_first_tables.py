"""Requests, votes, journal and drafts; messages and channels; what orgs have."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATES = (
    "'requested', 'approved', 'provisioned', 'live', 'blocked', 'rejected', 'withdrawn', 'expired'"
)
SOURCES = "'slack', 'engine', 'clock', 'cli'"
TABLES = ("object_fact", "org", "channel", "message", "draft", "journal", "vote", "request")


def upgrade() -> None:
    request()
    vote()
    journal()
    draft()
    message()
    channel()
    org()
    object_fact()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def data(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=nullable)


def count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)


def flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)


def words(name: str, size: int | None = None, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(size) if size else sa.Text(), nullable=nullable)


def of_request(table: str, *, nullable: bool = False) -> tuple[sa.Column[int], sa.Constraint]:
    return (
        sa.Column("request", sa.Integer(), nullable=nullable),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name=f"fk_{table}_request_request"),
    )


def request() -> None:
    op.create_table(
        "request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        words("state", 20),
        flag("withdrawing"),
        words("requester", 40),
        words("org", 100),
        words("owner", 40),
        words("backup_owner", 40),
        words("username"),
        data("asked", nullable=False),
        moment("created_at", nullable=False),
        moment("changed_at", nullable=False),
        data("preflight"),
        sa.Column("wanted_hash", sa.String(64), server_default="", nullable=False),
        data("finding"),
        words("user_id", 18, nullable=True),
        data("permission_sets", nullable=False),
        *(moment(f"{name}_at") for name in ("approved", "user_made", "psl_made", "undone")),
        *(moment(name) for name in ("next_try_at", "proof_until")),
        *(count(name) for name in ("preflights", "provisions", "smokes", "undos", "tries")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_request_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sqlite_autoincrement=True,
    )
    for column in ("requester", "org", "owner", "backup_owner", "state"):
        op.create_index(op.f(f"ix_request_{column}"), "request", [column])


def vote() -> None:
    op.create_table(
        "vote",
        sa.Column("id", sa.Integer(), nullable=False),
        *of_request("vote"),
        words("who", 40),
        words("decision", 20),
        moment("at", nullable=False),
        words("reason"),
        words("wanted_hash", 64),
        moment("voided_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote")),
    )
    op.create_index(
        "uq_vote_request_who_wanted_hash",
        "vote",
        ["request", "who", "wanted_hash"],
        unique=True,
        sqlite_where=sa.text("voided_at IS NULL"),
        postgresql_where=sa.text("voided_at IS NULL"),
    )


def journal() -> None:
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer(), nullable=False),
        *of_request("journal"),
        moment("at", nullable=False),
        words("actor", 40),
        words("source", 20),
        words("event", 60),
        words("detail"),
        data("before"),
        data("after"),
        words("run", 200, nullable=True),
        words("step", nullable=True),
        sa.CheckConstraint(f"source IN ({SOURCES})", name=op.f("ck_journal_source")),
        sa.CheckConstraint(
            "run IS NULL OR step IS NOT NULL", name=op.f("ck_journal_run_names_its_step")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint("request", "run", "step", name=op.f("uq_journal_request_run_step")),
        sqlite_autoincrement=True,
    )


def draft() -> None:
    op.create_table(
        "draft",
        words("id", 60),
        words("owner", 40),
        data("asked", nullable=False),
        moment("created_at", nullable=False),
        flag("used"),
        *of_request("draft", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("request", name=op.f("uq_draft_request")),
    )
    op.create_index(op.f("ix_draft_created_at"), "draft", ["created_at"])


def message() -> None:
    op.create_table(
        "message",
        words("id", 200),
        *of_request("message", nullable=True),
        words("surface", 20),
        words("target", 40),
        words("channel", 40, nullable=True),
        words("ts", 40, nullable=True),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        moment("touched_at", nullable=False),
        moment("waiting_since", nullable=False),
        count("tries"),
        moment("retry_at"),
        words("gave_up", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index(op.f("ix_message_request"), "message", ["request"])
    dirty = sa.text("shown < wanted AND gave_up IS NULL")
    op.create_index(
        "ix_message_dirty",
        "message",
        ["waiting_since"],
        sqlite_where=dirty,
        postgresql_where=dirty,
    )


def channel() -> None:
    op.create_table(
        "channel",
        words("id", 40),
        moment("next_at", nullable=False),
        words("holder", 40, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
    )


def org() -> None:
    op.create_table(
        "org",
        words("org", 100),
        words("org_id", 18, nullable=True),
        words("organization_type", 60, nullable=True),
        *(count(f"{kind}_{number}") for kind in ("license", "psl") for number in ("total", "used")),
        data("apps", nullable=False),
        moment("begun_at"),
        moment("ended_at"),
        sa.Column("refusal", sa.Text(), server_default="", nullable=False),
        flag("hidden"),
        moment("refused_at"),
        count("seat_turns"),
        sa.PrimaryKeyConstraint("org", name=op.f("pk_org")),
    )


def object_fact() -> None:
    op.create_table(
        "object_fact",
        words("org", 100),
        words("name", 255),
        words("name_folded"),
        words("label"),
        words("label_folded"),
        words("digest", 64),
        words("facts"),
        sa.ForeignKeyConstraint(["org"], ["org.org"], name=op.f("fk_object_fact_org_org")),
        sa.PrimaryKeyConstraint("org", "name", name=op.f("pk_object_fact")),
    )
