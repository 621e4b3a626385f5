"""Keep events, how many coins a list's changes are, and how far a published proof carried."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exchange", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        comment="What no other table tells: alerts that began and ended, blocks that were replaced.",
    )
    op.create_index(op.f("ix_events_exchange_at"), "events", ["exchange", "at"])
    op.add_column("changes", sa.Column("coins", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("publications", sa.Column("status", sa.String(length=16), nullable=False, server_default=""))
    op.add_column("publications", sa.Column("strength", sa.String(length=16), nullable=False, server_default=""))
