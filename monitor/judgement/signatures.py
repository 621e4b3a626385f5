"""Signatures that a newer list no longer has (design, section 4, rules 5 and 11)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from monitor.judgement import exact
from monitor.judgement.holdings import COUNTED, Holdings
from monitor.model import Address, Basis, SignaturesGone, SnapshotState, Token, frozen


def signatures_gone(
    before: Holdings, after: Holdings, states: Mapping[str, SnapshotState], at: datetime
) -> SignaturesGone | None:
    """Find the accounts that ``after`` still lists, and for which it no longer has a valid signature as ``before`` had.

    Their size is what was last read of them, by ``states``. None where there is no such account.
    """
    accounts = unread = 0
    amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
    for token, lost in _lost(before, after):
        state = states.get(token.network)
        snapshot = state.of(token) if state else None
        held = snapshot.balances.get(token, {}) if snapshot else {}
        found = [held[account] for account in lost if account in held]
        accounts += len(lost)
        unread += len(lost) - len(found)
        amounts[token.asset] = exact.add(amounts[token.asset], token.whole(sum(found)))
    return SignaturesGone(at, accounts, frozen(amounts), unread) if accounts else None


def _lost(before: Holdings, after: Holdings) -> list[tuple[Token, frozenset[Address]]]:
    pairs = (
        (token, _signed(before, token) & frozenset().union(*after.accounts[token].values()) - _signed(after, token))
        for token in before.accounts.keys() & after.accounts.keys()
    )
    return [(token, lost) for token, lost in pairs if lost]


def _signed(holdings: Holdings, token: Token) -> frozenset[Address]:
    standings = holdings.accounts[token]
    return frozenset().union(*(standings.get(standing, ()) for standing in COUNTED[Basis.SIGNED]))
