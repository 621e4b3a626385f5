"""Keep what channels are still to be told."""

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("notice", sa.JSON(), nullable=False),
        sa.Column("tried", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        comment="What channels are still to be told, written with the decision and gone once it is sent.",
    )
    op.create_index("ix_notices_at", "notices", ["at"])
