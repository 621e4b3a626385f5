"""What was away between two snapshots: coins that leave after one and are back before the next."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from monitor.judgement import exact
from monitor.judgement.holdings import Holdings
from monitor.judgement.tally import sums_of
from monitor.model import Basis, SnapshotState


def away(holdings: Holdings, state: SnapshotState, basis: Basis) -> Mapping[str, Decimal]:
    """Sum up, by asset, how many whole coins were away at the block that was looked back at.

    Away is what the accounts that were looked at held in the snapshot and in the one before, whichever is less, and
    did not hold then: so neither coins that came since nor those that have left for good are counted as away.
    """
    snapshot, low = state.snapshot, state.low
    if snapshot is None or low is None:
        return {}
    counted = Basis.LISTED if basis is Basis.ASSERTED else basis
    sums: defaultdict[str, list[Decimal]] = defaultdict(lambda: [exact.ZERO] * 3)
    for token, standings in holdings.accounts.items():
        then = low.then.get(token)
        if then is None:
            continue
        for moment, held in enumerate((low.before[token], then, snapshot.balances[token])):
            amounts = {
                standing: token.whole(sum(held[account] for account in accounts if account in then))
                for standing, accounts in standings.items()
            }
            counts = sums_of(amounts).bases[counted]
            sums[token.asset][moment] = exact.add(sums[token.asset][moment], counts)
    found = {asset: exact.subtract(min(before, after), then) for asset, (before, then, after) in sums.items()}
    return {asset: coins for asset, coins in found.items() if coins > 0}
