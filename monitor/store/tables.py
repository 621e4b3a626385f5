"""The tables. Amounts are text, because no database type holds them exactly everywhere; times are UTC."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    DDL,
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    event,
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite stores it without its zone, so the zone is put back when it is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


revision = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""Which one of the migrations was the last: Alembic's own table, which it has no need to be imported for."""


def _document() -> list[Column[Any]]:
    """The columns of a :class:`~monitor.model.Document`."""
    return [
        Column("source", Text, nullable=False),
        Column("sha256", String(64), nullable=False),
        Column("size", BigInteger, nullable=False),
        Column("fetched_at", Moment, nullable=False),
        Column("modified_at", Moment),
        Column("members", JSON, nullable=False),
    ]


documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("exchange", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    *_document(),
    Column("layout", String(64), nullable=False),
    Column("accepted_at", Moment, nullable=False),
    Index(None, "exchange", "kind"),
    comment="Every document that was ever accepted.",
)

contents = Table(
    "contents",
    metadata,
    Column("exchange", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("document", ForeignKey("documents.id"), nullable=False),
    Column("validators", JSON, nullable=False),
    Column("content", LargeBinary, nullable=False),
    comment="The bytes of the newest accepted document, zlib-compressed, to be read again after a restart.",
)

changes = Table(
    "changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("exchange", String(64), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("added", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("altered", Integer, nullable=False),
    Column("restated", Integer, nullable=False),
    Column("detail", LargeBinary, nullable=False),
    Column("coins", JSON, nullable=False, server_default="{}"),
    comment="What each new list changed; detail is zlib-compressed JSON of the rows.",
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("exchange", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", Text, nullable=False),
    Column("name", String(64), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("summary", Text, nullable=False),
    Index(None, "exchange", "at"),
    comment="What no other table tells: alerts that began and ended, blocks that were replaced.",
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("fingerprint", LargeBinary(16), primary_key=True),
    Column("rules", Integer, nullable=False),
    Column("code", String(32), nullable=False),
    Column("reason", Text, nullable=False),
    Column("exchange", String(64)),
    Column("listed_at", Moment),
    Column("first_at", Moment),
    comment="Judged evidence, by fingerprint and version of the rules.",
)

confirmations = Table(
    "confirmations",
    metadata,
    Column("fingerprint", LargeBinary(16), primary_key=True),
    Column("outcome", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("told_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    Column("block_number", BigInteger, nullable=False),
    Column("block_hash", String(80), nullable=False),
    Column("block_at", Moment, nullable=False),
    Column("exchange", String(64)),
    comment="What a chain said of an unbound claim's owners, by fingerprint of the question.",
)

controls = Table(
    "controls",
    metadata,
    Column("exchange", String(64), primary_key=True),
    Column("chain", String(64), primary_key=True),
    Column("seen", LargeBinary, nullable=False),
    comment="What was seen of the keys of each exchange's largest accounts, zlib-compressed JSON by account.",
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("exchange", String(64), primary_key=True),
    Column("network", String(64), primary_key=True),
    Column("block_number", BigInteger, nullable=False),
    Column("block_hash", String(80), nullable=False),
    Column("block_at", Moment, nullable=False),
    Column("taken_at", Moment, nullable=False),
    Column("endpoints", JSON, nullable=False),
    Column("balances", LargeBinary, nullable=False),
    Column("chain", String(64), nullable=False),
    Column("agreed", Integer),
    Column("asked", Integer),
    Column("earlier", LargeBinary),
    Column("since", JSON),
    comment="The last whole snapshot of each exchange and network.",
)

ratios = Table(
    "ratios",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("exchange", String(64), nullable=False),
    Column("asset", String(32), nullable=False),
    Column("ratio", Text),
    Column("owed", Text),
    Column("held", JSON),
    Column("at", Moment, nullable=False, index=True),
    comment="What falls are measured from: ratios on the acting basis, and what networks held.",
)

steps = Table(
    "steps",
    metadata,
    Column("exchange", String(64), primary_key=True),
    Column("step", String(8), primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("assets", LargeBinary, nullable=False),
    Index(None, "step", "at"),
    comment="What was known of assets by steps (raw, hourly, daily), zlib-compressed JSON by asset.",
)

past_days = Table(
    "past_days",
    metadata,
    Column("exchange", String(64), primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("read_at", Moment, nullable=False),
    Column("told", LargeBinary, nullable=False),
    comment="What accounts held at the ends of days, read afterwards from archives; zlib-compressed JSON.",
)

audits = Table(
    "audits",
    metadata,
    Column("exchange", String(64), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("audit", LargeBinary, nullable=False),
    comment="The claimed amounts of the current list against the chain, zlib-compressed JSON.",
)

claim_readings = Table(
    "claim_readings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("chain", String(64), nullable=False),
    Column("trust", String(64), nullable=False),
    Column("block_number", BigInteger, nullable=False),
    Column("block_hash", String(80), nullable=False),
    Column("block_at", Moment, nullable=False),
    Column("read_at", Moment, nullable=False, index=True),
    Column("balances", LargeBinary, nullable=False),
    Column("within", JSON, nullable=False, server_default="{}"),
    Index(None, "sha256", "chain", "block_number"),
    comment="Balances at the heights that a list claims, part by part: reading them goes on where it was cut.",
)

journals = Table(
    "journals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("network", String(64), nullable=False),
    Column("endpoint", String(255), nullable=False),
    Column("entry", LargeBinary, nullable=False),
    Index(None, "network", "endpoint"),
    comment="What each endpoint follows: entries in order, from a scan on; their meaning is the protocol's.",
)

proofs = Table(
    "proofs",
    metadata,
    Column("exchange", String(64), primary_key=True),
    *_document(),
    Column("verified_at", Moment, nullable=False),
    Column("proof", JSON, nullable=False),
    comment="The newest proof of each exchange's liabilities, and what became of it.",
)

proven = Table(
    "proven",
    metadata,
    Column("exchange", String(64), primary_key=True),
    *_document(),
    Column("scheme", String(64), nullable=False),
    Column("as_of", Moment, nullable=False),
    Column("owed", JSON, nullable=False),
    Column("report_id", Text, nullable=False),
    Column("root", Text, nullable=False),
    comment="The last totals of each exchange that a proof in the place of a report has proven.",
)

ledgers = Table(
    "ledgers",
    metadata,
    Column("exchange", String(64), primary_key=True),
    *_document(),
    Column("as_of", Moment, nullable=False),
    Column("configured", Text, nullable=False),
    Column("assets", JSON, nullable=False),
    comment="What each exchange owes by all of its reports: what the newest does not name is still owed.",
)

publications = Table(
    "publications",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("exchange", String(64), nullable=False, index=True),
    Column("seen_at", Moment, nullable=False),
    Column("as_of", Moment, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("report_id", Text, nullable=False),
    Column("root", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("status", String(16), nullable=False, server_default=""),
    Column("strength", String(16), nullable=False, server_default=""),
    comment="Every report and every root of a proof that was ever seen.",
)

notices = Table(
    "notices",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("notice", JSON, nullable=False),
    Column("tried", Boolean, nullable=False),
    comment="What channels are still to be told, written with the decision and gone once it is sent.",
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("holder", String(32), nullable=False),
    Column("until", Moment, nullable=False),
    comment="Which of several processes keeps the history or answers for a reader, until when on the database's clock.",
)

reading_jobs = Table(
    "reading_jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("reader", String(64), nullable=False, index=True),
    Column("network", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("answer", LargeBinary),
    comment="What a monitor asks of its readers just now; each row is gone once it has the answer.",
)
# Nothing here outlives its minute: PostgreSQL need not write all of it twice, nor send it to replicas and archives.
_unlogged: Any = DDL("ALTER TABLE reading_jobs SET UNLOGGED")  # type: ignore[no-untyped-call]
event.listen(reading_jobs, "after_create", _unlogged.execute_if(dialect="postgresql"))

state = Table(
    "state",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", JSON, nullable=False),
    comment="Small things that are read and written whole, such as the memory of alerts.",
)
