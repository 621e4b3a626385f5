"""What miners hold of FIL, by what it is for: most of it cannot be moved."""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from monitor.chains.rest_api import decimal, member
from monitor.model import Address, PositionKind, Token

_BITS = 128
"""More than any amount of attoFIL has: there are 2 \u00b7 10^27."""
_DEBT = "FeeDebt"
"""What of all actors' states only those of miners have."""


_LOCKED = (
    ("pledged", PositionKind.STAKED, "InitialPledge"),
    ("deposited", PositionKind.LOCKED, "PreCommitDeposits"),
    ("vesting", PositionKind.LOCKED, "LockedFunds"),
)
"""What of a miner's balance is not its to spend: for its sectors, which is slashed if they fail; for sectors that it
has announced; and rewards, which are paid out over half a year."""


class Miner(NamedTuple):
    """An actor that may be a miner, in attoFIL."""

    balance: int
    locked: tuple[int, ...] = ()
    """As much as :data:`_LOCKED` says; nothing, of an actor that is no miner."""
    owed: int = 0
    """Fees that it could not pay: not its own."""
    escrow: int = 0
    """What the market holds for its deals, beside the balance."""

    @property
    def own(self) -> int:
        """What of the balance is its own, locked or not."""
        return max(0, self.balance - self.owed)


def attofil(value: object) -> int:
    """Return an amount, which is written as text; raises ValueError where it is none."""
    return decimal(value, _BITS)


def miner_of(document: object) -> Miner:
    """Return the actor in the answer to ``StateReadState``; raises ValueError, TypeError or LookupError."""
    held, state = attofil(member(document, "Balance")), member(document, "State")
    if state is not None and not isinstance(state, dict):
        raise TypeError(f"{state!r:.60} is not the state of an actor")
    if state is None or _DEBT not in state:
        return Miner(held)
    return Miner(held, tuple(attofil(member(state, name)) for *_, name in _LOCKED), attofil(state[_DEBT]))


def parts_of(coin: Token, miners: Mapping[Address, Miner]) -> dict[Token, dict[Address, int]]:
    """Return what of miners' balances is no coin in a wallet. (What they owe may leave less than is locked.)"""
    found: defaultdict[Token, dict[Address, int]] = defaultdict(dict)
    for account, miner in miners.items():
        left = miner.own
        for (name, kind, _), units in zip(_LOCKED, miner.locked, strict=bool(miner.locked)):
            if part := min(units, left):
                found[coin.part(name, kind)][account] = part
            left -= part
        if miner.escrow:
            found[coin.part("escrowed", PositionKind.LOCKED)][account] = miner.escrow
    return dict(found)
