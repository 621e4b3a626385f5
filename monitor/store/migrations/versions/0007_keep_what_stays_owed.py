"""Keep what stays owed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledgers",
        sa.Column("exchange", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("configured", sa.Text(), nullable=False),
        sa.Column("assets", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("exchange", name=op.f("pk_ledgers")),
        comment="What each exchange owes by all of its reports: what the newest does not name is still owed.",
    )


def downgrade() -> None:
    op.drop_table("ledgers")
