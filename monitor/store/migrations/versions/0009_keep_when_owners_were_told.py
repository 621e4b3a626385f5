"""Keep when owners were told, and by the question. What was kept by the row is asked again."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COMMENT = "What a chain said of an unbound claim's owners"


def upgrade() -> None:
    op.drop_table("confirmations")
    op.create_table(
        "confirmations",
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(length=80), nullable=False),
        sa.Column("block_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_confirmations")),
        comment=f"{_COMMENT}, by fingerprint of the question.",
    )


def downgrade() -> None:
    op.drop_table("confirmations")
    op.create_table(
        "confirmations",
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(length=80), nullable=False),
        sa.Column("block_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_confirmations")),
        comment=f"{_COMMENT}.",
    )
