"""Create the history as 0.1.0 has it, the first version whose history is read on."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def _document() -> list[sa.Column[Any]]:
    return [
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("fetched_at", _MOMENT, nullable=False),
        sa.Column("modified_at", _MOMENT),
        sa.Column("members", sa.JSON, nullable=False),
    ]


def _block() -> list[sa.Column[Any]]:
    return [
        sa.Column("block_number", sa.BigInteger, nullable=False),
        sa.Column("block_hash", sa.String(80), nullable=False),
        sa.Column("block_at", _MOMENT, nullable=False),
    ]


def upgrade() -> None:
    metadata = sa.MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        }
    )
    sa.Table(
        "audits",
        metadata,
        sa.Column("exchange", sa.String(64), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("audit", sa.LargeBinary, nullable=False),
        comment="The claimed amounts of the current list against the chain, zlib-compressed JSON.",
    )
    sa.Table(
        "changes",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("exchange", sa.String(64), nullable=False, index=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("added", sa.Integer, nullable=False),
        sa.Column("removed", sa.Integer, nullable=False),
        sa.Column("altered", sa.Integer, nullable=False),
        sa.Column("restated", sa.Integer, nullable=False),
        sa.Column("detail", sa.LargeBinary, nullable=False),
        comment="What each new list changed; detail is zlib-compressed JSON of the rows.",
    )
    sa.Table(
        "claim_readings",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("chain", sa.String(64), nullable=False),
        sa.Column("trust", sa.String(64), nullable=False),
        *_block(),
        sa.Column("read_at", _MOMENT, nullable=False, index=True),
        sa.Column("balances", sa.LargeBinary, nullable=False),
        sa.Column("within", sa.JSON, nullable=False, server_default="{}"),
        sa.Index(None, "sha256", "chain", "block_number"),
        comment="Balances at the heights that a list claims, part by part: reading them goes on where it was cut.",
    )
    sa.Table(
        "confirmations",
        metadata,
        sa.Column("fingerprint", sa.LargeBinary(16), primary_key=True),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("told_at", _MOMENT, nullable=False),
        sa.Column("confirmed_at", _MOMENT),
        *_block(),
        comment="What a chain said of an unbound claim's owners, by fingerprint of the question.",
    )
    sa.Table(
        "documents",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("exchange", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        *_document(),
        sa.Column("layout", sa.String(64), nullable=False),
        sa.Column("accepted_at", _MOMENT, nullable=False),
        sa.Index(None, "exchange", "kind"),
        comment="Every document that was ever accepted.",
    )
    sa.Table(
        "contents",
        metadata,
        sa.Column("exchange", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("document", sa.ForeignKey("documents.id"), nullable=False),
        sa.Column("validators", sa.JSON, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        comment="The bytes of the newest accepted document, zlib-compressed, to be read again after a restart.",
    )
    sa.Table(
        "journals",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("network", sa.String(64), nullable=False),
        sa.Column("endpoint", sa.String(255), nullable=False),
        sa.Column("entry", sa.LargeBinary, nullable=False),
        sa.Index(None, "network", "endpoint"),
        comment="What each endpoint follows: entries in order, from a scan on; their meaning is the protocol's.",
    )
    sa.Table(
        "ledgers",
        metadata,
        sa.Column("exchange", sa.String(64), primary_key=True),
        *_document(),
        sa.Column("as_of", _MOMENT, nullable=False),
        sa.Column("configured", sa.Text, nullable=False),
        sa.Column("assets", sa.JSON, nullable=False),
        comment="What each exchange owes by all of its reports: what the newest does not name is still owed.",
    )
    sa.Table(
        "proofs",
        metadata,
        sa.Column("exchange", sa.String(64), primary_key=True),
        *_document(),
        sa.Column("verified_at", _MOMENT, nullable=False),
        sa.Column("proof", sa.JSON, nullable=False),
        comment="The newest proof of each exchange's liabilities, and what became of it.",
    )
    sa.Table(
        "proven",
        metadata,
        sa.Column("exchange", sa.String(64), primary_key=True),
        *_document(),
        sa.Column("scheme", sa.String(64), nullable=False),
        sa.Column("as_of", _MOMENT, nullable=False),
        sa.Column("owed", sa.JSON, nullable=False),
        sa.Column("report_id", sa.Text, nullable=False),
        sa.Column("root", sa.Text, nullable=False),
        comment="The last totals of each exchange that a proof in the place of a report has proven.",
    )
    sa.Table(
        "publications",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("exchange", sa.String(64), nullable=False, index=True),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("as_of", _MOMENT, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("report_id", sa.Text, nullable=False),
        sa.Column("root", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        comment="Every report and every root of a proof that was ever seen.",
    )
    sa.Table(
        "ratios",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("exchange", sa.String(64), nullable=False),
        sa.Column("asset", sa.String(32), nullable=False),
        sa.Column("ratio", sa.Text),
        sa.Column("at", _MOMENT, nullable=False, index=True),
        sa.Column("owed", sa.Text),
        sa.Column("held", sa.JSON),
        comment="What falls are measured from: ratios on the acting basis, and what networks held.",
    )
    sa.Table(
        "snapshots",
        metadata,
        sa.Column("exchange", sa.String(64), primary_key=True),
        sa.Column("network", sa.String(64), primary_key=True),
        *_block(),
        sa.Column("taken_at", _MOMENT, nullable=False),
        sa.Column("endpoints", sa.JSON, nullable=False),
        sa.Column("balances", sa.LargeBinary, nullable=False),
        sa.Column("chain", sa.String(64), nullable=False),
        sa.Column("agreed", sa.Integer),
        sa.Column("asked", sa.Integer),
        comment="The last whole snapshot of each exchange and network.",
    )
    sa.Table(
        "state",
        metadata,
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("value", sa.JSON, nullable=False),
        comment="Small things that are read and written whole, such as the memory of alerts.",
    )
    sa.Table(
        "sums",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("exchange", sa.String(64), nullable=False),
        sa.Column("network", sa.String(64), nullable=False),
        sa.Column("asset", sa.String(32), nullable=False),
        sa.Column("amount", sa.Text, nullable=False),
        sa.Column("block_number", sa.BigInteger, nullable=False),
        sa.Column("block_hash", sa.String(80), nullable=False),
        sa.Column("taken_at", _MOMENT, nullable=False, index=True),
        sa.Index(None, "exchange", "asset", "taken_at"),
        comment="What each snapshot summed up to (basis listed), with the block it came from.",
    )
    sa.Table(
        "verdicts",
        metadata,
        sa.Column("fingerprint", sa.LargeBinary(16), primary_key=True),
        sa.Column("rules", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        comment="Judged evidence, by fingerprint and version of the rules.",
    )
    metadata.create_all(op.get_bind())
