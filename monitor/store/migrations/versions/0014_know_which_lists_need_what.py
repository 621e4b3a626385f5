"""Know which list is the newest that needs a verdict, and whose owners a chain was asked about, to let go of others.

What is kept already belongs to nobody until its list is judged again, and is older than every list from now on.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("verdicts", sa.Column("exchange", sa.String(length=64), nullable=True))
    op.add_column("verdicts", sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("confirmations", sa.Column("exchange", sa.String(length=64), nullable=True))
    verdicts = sa.table("verdicts", sa.column("listed_at", sa.DateTime(timezone=True)))
    op.execute(sa.update(verdicts).values(listed_at=datetime.now(UTC)))
