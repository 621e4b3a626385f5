"""What was known of assets in the last while: what falls are measured from."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import delete, insert, select

from monitor.model import RatioPoint
from monitor.store import tables
from monitor.store.access import Access


class Ratios(Access):
    """Ratios, and what networks held beside them."""

    async def save_ratios(self, points: Iterable[RatioPoint], since: datetime) -> None:
        """Add ``points``, and forget those from before ``since``."""
        rows = [msgspec.to_builtins(point, builtin_types=(datetime,)) for point in points]
        if rows:
            async with self._transaction() as connection:
                await connection.execute(insert(tables.ratios), rows)
                await connection.execute(delete(tables.ratios).where(tables.ratios.c.at < since))

    async def ratios(self, since: datetime) -> list[RatioPoint]:
        """What was known of assets from ``since`` on, oldest first."""
        columns = tables.ratios.c
        rows = await self._rows(select(tables.ratios).where(columns.at >= since).order_by(columns.at, columns.id))
        return [msgspec.convert(row, RatioPoint, from_attributes=True) for row in rows]
