"""What a follower holds, in memory and in its journal: the two change together."""

import asyncio
import time
from collections.abc import Iterable

import structlog

from monitor.chains.bitcoin import journal
from monitor.chains.bitcoin.journal import Scanned
from monitor.chains.bitcoin.walk import Step, UtxoSet
from monitor.chains.journals import Forgetful, Keeper

_log = structlog.get_logger()


class Followed:
    """The followed outputs of one endpoint, if there are any."""

    def __init__(self, network: str, endpoint: str) -> None:
        self.utxos: UtxoSet | None = None
        self.scanned: Scanned | None = None
        """When everything was scanned last, and what that found."""
        self.scans: dict[str, float] = {}
        """When scans were begun whose end is not known, by the node's method."""
        self.keeper: Keeper = Forgetful()
        self._network = network
        self._endpoint = endpoint
        self._restored = False
        self._last = b""
        """The entry that stands last in the journal."""

    async def restore(self) -> None:
        """Take up what an earlier run has kept, once."""
        if self._restored:
            return
        entries = await self.keeper.load(self._endpoint)
        try:
            found = await asyncio.to_thread(journal.read, entries)
        except ValueError as error:
            _log.warning("journal not usable", network=self._network, endpoint=self._endpoint, error=str(error))
            found = None
        if found:
            self.scanned, self.utxos, self.scans = found
            self._last = entries[-1] if entries else b""
        self._restored = True

    async def begin(self, utxos: UtxoSet, difference: str | None) -> None:
        """Hold what a scan has found, and nothing else any more. ``difference``: what had not been followed to it."""
        self.utxos, self.scanned = utxos, Scanned(int(time.time()), difference)
        entries = await asyncio.to_thread(list, journal.sealed(journal.beginning(self.scanned, utxos)))
        self._last = entries[-1]
        await self.keeper.begin(self._endpoint, entries)

    async def absorb(self, held: UtxoSet, found: UtxoSet) -> None:
        """Add to ``held``, what is followed, further scripts with their outputs at the same block."""
        scripts, change = await asyncio.to_thread(held.absorb, found)
        await self._append(journal.addition(held.block, scripts, change.created))

    async def step(self, step: Step) -> None:
        """Keep a step that was made."""
        await self._append([journal.step_entry(step)])

    async def scanning(self, method: str, at: float | None) -> None:
        """Keep that a scan begins, or, without a time, that it has ended."""
        self.scans = {name: since for name, since in self.scans.items() if name != method}
        self.scans |= {method: at} if at is not None else {}
        await self._append([journal.scan_entry(method, at)])

    async def forget(self) -> None:
        """Hold nothing any more."""
        self.utxos, self._last = None, b""
        await self.keeper.begin(self._endpoint, ())

    async def _append(self, entries: Iterable[bytes]) -> None:
        behind = list(journal.sealed(entries, self._last))
        self._last = behind[-1]
        await self.keeper.append(self._endpoint, behind)
