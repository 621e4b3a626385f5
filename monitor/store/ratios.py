"""What was known of assets in the last while: what falls are measured from."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from sqlalchemy import delete, insert, select

from monitor.model import RatioPoint
from monitor.store import tables
from monitor.store.access import Access


class Ratios(Access):
    """Ratios, and what networks held beside them."""

    async def save_ratios(self, points: Iterable[RatioPoint], since: datetime) -> None:
        """Add ``points``, and forget those from before ``since``."""
        rows = [
            {
                "exchange": point.exchange,
                "asset": point.asset,
                "ratio": None if point.ratio is None else str(point.ratio),
                "owed": None if point.owed is None else str(point.owed),
                "held": {network: None if amount is None else str(amount) for network, amount in point.held.items()},
                "at": point.at,
            }
            for point in points
        ]
        if rows:
            async with self._transaction() as connection:
                await connection.execute(insert(tables.ratios), rows)
                await connection.execute(delete(tables.ratios).where(tables.ratios.c.at < since))

    async def ratios(self, since: datetime) -> list[RatioPoint]:
        """What was known of assets from ``since`` on, oldest first."""
        columns = tables.ratios.c
        rows = await self._rows(select(tables.ratios).where(columns.at >= since).order_by(columns.at, columns.id))
        return [
            RatioPoint(
                row.at,
                row.exchange,
                row.asset,
                None if row.ratio is None else Decimal(row.ratio),
                None if row.owed is None else Decimal(row.owed),
                {network: None if amount is None else Decimal(amount) for network, amount in (row.held or {}).items()},
            )
            for row in rows
        ]
