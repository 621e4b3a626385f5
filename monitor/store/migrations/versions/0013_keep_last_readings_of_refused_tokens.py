"""Keep what was last read of tokens that a chain refused to tell at the block of the last snapshot."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("snapshots", sa.Column("earlier", sa.LargeBinary(), nullable=True))
