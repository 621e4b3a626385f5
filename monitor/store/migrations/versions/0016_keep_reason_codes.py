"""Keep the reason code of a verdict, which tells its status too.

The verdicts of earlier rules have none. They are judged anew under the present rules anyway, so they go.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("verdicts")
    op.create_table(
        "verdicts",
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("exchange", sa.String(length=64), nullable=True),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_verdicts")),
        comment="Judged evidence, by fingerprint and version of the rules.",
    )
