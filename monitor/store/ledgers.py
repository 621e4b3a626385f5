"""What stays owed from one report to the next."""

import msgspec
from sqlalchemy import delete, select

from monitor.model import LiabilitiesLedger, OwedAsset, frozen
from monitor.store import tables
from monitor.store.access import Access, document_columns, document_of


class Ledgers(Access):
    """The amounts in force of every exchange."""

    async def save_ledger(self, exchange: str, ledger: LiabilitiesLedger) -> None:
        """Keep what is in force, in the place of what was before."""
        row = {
            "exchange": exchange,
            **document_columns(ledger.document),
            "as_of": ledger.as_of,
            "configured": ledger.source,
            "assets": msgspec.to_builtins(dict(ledger.assets)),
        }
        async with self._transaction() as connection:
            await self._upsert(connection, tables.ledgers, [row])

    async def ledger(self, exchange: str) -> LiabilitiesLedger | None:
        """What was last in force; None where no report was ever accepted."""
        rows = await self._rows(select(tables.ledgers).where(tables.ledgers.c.exchange == exchange))
        if not rows:
            return None
        row = rows[0]
        assets = frozen(msgspec.convert(row.assets, dict[str, OwedAsset]))
        return LiabilitiesLedger(document_of(row), row.as_of, row.configured, assets)

    async def forget_ledger(self, exchange: str) -> None:
        """Take back what is in force."""
        async with self._transaction() as connection:
            await connection.execute(delete(tables.ledgers).where(tables.ledgers.c.exchange == exchange))
