"""Electrum servers (protocol 1.4): JSON-RPC in lines over TCP or TLS, many accounts in a batch, batches pipelined.

Sent one after another, calls are slow on purpose (servers pad and delay); sent together they are fast. A server does
not hand on blocks: where accounts must be followed, other endpoints of the network do, and the blocks prove themselves.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from monitor.chains.amounts import count
from monitor.chains.bitcoin.anchored_chain import Moved
from monitor.chains.bitcoin.anchored_node import AnchoredNode
from monitor.chains.bitcoin.electrum_headers import Headers, Tip
from monitor.chains.bitcoin.electrum_history import Histories
from monitor.chains.bitcoin.electrum_wire import Wire
from monitor.chains.bitcoin.genesis import caip2_of
from monitor.chains.bitcoin.parameters import parameters_of
from monitor.chains.bitcoin.raw_blocks import shows_spending
from monitor.chains.bitcoin.raw_moves import RawMoves
from monitor.chains.bitcoin.scripts import Scripts
from monitor.chains.bitcoin.tip import TRIES, height_of
from monitor.chains.block_choice import AtHeight, BlockChoice
from monitor.chains.concurrency import together
from monitor.chains.errors import ChainError, Reason
from monitor.chains.journals import Following
from monitor.chains.jsonrpc import Call, Reply, failure_of
from monitor.chains.link import Link
from monitor.formats.bitcoin import shown_hash
from monitor.model import Address, Block, BlockHash, Network


class ElectrumNode(AnchoredNode):
    """One Electrum server. Only confirmed amounts count."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link, link.settings.batch)
        self._wire = Wire(link)
        self._headers = Headers(network, link, self._wire.batch)
        self._histories = Histories(network, link, self._wire.batch)
        self._scripts = Scripts(network)
        self._moves = RawMoves(network, link, self._scripts, self._raw, self._histories.spent)
        self._blocks: Sequence[Callable[[str], Awaitable[bytes]]] = ()
        """Who hands on whole blocks."""
        self._identity = ""
        self._identified = 0
        self._resolved: tuple[Tip, Block] | None = None
        """The block that was named last, and what the tip was then."""

    def follow(self, following: Following) -> None:
        super().follow(following)
        self._blocks = following.blocks

    async def identify(self) -> str:
        """Ask for the chain, once on each connection: it cannot change behind one, and each call may cost a second."""
        if not self._wire.connected or self._identified != self._wire.connections:
            self._identity = await caip2_of(self.network, self._headers.hash_at)
            self._identified = self._wire.connections
        return self._identity

    async def resolve(self, choice: BlockChoice) -> Block:
        if isinstance(choice, AtHeight):
            self._resolved = await self._headers.at(choice.number)
        else:
            tip = await self._headers.tip()
            newest = self._headers.newest(tip)
            number = height_of(choice, newest, self.link)
            self._resolved = await (self._headers.at(number) if number < newest else self._headers.under(tip))
        self.newest = self._resolved[0].height
        return self._resolved[1]

    async def between_looks(self, accounts: Collection[Address], block: Block) -> tuple[dict[Address, int], Block]:
        """Read accounts, and again when the tip moved, four times at the most.

        A reading of the newest block then goes on at the next one. A block of the past stays, for histories tell what
        came after it.
        """
        scripts = await asyncio.to_thread(self._scripts_of, accounts)
        tip, at = await self._before(block)
        newest = at.number == self._headers.newest(tip)
        for left in reversed(range(TRIES)):
            past = at if at.number < tip.height else None
            sums = await self._sums(set(scripts.values()), past)
            after = await self._headers.after(tip)
            if after == tip:
                break
            moved = self.link.fault(Reason.TIP_MOVED, f"a block came after {tip.height} while {at.number} was read")
            if not left:
                raise moved
            tip, at = await self._headers.under(after) if newest else await self._before(block, again=True)
        return {account: self._sum(sums[script]) for account, script in scripts.items()}, at

    def _scripts_of(self, accounts: Collection[Address]) -> dict[Address, bytes]:
        return {account: self._scripts.of(account) for account in accounts}

    async def _before(self, block: Block, *, again: bool = False) -> tuple[Tip, Block]:
        """The tip before anything is read, and ``block``, if that is on its chain."""
        resolved = self._resolved
        if again or resolved is None or resolved[1].hash != block.hash:
            resolved = await self._headers.at(block.number)
        if resolved[1].hash != block.hash:
            raise self.link.fault(Reason.TIP_MOVED, f"block {block.number} has left the chain")
        return resolved

    async def _sums(self, scripts: Iterable[bytes], past: Block | None) -> dict[bytes, int]:
        """What scripts hold at the tip, or held at the ``past`` block; rubbish where the tip moves meanwhile."""
        sums: dict[bytes, int] = {}
        remaining = iter(scripts)
        await together(self._work(remaining, sums, past) for _ in range(self.link.settings.concurrency))
        return sums

    async def _work(self, remaining: Iterator[bytes], sums: dict[bytes, int], past: Block | None) -> None:
        while part := {script: scripthash(script) for script in islice(remaining, self.link.settings.batch)}:
            sums |= await (self._then(part, past.number) if past else self._confirmed(part))

    async def _then(self, part: Mapping[bytes, str], height: int) -> dict[bytes, int]:
        """What scripts held at a height: what they hold now, less what came since."""
        confirmed: dict[bytes, int] = {}
        since: dict[bytes, int] = {}

        async def ask_now() -> None:
            confirmed.update(await self._confirmed(part))

        async def ask_since() -> None:
            since.update(await self._histories.since(part, height))

        await together((ask_now(), ask_since()))
        return {script: amount - since[script] for script, amount in confirmed.items()}

    async def _confirmed(self, part: Mapping[bytes, str]) -> dict[bytes, int]:
        calls: list[Call] = [("blockchain.scripthash.get_balance", [name]) for name in part.values()]
        replies = await self._wire.batch(calls)
        return {script: self._balance(part[script], reply) for script, reply in zip(part, replies, strict=True)}

    def _balance(self, name: str, reply: Reply) -> int:
        if failure := failure_of(reply):
            raise self.link.fault(Reason.RPC_ERROR, f"the balance of script {name}: {failure}")
        try:
            return count(reply["result"]["confirmed"])
        except (KeyError, TypeError, ValueError) as error:
            raise self.link.fault(Reason.MALFORMED, f"the balance of script {name}: {error!r}") from None

    def _sum(self, amount: int) -> int:
        """``amount``, if that can have been a sum."""
        if amount < 0:
            raise self.link.fault(Reason.MALFORMED, "the balance and the history of an account contradict each other")
        return amount

    # --- what anchoring asks for ---

    @property
    def anchors(self) -> bool:
        """Whether some endpoint hands on blocks, whose hashes can be worked out here."""
        return bool(self._blocks) and parameters_of(self.network).block_hash is BlockHash.SHA256D

    async def tip_hash(self) -> str:
        return shown_hash((await self._headers.tip()).header)

    async def tip(self) -> Block:
        return (await self._headers.under(await self._headers.tip()))[1]

    async def hash_at(self, height: int) -> str | None:
        return await self._headers.hash_at(height)

    async def block_at(self, height: int) -> Block:
        return (await self._headers.at(height))[1]

    async def moved(self, block_hash: str, watched: Collection[Address]) -> Moved:
        return await self._moves.moved(block_hash, watched)

    async def amounts(self, accounts: Collection[Address]) -> dict[Address, int]:
        scripts = await asyncio.to_thread(self._scripts_of, accounts)
        sums = await self._sums(set(scripts.values()), None)
        return {account: self._sum(sums[script]) for account, script in scripts.items()}

    def shows(self, account: Address) -> bool:
        return shows_spending(self._scripts.of(account))

    async def _raw(self, block_hash: str) -> bytes:
        """The block, from the first endpoint that hands it on."""
        failures: list[ChainError] = []
        for hand_on in self._blocks:
            try:
                return await hand_on(block_hash)
            except ChainError as error:
                failures.append(error)
        told = "; ".join(map(str, failures))
        raise self.link.fault(Reason.TIP_MOVED, f"no endpoint hands on block {block_hash}: {told}")


def scripthash(script: bytes) -> str:
    """Return a script's name on the Electrum protocol: its SHA-256, bytes reversed, in hex."""
    return hashlib.sha256(script).digest()[::-1].hex()
