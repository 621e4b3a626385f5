"""Conflux nodes (JSON-RPC, ``cfx_…``): all CFX of accounts at one epoch of Conflux Core.

Accounts are told at an epoch, by its number (a hash is taken by ``cfx_getBalance`` alone, which leaves out what is
staked). An epoch is named by the block on the pivot chain that closes it; another one may take its place until it is
final. So that block's hash must be the same before and after, and a node must refuse an epoch that there is not.

An account owns its balance, what it has staked and what it has deposited as collateral for storage. One that was never
used has zeros, in the node's own words.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from monitor.chains.batches import Batches
from monitor.chains.block_choice import BlockChoice, Tag
from monitor.chains.errors import Reason
from monitor.chains.evm.values import block_hash, quantity
from monitor.chains.jsonrpc import Call, Reply, failure_of
from monitor.chains.link import Link
from monitor.chains.node import Held, Wanted
from monitor.chains.pinned import PinnedNode, any_account
from monitor.chains.rest_api import member, strictly, text
from monitor.chains.tokens import only_coins
from monitor.formats import shown
from monitor.model import Address, Block, Height, Network, PositionKind, Token
from monitor.registry.addresses import AddressError, decode

_TAGS = {"finalized": "latest_finalized", "safe": "latest_confirmed", "latest": "latest_state"}
_PARTS = {"balance": "free", "stakingBalance": "staked", "collateralForStorage": "collateral"}
_KINDS = {"staked": PositionKind.STAKED, "collateral": PositionKind.LOCKED}
"""Of what an account owns, what is not free."""
_AHEAD = re.compile(r"is not executed|less than largest epoch", re.IGNORECASE)
_GONE = re.compile(r"out.of.bound|not available|does not exist|pruned", re.IGNORECASE)
_FAR = 1 << 30
"""Epochs above any that a chain reaches."""
_MOST = 1 << 256


class ConfluxNode(PinnedNode):
    """One node. It keeps the states of the last 100 000 epochs, an archive node all."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._batches = Batches(link, self.rpc)

    async def identify(self) -> str:
        status = await self.result("cfx_getStatus", [])
        with strictly(self.link, "cfx_getStatus"):
            return f"conflux:{quantity(member(status, 'chainId'))}"

    # --- epochs ---

    async def resolve(self, choice: BlockChoice) -> Block:
        return await (self._epoch(_TAGS[choice.name]) if isinstance(choice, Tag) else super().resolve(choice))

    async def newest(self) -> Block:
        return await self._epoch(_TAGS["latest"])

    async def block_at(self, number: int) -> Block:
        return await self._epoch(hex(number))

    async def _epoch(self, name: str) -> Block:
        """The block that closes the epoch of that name."""
        header = await self.result("cfx_getBlockByEpochNumber", [name, False])
        with strictly(self.link, f"epoch {name}"):
            moment = datetime.fromtimestamp(quantity(member(header, "timestamp")), UTC)
            return Block(Height(quantity(member(header, "epochNumber"))), block_hash(member(header, "hash")), moment)

    # --- balances ---

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        at = await self.own(block)
        asked, failed = only_coins(wanted, self.network)
        if sample := any_account(asked):
            await self._try_nowhere(sample, at)
        parts: defaultdict[Token, dict[Address, int]] = defaultdict(dict)
        balances = {token: await self._balances(token, list(asked[token]), at, parts) for token in asked}
        self._batches.grow()
        return Held(await self.own(at), balances, failed, positions=dict(parts))

    async def _balances(
        self, coin: Token, accounts: Sequence[Address], at: Block, parts: defaultdict[Token, dict[Address, int]]
    ) -> dict[Address, int]:
        """What ``accounts`` own of the coin, of which ``parts`` get what is not free."""
        replies = await self._batches.all([_account(account, at.number) for account in accounts])
        found: dict[Address, int] = {}
        for account, reply in zip(accounts, replies, strict=True):
            told = self.told("cfx_getAccount", reply)
            with strictly(self.link, f"cfx_getAccount {account}"):
                if not self._is(member(told, "address"), account):
                    raise ValueError(f"it is about {member(told, 'address')!r:.80}")
                owned = {name: quantity(member(told, field)) for field, name in _PARTS.items()}
                found[account] = sum(owned.values())
                if found[account] >= _MOST:
                    raise ValueError("it has more than there can be")
            for name, kind in _KINDS.items():
                if owned[name]:
                    parts[coin.part(name, kind)][account] = owned[name]
        return found

    def _is(self, told: object, account: Address) -> bool:
        """Whether ``told`` spells ``account``, which nodes do in upper case and with its type."""
        try:
            return decode(self.network, text(told)).canonical == account
        except AddressError:
            return False

    async def _try_nowhere(self, account: Address, at: Block) -> None:
        """Answers do not name their epoch: see that it looks for the one that it is asked for."""
        reply = await self.rpc.call(*_account(account, at.number + _FAR))
        if failure_of(reply) is None:
            raise self.unpinned(f"epoch {at.number + _FAR}")

    # --- answers ---

    def told(self, what: str, reply: Reply) -> object:
        """Raise what a node's words mean, the larger part of which is in the error's data."""
        failure = failure_of(reply)
        if failure is None:
            return reply["result"]
        said = f"{failure} {shown(str(reply['error'].get('data', '')), 150)}".strip()
        reason = Reason.BEHIND if _AHEAD.search(said) else Reason.PRUNED if _GONE.search(said) else Reason.RPC_ERROR
        raise self.link.fault(reason, f"{what}: {said}")


def _account(account: Address, epoch: int) -> Call:
    return "cfx_getAccount", [account, hex(epoch)]
