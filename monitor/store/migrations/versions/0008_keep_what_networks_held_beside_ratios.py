"""Keep what networks held beside ratios: falls are judged network by network, also while a ratio is not known."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("ratios") as table:
        table.alter_column("ratio", existing_type=sa.Text(), nullable=True)
        table.add_column(sa.Column("owed", sa.Text(), nullable=True))
        table.add_column(sa.Column("held", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM ratios WHERE ratio IS NULL")
    with op.batch_alter_table("ratios") as table:
        table.drop_column("held")
        table.drop_column("owed")
        table.alter_column("ratio", existing_type=sa.Text(), nullable=False)
