"""What stays owed from one report to the next."""

import msgspec
from sqlalchemy import delete

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
        await self._put(tables.ledgers, [row])

    async def ledger(self, exchange: str) -> LiabilitiesLedger | None:
        """What was last in force; None where no report was ever accepted."""
        row = await self._row_of(tables.ledgers, exchange)
        if row is None:
            return None
        assets = frozen(msgspec.convert(row.assets, dict[str, OwedAsset]))
        return LiabilitiesLedger(document_of(row), row.as_of, row.configured, assets)

    async def forget_ledger(self, exchange: str) -> None:
        """Take back what is in force."""
        await self._write(delete(tables.ledgers).where(tables.ledgers.c.exchange == exchange))
