"""Following the chain: one scan, then every block's effect on the accounts, and a scan now and then to check that."""

import asyncio
import contextvars
import time
from collections.abc import Collection, Mapping
from contextlib import suppress

import structlog

from monitor.chains.bitcoin.coins import Coins, Unspent
from monitor.chains.bitcoin.core_rpc import CoreRpc
from monitor.chains.bitcoin.followed import Followed
from monitor.chains.bitcoin.own_scans import OwnScans
from monitor.chains.bitcoin.past_sums import PastSums
from monitor.chains.bitcoin.scan import MOST_SCRIPTS, Scanner
from monitor.chains.bitcoin.walk import LostError, Step, UtxoSet, Walker
from monitor.chains.errors import ChainError, Reason
from monitor.chains.journals import Following
from monitor.model import Block, Work

_NEAR = 12
"""Blocks that what is followed goes back itself, when an older one is asked for; beyond, sums are worked out aside."""
_AGAIN = 24
"""A rescan that failed, or that found a difference, is followed by another after this part of the interval."""
_LONGEST_RESCAN = 3600.0

_log = structlog.get_logger()


class Follower:
    """The unspent outputs of all accounts that were asked for, on one node.

    One task at a time changes them (``_turn``), and one scans (``_scanning``); a scan finds a set of its own, so that
    what is followed can be read meanwhile.
    """

    def __init__(self, rpc: CoreRpc, network: str, decimals: int) -> None:
        self._link = rpc.link
        self._rpc = rpc
        self._network = network
        self._following = Following()
        self._followed = Followed(network, rpc.link.name)
        self._turn = asyncio.Lock()
        self._scanner = Scanner(rpc, OwnScans(rpc, self._followed, self._turn), network, decimals)
        self._walker = Walker(rpc, decimals)
        self._past = PastSums(rpc, self._scanner, self._walker, network)
        self._scanning = asyncio.Lock()
        self._wanted: set[bytes] = set()
        """What was asked for since the last rescan began: not each reading asks for the accounts of all exchanges."""
        self._contradiction: str | None = None
        self._rescan: asyncio.Task[None] | None = None
        self._failed_at = 0.0
        rpc.link.ends_with(self.close)

    def configure(self, following: Following) -> None:
        """Take in how to follow; told before anything is asked."""
        self._following = following
        self._followed.keeper = following.keeper

    @property
    def work(self) -> Work | None:
        """What takes long just now."""
        return self._scanner.work or self._past.work

    @property
    def difference(self) -> str | None:
        """What the newest rescan found otherwise than followed; None before there was one."""
        return self._followed.scanned.difference if self._followed.scanned else None

    @property
    def follows(self) -> bool:
        """Whether there is something to go on from: else the next reading scans."""
        return self._followed.utxos is not None

    # --- what is asked ---

    async def sums(self, scripts: Collection[bytes], block: Block) -> tuple[Mapping[bytes, int], Unspent | None]:
        """Return what each of ``scripts`` holds at ``block``, and of what it consists, as far as that is followed.

        Raises ``tip_moved`` unless the block is on the node's chain.
        """
        try:
            return await self._sums(scripts, block)
        except LostError as lost:
            _log.warning("scanning anew", network=self._network, endpoint=self._link.name, reason=str(lost))
        try:
            return await self._sums(scripts, block)
        except LostError as lost:
            raise self._link.fault(lost.reason, f"right after a scan: {lost}") from None

    async def _sums(self, scripts: Collection[bytes], block: Block) -> tuple[Mapping[bytes, int], Unspent | None]:
        while True:
            async with self._turn:
                utxos = await self._ready(scripts)
                if utxos and utxos.block.number - block.number <= max(_NEAR, self._following.confirmations):
                    await self._walk(utxos, block)
                    self._wanted.update(scripts)
                    self._rescan_when_due()
                    return await asyncio.to_thread(_told, utxos.coins, scripts)
                if utxos:
                    at, sums = utxos.block, await asyncio.to_thread(utxos.coins.sums, scripts)
                    break
            await self._scan(scripts)
        return await self._past.sums(sums, at, block), None

    async def _ready(self, scripts: Collection[bytes]) -> UtxoSet | None:
        """What is followed, on the node's present chain; None if that is not all of ``scripts``."""
        await self._followed.restore()
        utxos = self._followed.utxos
        if utxos is None or not utxos.coins.watches(scripts):
            return None
        await self._walk(utxos)
        return utxos

    async def _walk(self, utxos: UtxoSet, target: Block | None = None) -> None:
        """Bring what is followed to ``target``, or, without one, off the blocks that have left the chain."""
        try:
            if target:
                await self._walker.to(utxos, target, self._followed.step)
            else:
                await self._leave_stale(utxos)
        except LostError as lost:
            if lost.reason is Reason.MALFORMED:
                self._contradiction = str(lost)
            await self._followed.forget()
            raise

    async def _leave_stale(self, utxos: UtxoSet) -> None:
        """Undo blocks that have left the chain, and note that they did, however far that came."""
        before = utxos.block
        try:
            await self._walker.leave_stale(utxos, self._followed.step)
        finally:
            if depth := before.number - utxos.block.number:
                self._link.blocks.undone(before, depth)

    # --- scans ---

    async def _scan(self, scripts: Collection[bytes]) -> None:
        """Scan for those of ``scripts`` that are not followed yet, and follow them from there on."""
        async with self._scanning:
            known = self._followed.utxos.coins.owners if self._followed.utxos else {}
            missing = [script for script in scripts if script not in known]
            for start in range(0, len(missing), MOST_SCRIPTS):
                found = await self._found(missing[start : start + MOST_SCRIPTS])
                async with self._turn:
                    await self._take_in(found)

    async def _found(self, scripts: Collection[bytes]) -> UtxoSet:
        best, coins = await self._scanner.outputs(tuple(scripts))
        header = await self._rpc.header(best)
        if header is None:
            raise self._link.fault(Reason.TIP_MOVED, f"block {best}, at which it scanned, is not known any more")
        return UtxoSet(header.block, coins)

    async def _take_in(self, found: UtxoSet) -> None:
        held = self._followed.utxos
        if held is None:
            await self._followed.begin(found, self._contradiction)
            self._contradiction = None
            return
        await self._meet(held, found)
        await self._followed.absorb(held, found)

    async def _meet(self, held: UtxoSet, found: UtxoSet) -> None:
        """Bring what is followed and what was found to the same block: the one behind goes ahead."""
        await self._walk(held)
        await self._walker.leave_stale(found, _unkept)
        if held.block.number < found.block.number:
            await self._walk(held, found.block)
        else:
            await self._walker.to(found, held.block, _unkept)

    # --- the scan that checks what was followed ---

    def _rescan_when_due(self) -> None:
        """Begin the rescan when its time has come; readings go on beside it, and it knows no deadline of theirs."""
        if self._followed.scanned is None or (self._rescan and not self._rescan.done()):
            return
        interval = self._following.rescan.total_seconds()
        waits = interval / _AGAIN if self.difference else interval
        if time.time() >= max(self._followed.scanned.at + waits, self._failed_at + interval / _AGAIN):
            self._rescan = asyncio.create_task(self._check(), context=contextvars.Context())

    async def _check(self) -> None:
        """Scan for all that is wanted, and put what was found in the place of what was followed."""
        wanted, self._wanted = self._wanted, set()
        try:
            async with asyncio.timeout(_LONGEST_RESCAN), self._scanning:
                found = await self._found_all(tuple(wanted))
                async with self._turn:
                    if held := self._followed.utxos:  # else it was lost meanwhile, and the next reading scans
                        await self._replace(held, found)
        except (ChainError, LostError, TimeoutError) as error:
            self._failed_at = time.time()
            self._wanted |= wanted
            _log.warning("rescan failed", network=self._network, endpoint=self._link.name, error=str(error))

    async def _found_all(self, scripts: tuple[bytes, ...]) -> UtxoSet:
        whole = await self._found(scripts[:MOST_SCRIPTS])
        for start in range(MOST_SCRIPTS, len(scripts), MOST_SCRIPTS):
            part = await self._found(scripts[start : start + MOST_SCRIPTS])
            await self._walker.leave_stale(whole, _unkept)
            await self._walker.to(whole, part.block, _unkept)
            await asyncio.to_thread(whole.absorb, part)
        return whole

    async def _replace(self, held: UtxoSet, found: UtxoSet) -> None:
        await self._meet(held, found)
        difference = await asyncio.to_thread(held.coins.difference, found.coins)
        if difference:
            difference = f"at block {found.block.number}: {difference}"
            _log.error("rescan differs", network=self._network, endpoint=self._link.name, difference=difference)
        await self._followed.begin(found, difference)

    async def close(self) -> None:
        """Stop a rescan that is under way."""
        if self._rescan:
            self._rescan.cancel()
            with suppress(asyncio.CancelledError):
                await self._rescan


def _told(coins: Coins, scripts: Collection[bytes]) -> tuple[Mapping[bytes, int], Unspent]:
    return coins.sums(scripts), coins.as_they_are()


async def _unkept(_: Step) -> None:
    """What nobody follows yet is not kept."""
