"""Between two snapshots: what the largest accounts held at one block since the last, chosen at random.

Coins that leave right after a snapshot and are back before the next one would never be seen.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from heapq import nlargest

import structlog

from monitor.chains import AtHeight, ChainError, ChainReader, Reason, Wanted
from monitor.giving_way import giving_way
from monitor.model import Address, Balances, Height, LookBack, Reading, Snapshot, Token

_MOST = 1000
"""Accounts of each token that are read again, the largest first."""
_KEPT = 30
"""Blocks that every node still has the states of: 128, less those that finality takes."""

_log = structlog.get_logger(__name__)


async def read_between(
    reader: ChainReader,
    wanted: Wanted,
    blocks: range,
    chance: Callable[[], float],
    patience: float,
) -> Reading | None:
    """Read ``wanted`` at one of ``blocks``; of the newest of them only, where the node has no older states.

    None where it cannot be read at all within ``patience`` seconds: it is a further look, and fails nothing.
    """
    try:
        async with asyncio.timeout(patience):
            try:
                return await reader.read(wanted, _one_of(blocks, chance))
            except ChainError as error:
                if not _pruned(error) or len(blocks) <= _KEPT:
                    raise
                return await reader.read(wanted, _one_of(blocks[-_KEPT:], chance))
    except (ChainError, TimeoutError) as error:
        _log.debug("not looked back", error=str(error))
        return None


def _one_of(blocks: range, chance: Callable[[], float]) -> AtHeight:
    return AtHeight(Height(blocks[int(chance() * len(blocks))]))


def _pruned(error: ChainError) -> bool:
    return error.reason is Reason.PRUNED or any(map(_pruned, error.causes))


def largest(before: Snapshot, after: Snapshot) -> dict[Token, tuple[Address, ...]]:
    """The accounts of both snapshots that held most in either, by token. Of many accounts it takes a while."""
    found = {}
    for token, now in giving_way(after.balances.items()):
        then = before.balances.get(token, {})
        held = {account: max(units, then[account]) for account, units in now.items() if account in then}
        found[token] = tuple(account for account in nlargest(_MOST, held, key=held.__getitem__) if held[account])
    return {token: accounts for token, accounts in found.items() if accounts}


def moved(before: Snapshot, then: Reading, after: Snapshot, looked_at: Mapping[Token, Collection[Address]]) -> LookBack:
    """Return what those of ``looked_at`` held ``before`` and ``then`` who did not hold the same all three times.

    Whoever did was not away, and most did. Of many accounts it takes a while.
    """
    held_then = then.of(looked_at)
    moving = {
        token: [
            each
            for each, units in held.items()
            if not units == before.balances[token][each] == after.balances[token][each]
        ]
        for token, held in giving_way(held_then.items())
    }
    return LookBack(then.block, _those_of(before.balances, moving), _those_of(held_then, moving))


def _those_of(balances: Balances, accounts: Mapping[Token, Collection[Address]]) -> Balances:
    return {token: {each: balances[token][each] for each in some} for token, some in accounts.items()}
