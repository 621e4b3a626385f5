"""What an endpoint knows of the past: whether it keeps old states, and whether what it says about them is true.

Nodes that keep no old state mostly say so, but some answer with the newest balance, or with zero. So a balance of the
past that is known for certain, a canary, is asked for before any other of the past is believed.
"""

from dataclasses import dataclass
from enum import IntEnum

from monitor.chains.block_choice import AtHeight
from monitor.chains.concurrency import now
from monitor.chains.errors import ChainError, Reason
from monitor.chains.link import Link
from monitor.chains.node import Node
from monitor.model import Address, Block, Height, Network, Token
from monitor.settings import NetworkSettings

_AGAIN_AFTER = 3600.0
"""Seconds after which the canary is asked for again: it may be another node behind the same URL."""


@dataclass(frozen=True, slots=True)
class Canary:
    """A native balance of the past, in base units, that is known without asking a node."""

    account: Address
    height: int
    balance: int


_KNOWN = {
    # Its genesis allocation (params/allocs of go-ethereum): nobody could move a coin before the chain's first
    # transactions, in August 2015 from block 46 147 on. Pruned nodes may keep the state of block 0, but not this one.
    "eip155:1": Canary("0x000d836201318ec6899a67540690382780743280", 40_000, 200 * 10**18),
}


class Past(IntEnum):
    """How good an endpoint is for a block of the past, the best first."""

    KEPT = 0
    UNKNOWN = 1
    PRUNED = 2
    FALSE = 3


class Archive:
    """What one endpoint has shown of the past."""

    def __init__(self, network: Network, canary: Canary | None = None, *, told: bool | None = None) -> None:
        """``told``: what the settings say, if they do."""
        self.canary = canary
        self.coin = Token("", network.name, None, 0)
        """The native coin; its name and decimals do not matter to a node."""
        self.kept: bool | None = told
        """Whether it keeps old states; None until it was found out."""
        self.refusal = ""
        """Why nothing that it says of the past is believed; empty where nothing speaks against it."""
        self._told = told
        self._pruned = -1
        self._again_at = 0.0

    @property
    def _due(self) -> bool:
        """Whether the canary is to be asked for before anything else of the past."""
        return self.canary is not None and now() >= self._again_at

    def rank(self, height: int) -> Past:
        """Tell how good it is for the block at ``height``."""
        if self.refusal:
            return Past.FALSE
        if self._told is False or height <= self._pruned:
            return Past.PRUNED
        return Past.KEPT if self.kept else Past.UNKNOWN

    async def try_canary(self, node: Node, link: Link, height: int) -> None:
        """Let ``node`` tell the canary, if one lies under ``height``; ``false_past`` where it tells anything else."""
        canary = self.canary
        if canary is None or canary.height > height:
            return
        if not self._due:
            if self.refusal:
                raise ChainError(Reason.FALSE_PAST, f"{link.name}: {self.refusal}")
            return
        try:
            block = await node.resolve(AtHeight(Height(canary.height)))
            held = await node.balances({self.coin: [canary.account]}, block)
        except ChainError as error:
            if error.reason not in (Reason.PRUNED, Reason.PAST_BLOCK, Reason.BEHIND):
                raise
            self._tried(kept=False)  # nothing was told, so nothing was false
            return
        found = held.balances.get(self.coin, {}).get(canary.account)
        if found != canary.balance:
            refusal = f"it tells that {canary.account} had {found} at block {canary.height}, not {canary.balance}"
            self._tried(kept=False, refusal=refusal)
            raise link.fault(Reason.FALSE_PAST, refusal)
        self._tried(kept=True)

    def _tried(self, *, kept: bool, refusal: str = "") -> None:
        self._again_at = now() + _AGAIN_AFTER
        self.kept = kept
        self.refusal = refusal
        if kept:
            self._pruned = -1

    def pruned(self, block: Block) -> None:
        """Note that the state of ``block`` is gone, and so is that of all blocks before."""
        self._pruned = max(self._pruned, block.number)
        self.kept = False


def canary_of(network: Network, settings: NetworkSettings) -> Canary | None:
    """Return the canary of ``network``, if one is known or configured."""
    if settings.canary:
        return Canary(settings.canary.account, settings.canary.height, settings.canary.balance)
    return _KNOWN.get(network.caip2)
