"""Create the history."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audits",
        sa.Column("exchange", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("audit", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("exchange", name=op.f("pk_audits")),
        comment="The claimed amounts of the current list against the chain, zlib-compressed JSON.",
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exchange", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("altered", sa.Integer(), nullable=False),
        sa.Column("restated", sa.Integer(), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        comment="What each new list changed; detail is zlib-compressed JSON of the rows.",
    )
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_changes_exchange"), ["exchange"], unique=False)

    op.create_table(
        "confirmations",
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(length=80), nullable=False),
        sa.Column("block_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_confirmations")),
        comment="What a chain said of an unbound claim's owners.",
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exchange", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("layout", sa.String(length=64), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        comment="Every document that was ever accepted.",
    )
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_documents_exchange_kind"), ["exchange", "kind"], unique=False)

    op.create_table(
        "ratios",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exchange", sa.String(length=64), nullable=False),
        sa.Column("asset", sa.String(length=32), nullable=False),
        sa.Column("ratio", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratios")),
        comment="What falls are measured from: ratios on the acting basis, and what networks held.",
    )
    with op.batch_alter_table("ratios", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ratios_at"), ["at"], unique=False)

    op.create_table(
        "snapshots",
        sa.Column("exchange", sa.String(length=64), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(length=80), nullable=False),
        sa.Column("block_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("endpoints", sa.JSON(), nullable=False),
        sa.Column("balances", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("exchange", "network", name=op.f("pk_snapshots")),
        comment="The last whole snapshot of each exchange and network.",
    )
    op.create_table(
        "state",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_state")),
        comment="Small things that are read and written whole, such as the memory of alerts.",
    )
    op.create_table(
        "sums",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exchange", sa.String(length=64), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("asset", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(length=80), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sums")),
        comment="What each snapshot summed up to (basis listed), with the block it came from.",
    )
    with op.batch_alter_table("sums", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sums_exchange_asset_taken_at"), ["exchange", "asset", "taken_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sums_taken_at"), ["taken_at"], unique=False)

    op.create_table(
        "verdicts",
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_verdicts")),
        comment="Judged evidence, by fingerprint and version of the rules.",
    )
    op.create_table(
        "contents",
        sa.Column("exchange", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("validators", sa.JSON(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_contents_document")),
        sa.PrimaryKeyConstraint("exchange", "kind", name=op.f("pk_contents")),
        comment="The bytes of the newest accepted document, zlib-compressed, to be read again after a restart.",
    )


def downgrade() -> None:
    op.drop_table("contents")
    op.drop_table("verdicts")
    with op.batch_alter_table("sums", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sums_taken_at"))
        batch_op.drop_index(batch_op.f("ix_sums_exchange_asset_taken_at"))

    op.drop_table("sums")
    op.drop_table("state")
    op.drop_table("snapshots")
    with op.batch_alter_table("ratios", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ratios_at"))

    op.drop_table("ratios")
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_documents_exchange_kind"))

    op.drop_table("documents")
    op.drop_table("confirmations")
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_changes_exchange"))

    op.drop_table("changes")
    op.drop_table("audits")
