"""Let go of what every snapshot summed up to: nobody read it, and it grew by gigabytes a day.

SQLite keeps the file as large as it was and writes into the room that is left; ``VACUUM`` makes it small.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("sums")
