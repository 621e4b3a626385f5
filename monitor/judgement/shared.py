"""Accounts that more than one exchange claims (design, section 4, rule 6)."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations

from monitor.judgement.holdings import Holdings
from monitor.model import Address, SharedAccounts, frozen

_EXAMPLES = 5

Named = Mapping[str, set[Address]]
"""By network, empty where it is not known, every account that a list names."""


def shared_accounts(holdings: Mapping[str, Holdings]) -> Mapping[str, tuple[SharedAccounts, ...]]:
    """By exchange, what it shares with each other exchange; an exchange that shares nothing has an empty tuple.

    An account is shared when both lists name it on the same network, whatever coins they say are in it, and whether
    these can be counted or not. Where a list does not tell the network, the address itself is looked for on all.
    """
    named = {exchange: _named(each) for exchange, each in holdings.items()}
    found: dict[str, list[SharedAccounts]] = {exchange: [] for exchange in holdings}
    for one, other in combinations(sorted(holdings), 2):
        count, examples = _common(named[one], named[other])
        if count:
            found[one].append(SharedAccounts(other, count, examples))
            found[other].append(SharedAccounts(one, count, examples))
    return frozen({exchange: tuple(shared) for exchange, shared in found.items()})


def _common(mine: Named, theirs: Named) -> tuple[int, tuple[str, ...]]:
    common = {
        (account, network) for network in mine.keys() & theirs.keys() for account in mine[network] & theirs[network]
    }
    found = {account for account, _ in common}
    for adrift, placed in ((mine.get("", set()), theirs), (theirs.get("", set()), mine)):
        for network, accounts in placed.items():
            common |= {(account, network) for account in (adrift & accounts) - found}
    named = sorted(common, key=lambda pair: (pair[1], pair[0]))[:_EXAMPLES]
    return len(common), tuple(f"{account} on {network or 'an unknown network'}" for account, network in named)


def _named(holdings: Holdings) -> Named:
    named: defaultdict[str, set[Address]] = defaultdict(set)
    for token in holdings.accounts:
        named[token.network].update(holdings.of(token))
    for network, account in holdings.uncounted:
        named[network].add(account)
    return named
