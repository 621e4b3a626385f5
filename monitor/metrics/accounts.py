"""Account counts and the optional per-account series: the two things that cost time per account, so they are kept."""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from monitor.metrics.families import ACCOUNT_BALANCE, ACCOUNT_SERIES_DROPPED, SNAPSHOT_ACCOUNTS, Family
from monitor.metrics.text import Series
from monitor.model import Address, Snapshot, World


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """All that one account holds of an asset on one network (an asset may have several tokens there)."""

    exchange: str
    network: str
    asset: str
    account: Address
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Summary:
    """What is kept of one snapshot: enough to rank its accounts among those of other snapshots."""

    accounts: int
    totals: Mapping[str, Decimal]
    """By asset, over all accounts."""
    largest: tuple[AccountBalance, ...]
    """Of each asset, the largest accounts: as many as may be shown at all."""
    series: int
    """How many series all accounts would make."""


class Accounts:
    """Summaries of the snapshots of the current World; a snapshot is summed up once, however often it is shown."""

    def __init__(self) -> None:
        self._limit = 0
        self._kept: dict[int, tuple[Snapshot, Summary]] = {}

    def series(self, world: World) -> Iterator[tuple[Family, Series]]:
        """How many accounts each snapshot has, and what the largest hold, as far as they may have series."""
        summaries, limit = self._summaries(world), world.account_series
        yield SNAPSHOT_ACCOUNTS, (((each.exchange, each.network), summary.accounts) for each, summary in summaries)
        if limit:
            shown, dropped = largest(summaries, limit)
            yield (
                ACCOUNT_BALANCE,
                (((each.exchange, each.network, each.asset, each.account), float(each.amount)) for each in shown),
            )
            yield ACCOUNT_SERIES_DROPPED, iter([((), dropped)])

    def _summaries(self, world: World) -> list[tuple[Snapshot, Summary]]:
        """Of every snapshot in ``world``; those of snapshots that are gone are forgotten."""
        limit = world.account_series
        known = self._kept if limit == self._limit else {}
        # By identity: a snapshot never changes, and its mappings cannot be hashed. The entry keeps it alive.
        kept = {
            id(snapshot): known.get(id(snapshot)) or (snapshot, summarise(snapshot, limit))
            for snapshot in _snapshots(world)
        }
        self._kept, self._limit = kept, limit
        return list(kept.values())


def _snapshots(world: World) -> Iterator[Snapshot]:
    for assessment in world.assessments.values():
        for state in assessment.snapshots.values():
            if state.snapshot is not None:
                yield state.snapshot


def summarise(snapshot: Snapshot, limit: int) -> Summary:
    """Count the accounts; with a ``limit`` also find the largest of each asset."""
    if not limit:
        return Summary(snapshot.accounts, {}, (), 0)
    amounts: defaultdict[str, defaultdict[Address, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for token, held in snapshot.balances.items():
        for account, units in held.items():
            amounts[token.asset][account] += token.whole(units)
    largest = tuple(
        AccountBalance(snapshot.exchange, snapshot.network, asset, account, amount)
        for asset, held in amounts.items()
        for account, amount in heapq.nlargest(limit, held.items(), key=lambda item: item[1])
    )
    totals = {asset: sum(held.values(), Decimal()) for asset, held in amounts.items()}
    return Summary(snapshot.accounts, totals, largest, sum(map(len, amounts.values())))


def largest(summaries: list[tuple[Snapshot, Summary]], limit: int) -> tuple[list[AccountBalance], int]:
    """The ``limit`` accounts with the largest share of their exchange's asset, and how many series were left out.

    Amounts of different assets cannot be compared; shares can.
    """
    totals: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for snapshot, summary in summaries:
        for asset, total in summary.totals.items():
            totals[snapshot.exchange, asset] += total

    def share(balance: AccountBalance) -> Decimal:
        total = totals[balance.exchange, balance.asset]
        return balance.amount / total if total else Decimal()

    shown = heapq.nlargest(limit, (balance for _, summary in summaries for balance in summary.largest), key=share)
    return shown, sum(summary.series for _, summary in summaries) - len(shown)
