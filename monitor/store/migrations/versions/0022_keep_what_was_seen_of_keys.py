"""Keep what was seen of the keys of accounts: what they had sent and signed when, which no node can tell afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "controls",
        sa.Column("exchange", sa.String(length=64), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("seen", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("exchange", "chain", name=op.f("pk_controls")),
        comment="What was seen of the keys of each exchange's largest accounts, zlib-compressed JSON by account.",
    )
