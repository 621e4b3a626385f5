"""Accounts that more than one exchange claims (design, section 4, rule 6)."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from heapq import nsmallest
from operator import itemgetter

from monitor.giving_way import giving_way
from monitor.judgement.holdings import Holdings
from monitor.model import Address, SharedAccounts, frozen

_EXAMPLES = 5
_UNKNOWN = ""
"""The network of accounts where a list does not tell it."""

Place = tuple[Address, str]
"""An account and its network."""
Common = tuple[int, tuple[str, ...]]
"""How many accounts two lists both name, and the first few."""


class SharedFinder:
    """Compares lists, each pair of them once for as long as neither is another one."""

    def __init__(self) -> None:
        self._lists: dict[str, Holdings] = {}
        self._pairs: dict[frozenset[str], Common] = {}
        """By the two exchanges."""
        self._found: Mapping[str, tuple[SharedAccounts, ...]] = frozen({})

    def find(self, holdings: Mapping[str, Holdings]) -> Mapping[str, tuple[SharedAccounts, ...]]:
        """By exchange, what it shares with each other exchange; an exchange that shares nothing has an empty tuple.

        An account is shared when both lists name it on the same network, whatever coins they say are in it, and whether
        these can be counted or not. Where a list does not tell the network, the address itself is looked for on all.
        """
        same = {name for name, each in holdings.items() if self._lists.get(name) is each}
        if len(same) == len(holdings) == len(self._lists):
            return self._found
        self._pairs = {pair: common for pair, common in self._pairs.items() if pair <= same}
        for one in holdings.keys() - same:
            mine = _named(holdings[one])
            for other, theirs in giving_way(holdings.items()):
                pair = frozenset((one, other))
                if other != one and pair not in self._pairs:
                    self._pairs[pair] = _told(_common(mine, theirs))
        self._lists = dict(holdings)
        self._found = frozen({exchange: tuple(self._of(exchange)) for exchange in holdings})
        return self._found

    def _of(self, exchange: str) -> Iterator[SharedAccounts]:
        for other in sorted(self._lists.keys() - {exchange}):
            count, examples = self._pairs[frozenset((exchange, other))]
            if count:
                yield SharedAccounts(other, count, examples)


def _told(common: Collection[Place]) -> Common:
    first = nsmallest(_EXAMPLES, common, key=itemgetter(1, 0))
    return len(common), tuple(f"{account} on {network or 'an unknown network'}" for account, network in first)


def _common(mine: Mapping[str, set[Address]], theirs: Holdings) -> set[Place]:
    """What both name. Of the other list no sets are made: together they would take more than all that is kept of it."""
    common: set[Place] = set()
    adrift: set[Place] = set()
    """Named by one of the two without the network, and by the other with it."""
    for network, accounts in _parts(theirs):
        for here, own in mine.items():
            if here == network:
                common.update((account, network) for account in own.intersection(accounts))
            elif _UNKNOWN in (here, network):
                adrift.update((account, here or network) for account in own.intersection(accounts))
    found = {account for account, _ in common}
    return common | {place for place in adrift if place[0] not in found}


def _named(holdings: Holdings) -> Mapping[str, set[Address]]:
    """By network, every account that a list names."""
    named: defaultdict[str, set[Address]] = defaultdict(set)
    for network, accounts in _parts(holdings):
        named[network].update(accounts)
    return named


def _parts(holdings: Holdings) -> Iterator[tuple[str, Collection[Address]]]:
    """Yield the same part by part, in which an account may come more than once."""
    for token in holdings.accounts:
        yield token.network, holdings.of(token)
    uncounted: defaultdict[str, list[Address]] = defaultdict(list)
    for network, account in holdings.uncounted:
        uncounted[network].append(account)
    yield from uncounted.items()
