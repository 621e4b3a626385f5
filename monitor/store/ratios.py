"""What was known of assets in the last while: what falls are measured from."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from sys import intern
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select

from monitor.model import RatioPoint
from monitor.store import tables
from monitor.store.access import PART, Access


class Ratios(Access):
    """Ratios, and what networks held beside them."""

    async def save_ratios(self, points: Iterable[RatioPoint], since: datetime) -> None:
        """Add ``points``, and forget those from before ``since``."""
        rows = list(points)
        if rows:
            async with self._transaction() as connection:
                for start in range(0, len(rows), PART):
                    part = [msgspec.to_builtins(row, builtin_types=(datetime,)) for row in rows[start : start + PART]]
                    await connection.execute(insert(tables.ratios), part)
                await connection.execute(delete(tables.ratios).where(tables.ratios.c.at < since))

    async def ratios(self, since: datetime) -> AsyncIterator[list[RatioPoint]]:
        """What was known of assets from ``since`` on, oldest first, a part at a time: a point takes 4 kB."""
        columns = tables.ratios.c
        query = select(tables.ratios).where(columns.at >= since).order_by(columns.at, columns.id)
        async for part in self._parts(query):
            yield [_point(row) for row in part]


def _point(row: Any) -> RatioPoint:  # noqa: ANN401 - a row of SQLAlchemy
    """A point that has its names in common with all others: a text for each takes a third of it."""
    point = msgspec.convert(row, RatioPoint, from_attributes=True)
    held = {intern(network): amount for network, amount in point.held.items()}
    return msgspec.structs.replace(point, exchange=intern(point.exchange), asset=intern(point.asset), held=held)
