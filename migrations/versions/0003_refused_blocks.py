"""Kinds of Slack block that the workspace refused, so that a restart does not try them again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refused_block",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_refused_block")),
    )


def downgrade() -> None:
    op.drop_table("refused_block")
