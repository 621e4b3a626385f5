"""What exchanges published as proof of what they owe: the newest one judged, and the record of all."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

import msgspec
from sqlalchemy import delete, insert, select

from monitor.model import Document, Liabilities, LiabilitiesProof, Publication
from monitor.store import tables
from monitor.store.access import Access, document_columns, document_of


class Proofs(Access):
    """Proofs of liabilities, and every report and root that was ever seen."""

    async def save_proof(
        self, exchange: str, document: Document, proof: LiabilitiesProof, verified_at: datetime
    ) -> None:
        """Keep what became of the newest proof of ``exchange``, in the place of the one before."""
        row = {
            "exchange": exchange,
            **document_columns(document),
            "verified_at": verified_at,
            "proof": msgspec.to_builtins(proof),
        }
        await self._put(tables.proofs, [row])

    async def proof(self, exchange: str) -> tuple[Document, LiabilitiesProof, datetime] | None:
        """The newest proof, its document, and when it was judged."""
        row = await self._row_of(tables.proofs, exchange)
        if row is None:
            return None
        return document_of(row), msgspec.convert(row.proof, LiabilitiesProof), row.verified_at

    async def save_proven(self, exchange: str, owed: Liabilities) -> None:
        """Keep totals that a proof has proven: they outlive a newer proof that fails."""
        row = {
            "exchange": exchange,
            **document_columns(owed.document),
            "scheme": owed.layout,
            "as_of": owed.as_of,
            "owed": msgspec.to_builtins(dict(owed.owed)),
            "report_id": owed.report_id,
            "root": owed.merkle_root,
        }
        await self._put(tables.proven, [row])

    async def proven(self, exchange: str) -> Liabilities | None:
        """The last totals that were proven and not taken back since."""
        row = await self._row_of(tables.proven, exchange)
        if row is None:
            return None
        owed = msgspec.convert(row.owed, dict[str, Decimal])
        return Liabilities(document_of(row), row.scheme, row.as_of, owed, report_id=row.report_id, merkle_root=row.root)

    async def forget_proven(self, exchange: str) -> None:
        """Take back what was proven: the same files prove it no more."""
        await self._write(delete(tables.proven).where(tables.proven.c.exchange == exchange))

    async def save_publication(self, exchange: str, publication: Publication) -> None:
        """Add one line to the record of ``exchange``."""
        async with self._transaction() as connection:
            await connection.execute(
                insert(tables.publications).values(exchange=exchange, **asdict(publication)),
            )

    async def publications(self, exchange: str) -> list[Publication]:
        """The record of ``exchange``, in the order in which it was seen."""
        columns = tables.publications.c
        query = select(tables.publications).where(columns.exchange == exchange).order_by(columns.id)
        return [
            Publication(row.seen_at, row.as_of, row.kind, row.report_id, row.root, row.sha256, row.status, row.strength)
            for row in await self._rows(query)
        ]
