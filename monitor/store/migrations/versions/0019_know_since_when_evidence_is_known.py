"""Know since when the evidence of a verdict is known: what was judged before, since its newest list at the latest."""

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import Moment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("verdicts", sa.Column("first_at", Moment(), nullable=True))
    verdicts = sa.table("verdicts", sa.column("first_at"), sa.column("listed_at"))
    op.execute(sa.update(verdicts).values(first_at=verdicts.c.listed_at))
