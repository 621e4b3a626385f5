"""Keep the first block of the window that a snapshot was read in."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("snapshots", sa.Column("since", sa.JSON(), nullable=True))
