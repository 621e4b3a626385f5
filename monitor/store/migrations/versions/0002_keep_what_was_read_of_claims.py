"""Keep what was read of claims."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "claim_readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("trust", sa.String(length=64), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(length=80), nullable=False),
        sa.Column("block_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("balances", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_readings")),
        comment="Balances at the heights that a list claims, part by part: reading them goes on where it was cut.",
    )
    with op.batch_alter_table("claim_readings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_claim_readings_sha256_chain_block_number"),
            ["sha256", "chain", "block_number"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_claim_readings_read_at"), ["read_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("claim_readings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_readings_read_at"))
        batch_op.drop_index(batch_op.f("ix_claim_readings_sha256_chain_block_number"))

    op.drop_table("claim_readings")
