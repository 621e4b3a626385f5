"""What stays owed from one report to the next."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select

from monitor.model import LiabilitiesFall, LiabilitiesLedger, OwedAsset, frozen
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
            "assets": {asset: _plain(each) for asset, each in ledger.assets.items()},
        }
        async with self._transaction() as connection:
            await self._upsert(connection, tables.ledgers, [row])

    async def ledger(self, exchange: str) -> LiabilitiesLedger | None:
        """What was last in force; None where no report was ever accepted."""
        rows = await self._rows(select(tables.ledgers).where(tables.ledgers.c.exchange == exchange))
        if not rows:
            return None
        row = rows[0]
        assets = frozen({asset: _owed(plain) for asset, plain in row.assets.items()})
        return LiabilitiesLedger(document_of(row), row.as_of, row.configured, assets)

    async def forget_ledger(self, exchange: str) -> None:
        """Take back what is in force."""
        async with self._transaction() as connection:
            await connection.execute(delete(tables.ledgers).where(tables.ledgers.c.exchange == exchange))


def _plain(owed: OwedAsset) -> dict[str, Any]:
    """Decimals and moments as text, so that nothing is rounded."""
    return {name: str(value) for name, value in asdict(owed).items() if name != "fall"} | (
        {"fall": {name: str(value) for name, value in asdict(owed.fall).items()}} if owed.fall else {}
    )


def _owed(plain: dict[str, Any]) -> OwedAsset:
    fall = plain.get("fall")
    return OwedAsset(
        Decimal(plain["amount"]),
        datetime.fromisoformat(plain["as_of"]),
        Decimal(plain["highest"]),
        datetime.fromisoformat(plain["highest_as_of"]),
        _fall(**fall) if fall else None,
    )


def _fall(  # noqa: PLR0917 - the fields of a fall
    asset: str, before: str, before_as_of: str, amount: str, as_of: str, seen_at: str
) -> LiabilitiesFall:
    at = datetime.fromisoformat
    return LiabilitiesFall(asset, Decimal(before), at(before_as_of), Decimal(amount), at(as_of), at(seen_at))
