"""EVM nodes: every balance and every answer of a contract at one block hash."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from monitor.chains.block_choice import BlockChoice
from monitor.chains.errors import ChainError, Reason
from monitor.chains.evm import balances, feeds, freezes, owners, positions, sent, values
from monitor.chains.evm.call_size import CallSize
from monitor.chains.evm.method_choice import Methods
from monitor.chains.evm.methods import Method, methods_of
from monitor.chains.evm.multicall import MULTICALL3
from monitor.chains.evm.pin import Pin, Pins, nowhere, position
from monitor.chains.evm.proofs import header, reading, slots
from monitor.chains.evm.proofs.gathering import MOST_WORDS
from monitor.chains.evm.rpc import AtBlock, EvmRpc, HashRefusedError
from monitor.chains.link import Link
from monitor.chains.node import BalanceSlots, Confirmed, Counted, Held, Node, Quoted, StateRoot, Wanted
from monitor.model import Address, Block, Network, OwnerQuestion, Token

T = TypeVar("T", Held, Confirmed, BalanceSlots, Quoted, Counted)


class EvmNode(Node):
    """One EVM endpoint."""

    def __init__(self, network: Network, link: Link, methods: Sequence[Method] | None = None) -> None:
        """``methods`` of reading many balances that may be tried; by default all that may work on ``network``."""
        super().__init__(network, link)
        self._rpc = EvmRpc(link)
        self._methods = Methods(methods_of(network) if methods is None else methods)
        self._pins = Pins(self._rpc)
        self._proofs = CallSize(MOST_WORDS)
        self._proves = False

    @property
    def method(self) -> str:
        return "proof" if self._proves else self._methods.name

    # --- the chain and its blocks ---

    async def identify(self) -> str:
        result = await self._rpc.result("eth_chainId", [])
        try:
            return f"eip155:{values.quantity(result)}"
        except ValueError as error:
            raise self.link.fault(Reason.MALFORMED, f"eth_chainId: {error}") from None

    async def resolve(self, choice: BlockChoice) -> Block:
        return await self._rpc.chosen(choice)

    # --- balances ---

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        if not any(wanted.values()):  # whether the block still is the chain's, and nothing of its state
            return Held(await self._rpc.still_canonical(block), {token: {} for token in wanted})

        async def read(at: AtBlock) -> Held:
            held = await balances.balances(at, self._methods, wanted)
            held = await freezes.with_frozen(at, self._methods, held, self.network.freezes)
            return await positions.valued(at, held)

        return await self._pinned(block, read)

    async def _pinned(self, block: Block, work: Callable[[AtBlock], Awaitable[T]]) -> T:
        """Do ``work`` at ``block`` by hash; where no hash holds the node, by number between two looks at the hash."""
        pin = await self._pins.of(block)
        if pin is Pin.HASH:
            try:
                return await self._checked_after(block, pin, work)
            except HashRefusedError:
                self._pins.refused_hash()
        await self._rpc.still_canonical(block)
        return await self._checked_after(block, Pin.NUMBER, work)

    async def _checked_after(self, block: Block, pin: Pin, work: Callable[[AtBlock], Awaitable[T]]) -> T:
        """What ``work`` found, under the block as this endpoint tells it."""
        found = await work(AtBlock(self._rpc, block, position(pin, block), nowhere(pin, block)))
        return replace(found, block=await self._rpc.still_canonical(block))

    async def abilities(self, block: Block) -> dict[str, str]:
        pin = await self._pins.of(block)
        try:
            await self._rpc.result("eth_getProof", [MULTICALL3, [], position(pin, block)])
            proofs = "yes"
        except ChainError as error:
            proofs = f"no ({error.reason})"
        try:
            await self.sent([MULTICALL3], block)
            counts = "told"
        except ChainError as error:
            counts = f"not told ({error.reason})"
        found = {
            "many balances": self.method,
            "state overrides": "yes" if self._methods.name == "override" else "no",
            "block hash": "heeded" if pin is Pin.HASH else "ignored; held by number",
            "proofs": proofs,
            "sent transactions": counts,
        }
        if self.method == "batch":
            found["batch"] = f"{self.link.settings.batch} calls a request at the most"
        return found

    def forget(self) -> None:
        self._pins.forget()

    # --- proofs ---

    async def state_root(self, block: Block) -> StateRoot:
        return await header.read(self._rpc, block)

    async def balance_slots(self, tokens: Sequence[Token], block: Block) -> BalanceSlots:
        return await self._pinned(block, lambda at: slots.find(at, tokens))

    async def proven(self, wanted: Wanted, root: StateRoot, slots: BalanceSlots) -> Held:
        unproven = positions.unprovable(wanted)
        provable = {token: accounts for token, accounts in wanted.items() if token not in unproven}

        def read(at: AtBlock) -> Awaitable[Held]:
            return reading.proven(at, self._methods, self._proofs, provable, root=root, slots=slots)

        held = await self._pinned(root.block, read)
        self._proves = True
        return replace(held, failed=held.failed | unproven)

    # --- owners ---

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        return await self._pinned(block, lambda at: owners.confirm(at, questions))

    # --- what accounts have sent ---

    async def sent(self, accounts: Sequence[Address], block: Block) -> Counted:
        return await self._pinned(block, lambda at: sent.sent(at, accounts))

    # --- prices ---

    async def quote(self, contracts: Sequence[Address], block: Block) -> Quoted:
        return await self._pinned(block, lambda at: feeds.quote(at, contracts))
