"""Signatures that a newer list no longer has (design, section 4, rules 5 and 11)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from monitor.formats import exact
from monitor.judgement.holdings import COUNTED, Holdings
from monitor.model import Address, Basis, SignaturesGone, SnapshotState, Token, frozen, total

Lost = Mapping[Token, frozenset[Address]]


def signatures_lost(before: Holdings, after: Holdings, earlier: Lost) -> Lost:
    """Find the accounts that ``after`` still lists, and for which it no longer has a valid signature as ``before`` had.

    With those of ``earlier``, the same of lists before, that have none yet: who lets go in steps shall not look small.
    Empty where ``before`` had none that is gone.
    """
    lost = {
        token: _unsigned(after, token) & _signed(before, token)
        for token in before.accounts.keys() & after.accounts.keys()
    }
    if not any(lost.values()):
        return {}
    for token, accounts in earlier.items():
        if token in after.accounts:
            lost[token] = lost.get(token, frozenset()) | accounts & _unsigned(after, token)
    return frozen({token: accounts for token, accounts in lost.items() if accounts})


def signatures_gone(lost: Lost, states: Mapping[str, SnapshotState], at: datetime) -> SignaturesGone:
    """Return how much is ``lost``: the accounts, and what was last read of them, by ``states``."""
    gone = unread = 0
    amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
    for token, accounts in lost.items():
        state = states.get(token.network)
        snapshot = state.of(token) if state else None
        held = snapshot.balances.get(token, {}) if snapshot else {}
        found = [held[account] for account in accounts if account in held]
        gone += len(accounts)
        unread += len(accounts) - len(found)
        amounts[token.asset] = exact.add(amounts[token.asset], token.whole(total(found)))
    return SignaturesGone(at, gone, frozen(amounts), unread)


def _unsigned(holdings: Holdings, token: Token) -> frozenset[Address]:
    return frozenset(holdings.of(token)) - _signed(holdings, token)


def _signed(holdings: Holdings, token: Token) -> frozenset[Address]:
    signed = (each.accounts for each in holdings.accounts[token] if each.standing in COUNTED[Basis.SIGNED])
    return frozenset().union(*signed)
