"""The last whole snapshot of each exchange and network."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import select, tuple_

from monitor.computing import computed
from monitor.model import Block, Caip2, Snapshot, Token
from monitor.store import codec, tables
from monitor.store.access import Access, block_columns


class Snapshots(Access):
    """One snapshot for each exchange and network: the newest takes the place of the one before."""

    async def save_snapshot(
        self, snapshot: Snapshot, chain: Caip2, earlier: Mapping[Token, Snapshot] = MappingProxyType({})
    ) -> None:
        """Replace the snapshot of its exchange and network.

        ``chain`` is the CAIP-2 id of what was read: a network's name may stand for another chain tomorrow. ``earlier``
        are the last readings of tokens that the chain refused to tell at the block of ``snapshot``.
        """
        balances = await computed(codec.encode_balances, snapshot.balances, snapshot.rates, snapshot.positions)
        async with self._transaction() as connection:
            row = {
                "exchange": snapshot.exchange,
                "network": snapshot.network,
                **block_columns(snapshot.block),
                "since": codec.plain_block(snapshot.block.since),
                "taken_at": snapshot.taken_at,
                "endpoints": list(snapshot.endpoints),
                "balances": balances,
                "chain": chain,
                "agreed": snapshot.agreed,
                "asked": snapshot.asked,
                "earlier": codec.encode_earlier(earlier) if earlier else None,
            }
            await self._upsert(connection, tables.snapshots, [row])

    async def snapshots(self, chains: Mapping[str, Caip2]) -> list[Snapshot]:
        """The last whole snapshots on ``chains``, CAIP-2 ids by name of the network; not what was read of others."""
        columns = tables.snapshots.c
        query = select(tables.snapshots).where(tuple_(columns.network, columns.chain).in_(chains.items()))
        found = []
        for row in await self._rows(query):
            balances, rates, positions = await computed(codec.decode_rated, row.balances)
            since = row.since and codec.as_block(row.since)
            block = Block(row.block_number, row.block_hash, row.block_at, since)
            told = (tuple(row.endpoints), rates, row.agreed, row.asked)
            found.append(Snapshot(row.exchange, row.network, block, row.taken_at, balances, *told, positions=positions))
        return found

    async def earlier(self, chains: Mapping[str, Caip2]) -> dict[tuple[str, str], dict[Token, Snapshot]]:
        """By exchange and network, the last readings of tokens that the last snapshots do not have."""
        columns = tables.snapshots.c
        query = select(columns.exchange, columns.network, columns.earlier).where(
            tuple_(columns.network, columns.chain).in_(chains.items()), columns.earlier.is_not(None)
        )
        return {
            (row.exchange, row.network): codec.decode_earlier(row.earlier, row.exchange, row.network)
            for row in await self._rows(query)
        }
