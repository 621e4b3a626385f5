"""Ask readers on other machines."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("leases") as table:
        table.alter_column("name", type_=sa.String(length=80), existing_type=sa.String(length=16))
    op.create_table(
        "reading_jobs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_jobs")),
        comment="What a monitor asks of its readers just now; each row is gone once it has the answer.",
    )
    op.create_index(op.f("ix_reading_jobs_reader"), "reading_jobs", ["reader"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE reading_jobs SET UNLOGGED")
