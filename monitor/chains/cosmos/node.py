"""Nodes of Cosmos SDK chains (CometBFT's JSON-RPC): coins with what is staked, at one height, and proofs of them.

Every question names a height, and every answer the height that it is of. What an account holds of the chain's own coin
is its balance, what it has delegated to validators, and what is on its way back from them. Rewards are no coins until
they are claimed. A block is final once it is there. The newest that is read is the one before the newest: only the
header that follows a block says what its state is.

With ``verify: proof`` balances are proven against that header. What is staked is not part of them: no proof shows that
a node tells all delegations.
"""

from collections.abc import Sequence
from typing import NamedTuple

from monitor.chains.cosmos.headers import Header, digest, header_of
from monitor.chains.cosmos.proofs import octets, proven_value
from monitor.chains.cosmos.questions import BANK, DELEGATED, UNBONDING, balance, stored, stored_amount, supply
from monitor.chains.cosmos.state import State
from monitor.chains.errors import Reason
from monitor.chains.jsonrpc import failure_of
from monitor.chains.link import Link
from monitor.chains.node import BalanceSlots, Held, StateRoot, Wanted
from monitor.chains.pinned import PinnedNode
from monitor.chains.rest_api import decimal, member, strictly, text
from monitor.model import Address, BalanceSlot, Block, Height, Network, PositionKind, Token
from monitor.registry.addresses import decode

DENOMS = {
    "celestia": "utia",
    "cosmos": "uatom",
    "cronos-pos": "basecro",
    "dora-vota": "peaka",
    "dydx": "adydx",
    "injective": "inj",
    "terra": "uluna",
    "terra-classic": "uluna",
}
"""By what each chain calls the base unit of its own coin."""


_PARTS = {"delegated": DELEGATED, "unbonding": UNBONDING}
"""What of the own coin is with validators, and on its way back from them."""


class _Status(NamedTuple):
    chain: str
    newest: int


class CometNode(PinnedNode):
    """One node."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._state = State(link, self.rpc)

    async def identify(self) -> str:
        return f"cosmos:{(await self._status()).chain}"

    async def _status(self) -> _Status:
        reply = await self.rpc.call("status", {})
        if failure := failure_of(reply):
            raise self.link.fault(Reason.RPC_ERROR, f"status: {failure}")
        found = reply["result"]
        with strictly(self.link, "status"):
            told = _Status(
                text(member(found, "node_info", "network")),
                decimal(member(found, "sync_info", "latest_block_height")),
            )
            if member(found, "sync_info", "catching_up") is not False:
                raise self.link.fault(Reason.BEHIND, f"it is still syncing, and has block {told.newest}")
        return told

    # --- blocks ---

    async def block_at(self, number: int) -> Block:
        return (await self._header(number))[0]

    async def tip(self) -> int:
        return (await self._status()).newest - 1

    async def _header(self, number: int) -> tuple[Block, Header]:
        """The block at a height, as it was voted on, and its header."""
        reply = await self.rpc.call("commit", {"height": str(number)})
        if failure_of(reply):
            newest = (await self._status()).newest
            raise self.absent(f"block {number}", number, newest)
        with strictly(self.link, f"commit {number}"):
            signed = member(reply["result"], "signed_header")
            header = header_of(member(signed, "header"))
            if header.height != number or decimal(member(signed, "commit", "height")) != number:
                raise ValueError(f"it is about block {header.height}")
            if f"cosmos:{header.chain}" != self.network.caip2:
                raise ValueError(f"it is about the chain {header.chain}")
            voted = digest(member(signed, "commit", "block_id", "hash"))
        return Block(Height(number), voted, header.moment), header

    # --- balances ---

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        at = await self.own(block)
        denoms, failed = await self._denoms(wanted, at)
        held: dict[Token, dict[Address, int]] = {}
        positions: dict[Token, dict[Address, int]] = {}
        for token, denom in denoms.items():
            accounts = wanted[token]
            questions = {account: balance(account, denom) for account in accounts}
            held[token] = await self._state.amounts(questions, denom, at)
            for part, listing in _PARTS.items() if token.contract is None else ():
                found = await self._state.sums(accounts, listing, denom, at)
                if staked := {account: units for account, units in found.items() if units}:
                    positions[token.part(part, PositionKind.STAKED)] = staked
                held[token] = {account: units + found[account] for account, units in held[token].items()}
        self._state.grow()
        return Held(at, held, failed, positions=positions)

    async def _denoms(self, wanted: Wanted, block: Block) -> tuple[dict[Token, str], dict[Token, str]]:
        """What the chain calls the coins of ``wanted``, and why some are none: of what there is not everybody has 0."""
        names = {token: token.contract or DENOMS.get(self.network.name, "") for token in wanted}
        unknown = f"what {self.network.title} calls its own coin is not known here"
        failed = {token: unknown for token, denom in names.items() if not denom}
        for denom in {*names.values()} - {""}:
            if not (await self._state.amounts({denom: supply(denom)}, denom, block))[denom]:
                why_not = f"there are no coins of {denom} at block {block.number}"
                failed |= {token: why_not for token, name in names.items() if name == denom}
        return {token: denom for token, denom in names.items() if token not in failed}, failed

    # --- proofs ---

    async def state_root(self, block: Block) -> StateRoot:
        following, header = await self._header(block.number + 1)
        if header.hash != following.hash:
            detail = f"the header of block {following.number} does not make its hash, {following.hash:.80}"
            raise self.link.fault(Reason.UNSUPPORTED, detail)
        if header.before != block.hash:
            raise self.slipped(block, Block(block.number, header.before, block.timestamp))
        return StateRoot(block, header.state)

    async def balance_slots(self, tokens: Sequence[Token], block: Block) -> BalanceSlots:
        """Return where the bank keeps them all."""
        return BalanceSlots(block, dict.fromkeys(tokens, BalanceSlot(2)))

    async def proven(self, wanted: Wanted, root: StateRoot, slots: BalanceSlots) -> Held:
        denoms, failed = await self._denoms(wanted, root.block)
        held = {token: await self._proven(list(wanted[token]), denom, root) for token, denom in denoms.items()}
        self._state.grow()
        return Held(root.block, held, failed)

    async def _proven(self, accounts: Sequence[Address], denom: str, root: StateRoot) -> dict[Address, int]:
        questions = [stored(decode(self.network, account).payload, denom) for account in accounts]
        responses = await self._state.responses(questions, root.block, prove=True)
        found = {}
        for account, question, response in zip(accounts, questions, responses, strict=True):
            what = f"{denom} of {account}"
            with strictly(self.link, f"proof of {what}"):
                value = proven_value(member(response, "proofOps"), BANK, question.data, root.root)
                found[account] = stored_amount(value, denom)
                told = octets(member(response, "value"))
            if told != (value or b""):
                detail = f"{what} at block {root.block.number}: it tells {told!r:.60} and proves {value!r:.60}"
                raise self.link.fault(Reason.DISAGREEMENT, detail)
        return found
