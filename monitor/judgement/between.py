"""What was away between two snapshots: coins that leave after one and are back before the next."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from monitor.formats import exact
from monitor.judgement.holdings import MOST, Holdings, by_basis
from monitor.model import Basis, SnapshotState, frozen, total


def away(holdings: Holdings, state: SnapshotState) -> Mapping[str, Mapping[Basis, Decimal]]:
    """Sum up, by asset of which any were and by basis, how many whole coins were away at the block looked back at.

    Away is what the accounts that were looked at held in the snapshot and in the one before, whichever is less, and
    did not hold then: so neither coins that came since nor those that have left for good are counted as away. Of a
    basis everything that counts there, or might.
    """
    snapshot, low = state.snapshot, state.low
    if snapshot is None or low is None:
        return {}
    sums: defaultdict[str, list[dict[Basis, Decimal]]] = defaultdict(
        lambda: [dict.fromkeys(MOST, exact.ZERO) for _ in range(3)]
    )
    for token, groups in holdings.accounts.items():
        then, after = low.then.get(token), snapshot.balances.get(token)
        if then is None or after is None:
            continue
        for moment, held in zip(sums[token.asset], (low.before[token], then, after), strict=True):
            amounts = {
                each.standing: token.whole(total(held[account] for account in each.accounts if account in then))
                for each in groups
            }
            for basis, amount in by_basis(MOST, amounts).items():
                moment[basis] = exact.add(moment[basis], amount)
    found = {
        asset: {basis: max(exact.subtract(min(before[basis], after[basis]), then[basis]), exact.ZERO) for basis in MOST}
        for asset, (before, then, after) in sums.items()
    }
    return frozen({asset: each for asset, each in found.items() if any(each.values())})
