"""Accounts that more than one exchange claims (design, section 4, rule 6)."""

from collections.abc import Mapping
from itertools import combinations, islice

from monitor.judgement.holdings import Holdings
from monitor.model import SharedAccounts, frozen

_EXAMPLES = 5


def shared_accounts(holdings: Mapping[str, Holdings]) -> Mapping[str, tuple[SharedAccounts, ...]]:
    """By exchange, what it shares with each other exchange; an exchange that shares nothing has an empty tuple.

    An account is shared when both lists name it on the same network, whatever coins they say are in it.
    """
    found: dict[str, list[SharedAccounts]] = {exchange: [] for exchange in holdings}
    for one, other in combinations(sorted(holdings), 2):
        count, examples = _common(holdings[one], holdings[other])
        if count:
            found[one].append(SharedAccounts(other, count, examples))
            found[other].append(SharedAccounts(one, count, examples))
    return frozen({exchange: tuple(shared) for exchange, shared in found.items()})


def _common(one: Holdings, other: Holdings) -> tuple[int, tuple[str, ...]]:
    count = 0
    examples: list[str] = []
    for network in sorted(one.networks & other.networks):
        common = one.accounts_on(network) & other.accounts_on(network)
        count += len(common)
        examples += [f"{account} on {network}" for account in islice(sorted(common), _EXAMPLES - len(examples))]
    return count, tuple(examples)
