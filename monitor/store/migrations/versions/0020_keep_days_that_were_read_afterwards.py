"""Keep days that were read afterwards, apart from those that were watched: none ever takes the place of one."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "past_days",
        sa.Column("exchange", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("exchange", "at", name=op.f("pk_past_days")),
        comment="What accounts held at the ends of days, read afterwards from archives; zlib-compressed JSON.",
    )
