"""Channels that refuse the bot, so that people are told once and again only after it worked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refused_place",
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("cause", sa.String(60), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("channel", "cause", name=op.f("pk_refused_place")),
    )


def downgrade() -> None:
    op.drop_table("refused_place")
