"""Journals of what endpoints follow: entries in their order, whose meaning only their writer knows."""

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, and_, delete, insert, select

from monitor.store import tables
from monitor.store.access import Access


class Journals(Access):
    """One journal for each endpoint of a network."""

    async def journal(self, network: str, endpoint: str) -> list[bytes]:
        """All entries, oldest first."""
        columns = tables.journals.c
        query = select(columns.entry).where(_is_of(network, endpoint)).order_by(columns.id)
        return [row.entry for row in await self._rows(query)]

    async def begin_journal(self, network: str, endpoint: str, entries: Sequence[bytes]) -> None:
        """Put ``entries`` in the place of the whole journal."""
        async with self._transaction() as connection:
            await connection.execute(delete(tables.journals).where(_is_of(network, endpoint)))
            for row in _rows_of(network, endpoint, entries):
                await connection.execute(insert(tables.journals), row)

    async def append_journal(self, network: str, endpoint: str, entries: Sequence[bytes]) -> None:
        """Add ``entries`` behind those that are there."""
        async with self._transaction() as connection:
            for row in _rows_of(network, endpoint, entries):
                await connection.execute(insert(tables.journals), row)

    async def forget_journals(self, gone: Callable[[str, str], bool]) -> list[tuple[str, str]]:
        """Forget the journals of endpoints (network, endpoint) that are ``gone``. Returns whose they were."""
        columns = tables.journals.c
        kept = await self._rows(select(columns.network, columns.endpoint).distinct())
        found = [(network, endpoint) for network, endpoint in kept if gone(network, endpoint)]
        if found:
            async with self._transaction() as connection:
                for network, endpoint in found:
                    await connection.execute(delete(tables.journals).where(_is_of(network, endpoint)))
        return found


def _rows_of(network: str, endpoint: str, entries: Sequence[bytes]) -> list[dict[str, object]]:
    return [{"network": network, "endpoint": endpoint, "entry": entry} for entry in entries]


def _is_of(network: str, endpoint: str) -> ColumnElement[bool]:
    columns = tables.journals.c
    return and_(columns.network == network, columns.endpoint == endpoint)
