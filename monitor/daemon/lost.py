"""Claims that a chain once confirmed, and no longer does: how many, and what their accounts hold."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from monitor.daemon.judged import JudgedList
from monitor.formats import exact
from monitor.model import Address, LostConfirmations, SnapshotState, Token, VerdictStatus, frozen


def lost_of(judged: JudgedList, states: Mapping[str, SnapshotState]) -> LostConfirmations:
    """What ``judged`` has lost, with the coins of the snapshots in ``states``, each account once."""
    if not judged.lost:
        return LostConfirmations()
    coins: defaultdict[str, Decimal] = defaultdict(Decimal)
    counted: set[tuple[Token, Address]] = set()
    old = 0
    for position in judged.lost:
        verdict = judged.verdicts[position]
        old += verdict.status is VerdictStatus.UNBOUND and not verdict.answered
        claim = judged.claims[position]
        if claim.token is None or claim.account is None or (claim.token, claim.account) in counted:
            continue
        counted.add((claim.token, claim.account))
        state = states.get(claim.token.network)
        held = state.snapshot.balances.get(claim.token, {}) if state and state.snapshot else {}
        if claim.account in held:
            asset, amount = claim.token.asset, claim.token.whole(held[claim.account])
            coins[asset] = exact.add(coins[asset], amount)
    first = judged.lost[0]
    example = f"{judged.claims[first].account}: {judged.verdicts[first].reason}"
    return LostConfirmations(len(judged.lost) - old, old, frozen(dict(coins)), example)
