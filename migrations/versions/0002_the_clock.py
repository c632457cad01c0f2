"""Due dates of requests, seats week by week, reports, and what an old approval lets be made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COUNTS = ("total", "used", "reserved")


def upgrade() -> None:
    op.add_column("request", sa.Column("pinned", sa.JSON(none_as_null=True), nullable=True))
    due_date()
    seat_count()
    report()


def downgrade() -> None:
    op.drop_table("report")
    op.drop_table("seat_count")
    op.drop_table("due_date")
    with op.batch_alter_table("request") as request:
        request.drop_column("pinned")


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def due_date() -> None:
    op.create_table(
        "due_date",
        sa.Column("request", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        moment("at"),
        sa.ForeignKeyConstraint(
            ["request"], ["request.id"], name=op.f("fk_due_date_request_request")
        ),
        sa.PrimaryKeyConstraint("request", "what", "number", name=op.f("pk_due_date")),
    )
    op.create_index(op.f("ix_due_date_at"), "due_date", ["at"])


def seat_count() -> None:
    op.create_table(
        "seat_count",
        sa.Column("org", sa.String(100), nullable=False),
        sa.Column("slot", sa.String(60), nullable=False),
        moment("since"),
        moment("at"),
        *(
            sa.Column(f"{kind}_{count}", sa.Integer(), server_default=sa.text("0"), nullable=False)
            for kind in ("license", "psl")
            for count in COUNTS
        ),
        moment("counted_at", nullable=True),
        sa.Column("refusal", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("org", "slot", name=op.f("pk_seat_count")),
    )


def report() -> None:
    op.create_table(
        "report",
        sa.Column("job", sa.String(20), nullable=False),
        sa.Column("org", sa.String(100), nullable=False),
        sa.Column("slot", sa.String(100), nullable=False),
        moment("made_at"),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("job", "org", "slot", name=op.f("pk_report")),
    )
    op.create_index(op.f("ix_report_job_org_made_at"), "report", ["job", "org", "made_at"])
