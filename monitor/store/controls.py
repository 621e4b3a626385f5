"""What was seen of the keys of accounts over time: how much they had sent, and which messages they had signed."""

import asyncio
from collections.abc import Mapping

import msgspec
from sqlalchemy import select

from monitor.model import Address, Caip2, Sighting
from monitor.store import codec, tables
from monitor.store.access import Access


class Controls(Access):
    """One row for each exchange and chain, written whole."""

    async def save_sightings(self, exchange: str, chain: Caip2, sightings: Mapping[Address, Sighting]) -> None:
        """Keep ``sightings`` of accounts that ``exchange`` lists on a chain (CAIP-2), in the place of those before."""
        seen = await asyncio.to_thread(_packed, sightings)
        await self._put(tables.controls, [{"exchange": exchange, "chain": chain, "seen": seen}])

    async def sightings(self, exchange: str) -> dict[Caip2, dict[Address, Sighting]]:
        """Return what was last kept of the accounts of ``exchange``, by chain. Raises StoreError."""
        table = tables.controls
        rows = await self._rows(select(table.c.chain, table.c.seen).where(table.c.exchange == exchange))
        return await asyncio.to_thread(lambda: {Caip2(row.chain): _unpacked(row.seen) for row in rows})


def _packed(sightings: Mapping[Address, Sighting]) -> bytes:
    return codec.pack(
        {
            account: {
                "messages": dict(each.messages),
                "verified": sorted(each.verified),
                "sent": each.sent,
                "held": each.held,
            }
            for account, each in sightings.items()
        }
    )


def _unpacked(seen: bytes) -> dict[Address, Sighting]:
    return msgspec.convert(codec.unpack(seen), dict[str, Sighting])
