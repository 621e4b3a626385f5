"""Days that were read afterwards from archive nodes, apart from those that were watched."""

import asyncio
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from monitor.model import Basis, PastDay
from monitor.store import codec, tables
from monitor.store.access import Access


class PastDays(Access):
    """One row for each exchange and day: the newest reading takes the place of the one before."""

    async def save_past_day(self, told: PastDay) -> None:
        """Keep ``told``, whole, in the place of what was read of the same day before."""
        row = {"exchange": told.exchange, "at": told.day, "read_at": told.read_at, "told": _packed(told)}
        await self._put(tables.past_days, [row])

    async def past_days(
        self, exchange: str, since: datetime | None = None, until: datetime | None = None
    ) -> list[PastDay]:
        """Return the days that began from ``since`` on and before ``until``, oldest first.

        Raises:
            StoreError: the history cannot be read.

        """
        columns = tables.past_days.c
        query = select(tables.past_days).where(columns.exchange == exchange).order_by(columns.at)
        if since is not None:
            query = query.where(columns.at >= since)
        if until is not None:
            query = query.where(columns.at < until)
        rows = await self._rows(query)
        return await asyncio.to_thread(lambda: [_unpacked(row) for row in rows])

    async def prune_past_days(self, before: datetime) -> None:
        """Forget the days that began before."""
        await self._write(delete(tables.past_days).where(tables.past_days.c.at < before))


def _packed(told: PastDay) -> bytes:
    return codec.pack(
        {
            "basis": told.basis.value,
            "blocks": {network: codec.plain_block(block) for network, block in told.blocks.items()},
            "held": codec.plain_by_basis(told.held),
            "accounts": codec.plain_by_basis(told.accounts),
            "unknown": dict(told.unknown),
            "settled": told.settled,
        }
    )


def _unpacked(row: Any) -> PastDay:  # noqa: ANN401 - a row of SQLAlchemy
    plain: dict[str, Any] = codec.unpack(row.told)
    return PastDay(
        row.exchange,
        row.at,
        Basis(plain["basis"]),
        row.read_at,
        {network: codec.as_block(block) for network, block in plain["blocks"].items()},
        codec.amounts_by_basis(plain["held"]),
        codec.digests_by_basis(plain["accounts"]),
        plain["unknown"],
        plain["settled"],
    )
