"""What accounts held at a block of the past: their sums of today, less what the blocks since then did to them."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing

import structlog

from monitor.chains.bitcoin.coins import Effect
from monitor.chains.bitcoin.core_rpc import CoreRpc
from monitor.chains.bitcoin.scan import Scanner
from monitor.chains.bitcoin.walk import Walker
from monitor.chains.errors import Reason
from monitor.model import Block, Work

_TELL = 100
"""Blocks after which the log is told again."""

_log = structlog.get_logger()


class PastSums:
    """Undoes blocks of one node on sums, without rolling the node back. ``work`` shows how far it is."""

    def __init__(self, rpc: CoreRpc, scanner: Scanner, walker: Walker, network: str) -> None:
        self.work: Work | None = None
        self._rpc = rpc
        self._link = rpc.link
        self._scanner = scanner
        self._walker = walker
        self._network = network

    async def sums(self, sums: Mapping[bytes, int], at: Block, target: Block) -> dict[bytes, int]:
        """Return ``sums`` of scripts at block ``at``, as they were at its ancestor ``target``.

        The index of block filters, where the node has one, tells which of the blocks between are needed; else all are.
        The oldest come first: a pruned node lets go of them first. Raises ``pruned``, naming the first block that is
        missing, before any is read.
        """
        scripts = list(sums)
        owners = {script: owner for owner, script in enumerate(scripts)}
        heights = range(target.number + 1, at.number + 1)
        filtered = await self._scanner.blocks(scripts, heights[0], heights[-1])
        hashes = await self._walker.hashes(heights) if filtered is None else filtered
        await self._check_kept(hashes, target)
        amounts = list(sums.values())
        try:
            parent = target.hash
            async with aclosing(self._walker.blocks(hashes, owners)) as blocks:
                done = 0
                async for block, effect in blocks:
                    if filtered is None and block.parent != parent:
                        raise self._link.fault(Reason.TIP_MOVED, f"block {block.height} has left the chain")
                    parent = block.hash
                    self._undo(amounts, effect, block.height)
                    done += 1
                    self._tell(done, len(hashes), target)
        finally:
            self.work = None
        if [target.hash, at.hash] != await self._rpc.hashes([target.number, at.number]):
            raise self._link.fault(Reason.TIP_MOVED, f"block {at.number} left the chain while others were undone")
        return self._checked(dict(zip(scripts, amounts, strict=True)), target)

    async def _check_kept(self, hashes: Sequence[str], target: Block) -> None:
        """The first block that is needed must not be among those that a pruned node has let go of."""
        info = await self._rpc.info()
        if not hashes or not info.pruned:
            return
        first = await self._rpc.header(hashes[0])
        if first is not None and first.height < info.oldest:
            raise self._link.fault(
                Reason.PRUNED,
                f"block {first.height} is needed to get back to {target.number}, but it keeps only those from "
                f"{info.oldest} on: let it keep more (-prune), or ask a node that keeps all",
            )

    def _undo(self, amounts: list[int], effect: Effect, height: int) -> None:
        try:
            change = effect.known()
        except ValueError as error:
            raise self._link.fault(Reason.PRUNED, f"block {height} cannot be undone: {error}") from None
        for coin in change.created.values():
            amounts[coin.owner] -= coin.amount
        for coin in change.spent.values():
            amounts[coin.owner] += coin.amount

    def _checked(self, sums: dict[bytes, int], target: Block) -> dict[bytes, int]:
        wrong = next((script for script, amount in sums.items() if amount < 0), None)
        if wrong is not None:
            raise self._link.fault(
                Reason.MALFORMED, f"script {wrong.hex()} would have held {sums[wrong]} at block {target.number}"
            )
        return sums

    def _tell(self, done: int, total: int, target: Block) -> None:
        what = f"undoing blocks back to {target.number}"
        self.work = Work(what, done / total)
        if done % _TELL == 0:
            _log.info(what, network=self._network, endpoint=self._link.name, done=done, total=total)
