"""From block to block along a node's chain: what blocks did, undone or done, until the wanted one is reached."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from monitor.chains.bitcoin.blocks import BlockAnswer, effect_of
from monitor.chains.bitcoin.coins import Change, Coins, Effect, OutputsContradictError
from monitor.chains.bitcoin.core_rpc import CoreRpc, RpcError
from monitor.chains.errors import ChainError, Reason
from monitor.model import Block

KEPT_STEPS = 100
"""Blocks whose effect is remembered, to undo them without the node. No reorganisation of a real chain came near it."""
MOST_BLOCKS = 432
"""Blocks, three days of them, that are read one by one; after a longer absence a scan is quicker."""


class LostError(Exception):
    """The followed outputs cannot be brought to the wanted block: a scan is needed.

    ``reason`` is ``malformed`` where what was followed contradicts a block, ``pruned`` where a block cannot be undone.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Step:
    """What lies between two blocks, one of which is the other's parent."""

    before: Block
    after: Block
    change: Change


Done = Callable[[Step], Awaitable[None]]


@dataclass(slots=True)
class UtxoSet:
    """The unspent outputs of some scripts as of a block."""

    block: Block
    coins: Coins
    steps: deque[Step] = field(default_factory=lambda: deque(maxlen=KEPT_STEPS))
    """The last blocks that were done here, up to this one: what they did to every script of ``coins``."""

    def do(self, block: Block, effect: Effect) -> Step:
        """Take in the effect of the next block; gives back the step that this was."""
        step = Step(self.block, block, self.coins.apply(effect))
        self.block = block
        self.steps.append(step)
        return step

    def undo(self, parent: Block, change: Change) -> Step:
        """Take back the change that its block has made."""
        step = Step(self.block, parent, self.coins.apply(change.reversed()))
        self.block = parent
        if self.steps:
            self.steps.pop()
        return step

    def absorb(self, other: "UtxoSet") -> tuple[tuple[bytes, ...], Change]:
        """Take in further scripts, at the same block; what was remembered of blocks does not know them."""
        self.steps.clear()
        return self.coins.absorb(other.coins)


class Walker:
    """Walks along the chain of one node."""

    def __init__(self, rpc: CoreRpc, decimals: int) -> None:
        self._rpc = rpc
        self._link = rpc.link
        self._decimals = decimals

    async def to(self, utxos: UtxoSet, target: Block, done: Done) -> None:
        """Bring ``utxos``, which is on the node's chain, to ``target``; ``done`` is told every step that was made.

        Raises :class:`LostError` where that cannot be done, and ``tip_moved`` where ``target`` is not on the node's
        chain any more; either way ``utxos`` is whole, at the block that it says.
        """
        while utxos.block.number > target.number:
            await done(await self._back(utxos))
        distance = target.number - utxos.block.number
        if distance > MOST_BLOCKS:
            raise LostError(Reason.BEHIND, f"block {target.number} is {distance} blocks ahead")
        hashes = await self.hashes(range(utxos.block.number + 1, target.number + 1))
        async with aclosing(self.blocks(hashes, utxos.coins.owners)) as blocks:
            async for answer, effect in blocks:
                if (answer.parent, answer.height) != (utxos.block.hash, utxos.block.number + 1):
                    raise self._link.fault(Reason.TIP_MOVED, f"block {answer.height} has left the chain")
                try:
                    step = utxos.do(answer.block, effect)
                except OutputsContradictError as error:
                    raise LostError(Reason.MALFORMED, f"block {answer.height}: {error}") from None
                await done(step)
        if utxos.block.hash != target.hash:
            raise self._link.fault(Reason.TIP_MOVED, f"block {target.number} has left the chain")

    async def leave_stale(self, utxos: UtxoSet, done: Done) -> None:
        """Undo the blocks that a reorganisation took off the node's chain."""
        while not await self._active(utxos.block):
            await done(await self._back(utxos))

    async def _active(self, block: Block) -> bool:
        header = await self._rpc.header(block.hash)
        return header is not None and header.confirmations > 0

    async def _back(self, utxos: UtxoSet) -> Step:
        """Undo one block, by what is remembered of it or by what the node tells."""
        number = utxos.block.number
        try:
            if utxos.steps:
                return utxos.undo(utxos.steps[-1].before, utxos.steps[-1].change)
            answer = await self.block(utxos.block.hash)
            effect = await asyncio.to_thread(effect_of, answer, utxos.coins.owners, self._decimals)
            parent = await self._rpc.header(answer.parent)
            if parent is None:
                raise LostError(Reason.PRUNED, f"block {number - 1} is not known any more")
            return utxos.undo(parent.block, effect.known())
        except OutputsContradictError as error:
            raise LostError(Reason.MALFORMED, f"block {number}, undone: {error}") from None
        except (RpcError, ValueError) as error:
            raise LostError(Reason.PRUNED, f"block {number} cannot be undone: {error}") from None

    # --- blocks ---

    async def hashes(self, heights: Sequence[int]) -> list[str]:
        """Return the hashes of the node's chain at ``heights``; ``tip_moved`` where it has become shorter."""
        found = await self._rpc.hashes(heights)
        missing = [height for height, known in zip(heights, found, strict=True) if known is None]
        if missing:
            raise self._link.fault(Reason.TIP_MOVED, f"block {missing[0]} has left the chain")
        return [known for known in found if known is not None]

    async def blocks(
        self, hashes: Sequence[str], owners: Mapping[bytes, int]
    ) -> AsyncGenerator[tuple[BlockAnswer, Effect], None]:
        """Return the blocks in their order, with what they did to the scripts of ``owners``; some are fetched ahead."""
        ahead: deque[asyncio.Task[tuple[BlockAnswer, Effect]]] = deque()
        waiting = iter(hashes)
        try:
            while True:
                while len(ahead) < self._link.settings.concurrency and (block_hash := next(waiting, None)):
                    ahead.append(asyncio.create_task(self._read(block_hash, owners)))
                if not ahead:
                    return
                yield await ahead.popleft()
        finally:
            for task in ahead:
                task.cancel()
            await asyncio.gather(*ahead, return_exceptions=True)

    async def _read(self, block_hash: str, owners: Mapping[bytes, int]) -> tuple[BlockAnswer, Effect]:
        try:
            block = await self.block(block_hash)
            effect = await asyncio.to_thread(effect_of, block, owners, self._decimals)
        except RpcError as error:
            raise self._fault(error, block_hash) from None
        except ValueError as error:
            raise self._link.fault(Reason.MALFORMED, f"getblock {block_hash}: {error!s:.150}") from None
        return block, effect

    async def block(self, block_hash: str) -> BlockAnswer:
        """Return a block with what its inputs spend. Raises :class:`RpcError` where the node does not have it."""
        result = await self._rpc.call("getblock", [block_hash, 3])
        block = await self._rpc.read_aside(BlockAnswer, result, "getblock")
        if block.hash != block_hash:
            raise self._link.fault(Reason.MALFORMED, f"getblock: asked for {block_hash}, got {block.hash:.70}")
        return block

    def _fault(self, error: RpcError, block_hash: str) -> ChainError:
        if error.pruned:
            return self._link.fault(Reason.PRUNED, f"it has let go of block {block_hash}; let it keep more (-prune)")
        if error.not_found:
            return self._link.fault(Reason.TIP_MOVED, f"block {block_hash} is not known any more")
        return self._rpc.fault(error.failure)
