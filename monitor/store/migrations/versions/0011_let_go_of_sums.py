"""Let go of what every snapshot summed up to: nobody read it, and it grew by gigabytes a day.

SQLite keeps the file as large as it was and writes into the room that is left; ``VACUUM`` makes it small.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("sums")


def downgrade() -> None:
    op.create_table(
        "sums",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exchange", sa.String(length=64), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("asset", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(length=80), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sums")),
        comment="What each snapshot summed up to (basis listed), with the block it came from.",
    )
    with op.batch_alter_table("sums") as table:
        table.create_index(op.f("ix_sums_exchange_asset_taken_at"), ["exchange", "asset", "taken_at"])
        table.create_index(op.f("ix_sums_taken_at"), ["taken_at"])
