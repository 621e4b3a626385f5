"""What channels are still to be told: written with the decision, gone once it is sent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, update

from monitor.model import Notice
from monitor.store import tables
from monitor.store.access import Access


class Notices(Access):
    """Notices that wait."""

    async def decide(self, state: Mapping[str, Any], notices: Sequence[Notice], sent: Collection[str]) -> None:
        """Keep ``state`` by key, add ``notices`` and forget those that were ``sent`` (ids): all of it, or nothing."""
        async with self._transaction() as connection:
            await self._upsert(connection, tables.state, [{"key": key, "value": each} for key, each in state.items()])
            if notices:
                await connection.execute(insert(tables.notices), [_row(notice) for notice in notices])
            if sent:
                await connection.execute(delete(tables.notices).where(tables.notices.c.id.in_(sent)))

    async def trying(self, ids: Collection[str]) -> None:
        """Remember that these are being sent: whoever finds them so does not know whether they have arrived."""
        columns = tables.notices.c
        await self._write(update(tables.notices).where(columns.id.in_(ids)).values(tried=True))

    async def not_sent(self, ids: Collection[str]) -> None:
        """Remember that these have not arrived for certain."""
        columns = tables.notices.c
        await self._write(update(tables.notices).where(columns.id.in_(ids)).values(tried=False))

    async def forget_notices(self, ids: Collection[str]) -> None:
        """Forget these."""
        await self._write(delete(tables.notices).where(tables.notices.c.id.in_(ids)))

    async def notices(self) -> list[Notice]:
        """Return all that wait, oldest first."""
        rows = await self._rows(select(tables.notices).order_by(tables.notices.c.at))
        return [replace(msgspec.convert(row.notice, Notice), tried=row.tried) for row in rows]


def _row(notice: Notice) -> dict[str, object]:
    return {"id": notice.id, "at": notice.at, "notice": msgspec.to_builtins(notice), "tried": notice.tried}
