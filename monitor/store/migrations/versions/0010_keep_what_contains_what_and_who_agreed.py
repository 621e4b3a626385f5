"""Keep which accounts contain which, beside claimed balances, and how many parties agreed on a snapshot."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM claim_readings")  # what contains what was taken off already: they are read anew
    op.add_column("claim_readings", sa.Column("within", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("snapshots", sa.Column("agreed", sa.Integer(), nullable=True))
    op.add_column("snapshots", sa.Column("asked", sa.Integer(), nullable=True))


def downgrade() -> None:
    for table, column in (("snapshots", "asked"), ("snapshots", "agreed"), ("claim_readings", "within")):
        op.drop_column(table, column)
