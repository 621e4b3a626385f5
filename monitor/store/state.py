"""Small things that are read and written whole."""

from typing import Any

from sqlalchemy import select

from monitor.store import tables
from monitor.store.access import Access


class SmallState(Access):
    """Values by key, such as the memory of alerts."""

    async def put(self, key: str, value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
        """Keep ``value`` under ``key``, in the place of the one before."""
        await self._put(tables.state, [{"key": key, "value": value}])

    async def get(self, key: str) -> Any:  # noqa: ANN401 - whatever was put
        """The value last put under ``key``, or None."""
        rows = await self._rows(select(tables.state.c.value).where(tables.state.c.key == key))
        return rows[0].value if rows else None
