"""Claimed amounts against the chain: the audit of the current list, and what was read for it.

Balances at claimed heights are kept part by part: a reading of hours goes on where it was cut.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, insert, select

from monitor.computing import computed
from monitor.model import Address, Audit, Balances, Block, Caip2, Height
from monitor.store import codec, tables
from monitor.store.access import Access, block_columns


@dataclass(frozen=True, slots=True)
class Source:
    """What balances at claimed heights were read for, and how: only equal ones may stand for each other."""

    sha256: str
    """Of the list."""
    chain: Caip2
    """The CAIP-2 id."""
    trust: str
    """How many endpoints had to agree, and the like."""


@dataclass(frozen=True, slots=True)
class ClaimReading:
    """A part of the balances at a claimed height."""

    block: Block
    read_at: datetime
    balances: Balances
    within: Mapping[Address, Address] = field(default_factory=dict)
    """Accounts whose balances are contained in those of others (see :class:`~monitor.model.Reading`)."""


class Audits(Access):
    """The audit of each exchange's list, and the parts that were read for audits."""

    async def save_audit(self, exchange: str, sha256: str, audit: Audit) -> None:
        """Keep the audit of the list whose document has this ``sha256``."""
        content = await computed(codec.encode_audit, audit)
        await self._put(tables.audits, [{"exchange": exchange, "sha256": sha256, "at": audit.at, "audit": content}])

    async def audit(self, exchange: str, sha256: str) -> Audit | None:
        """The audit of exactly this list, or None."""
        columns = tables.audits.c
        query = select(columns.audit).where(columns.exchange == exchange, columns.sha256 == sha256)
        rows = await self._rows(query)
        return codec.decode_audit(rows[0].audit) if rows else None

    async def save_claim_reading(self, source: Source, reading: ClaimReading) -> None:
        """Keep a part of what was read at a claimed height, beside those that are kept."""
        balances = await computed(codec.encode_balances, reading.balances)
        row = {
            **_source_columns(source),
            **block_columns(reading.block),
            "read_at": reading.read_at,
            "balances": balances,
            "within": dict(reading.within),
        }
        await self._write(insert(tables.claim_readings).values(row))

    async def claim_readings(self, source: Source, height: Height) -> list[ClaimReading]:
        """All parts that are kept of ``height``, in the order in which they were read."""
        query = select(tables.claim_readings).where(_is_of(source, height)).order_by(tables.claim_readings.c.id)
        return [
            ClaimReading(
                Block(row.block_number, row.block_hash, row.block_at),
                row.read_at,
                await computed(codec.decode_balances, row.balances),
                row.within,
            )
            for row in await self._rows(query)
        ]

    async def forget_claim_readings(self, source: Source, height: Height) -> None:
        """Forget all parts of ``height``."""
        await self._write(delete(tables.claim_readings).where(_is_of(source, height)))

    async def forget_list(self, sha256: str) -> None:
        """Forget all parts of all heights that this list claims."""
        await self._write(delete(tables.claim_readings).where(tables.claim_readings.c.sha256 == sha256))

    async def prune_claim_readings(self, before: datetime) -> None:
        """Forget all parts of all lists that were read before."""
        await self._write(delete(tables.claim_readings).where(tables.claim_readings.c.read_at < before))


def _source_columns(source: Source) -> dict[str, str]:
    return {"sha256": source.sha256, "chain": source.chain, "trust": source.trust}


def _is_of(source: Source, height: Height) -> ColumnElement[bool]:
    table = tables.claim_readings
    wanted = {**_source_columns(source), "block_number": height}
    return and_(*(table.c[name] == value for name, value in wanted.items()))
