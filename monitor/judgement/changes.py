"""What differs between two published lists (design, section 4, rule 11)."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from monitor.formats import exact
from monitor.model import Claim, ListChanges, frozen

_Key = tuple[str, str | None, str]
"""Coin id, network and account."""


def compare_lists(old: Iterable[Claim], new: Iterable[Claim]) -> ListChanges:
    """Compare row by row, whatever the order; a row that stands twice is two rows.

    Rows belong together by coin id, network and account, so another spelling of an address is no change. ``old`` is
    gone through once and not kept: it can be read from the history while only the new list is in memory.
    """
    unmatched = _Unmatched(new)
    gone: dict[_Key, list[_Gone]] = {}
    restated = 0
    for claim in old:
        twin = unmatched.take_twin(claim)
        if twin is None:
            key = (claim.coin, claim.network, claim.account or claim.address)
            gone.setdefault(key, []).append(_Gone(describe(claim), *_size(claim)))
        else:
            restated += not _same_statement(twin, claim)
    return _resolve(unmatched, gone, restated)


def _resolve(unmatched: "_Unmatched", gone: dict[_Key, list["_Gone"]], restated: int) -> ListChanges:
    """Rows left over on both sides under one key were altered; the others came or went."""
    added: list[str] = []
    removed: list[str] = []
    altered: list[str] = []
    added_coins: dict[str, Decimal] = {}
    removed_coins: dict[str, Decimal] = {}
    for key, claims in unmatched.left():
        known = min(len(claims), len(gone.get(key, ())))
        altered += map(describe, claims[:known])
        for claim in claims[known:]:
            added.append(describe(claim))
            _count(added_coins, *_size(claim))
        if known:
            del gone[key][:known]
    for left in gone.values():
        for each in left:
            removed.append(each.description)
            _count(removed_coins, each.asset, each.amount)
    return ListChanges(
        tuple(added), tuple(removed), tuple(altered), restated, frozen(added_coins), frozen(removed_coins)
    )


class _Gone(NamedTuple):
    """What is kept of a row of the old list that no row of the new one was found for."""

    description: str
    asset: str
    amount: Decimal | None


def _size(claim: Claim) -> tuple[str, Decimal | None]:
    return claim.token.asset if claim.token is not None else claim.coin, claim.amount


def _count(coins: dict[str, Decimal], asset: str, amount: Decimal | None) -> None:
    if amount:
        coins[asset] = exact.add(coins.get(asset, exact.ZERO), amount)


def describe(claim: Claim) -> str:
    """A claim for people: ``ETH 0x0cdc… (wallets.csv:17)``, with the whole address."""
    return f"{claim.coin} {claim.address} ({claim.file}:{claim.line})"


class _Unmatched:
    """The rows of the new list that no row of the old one was found for yet.

    Most keys have one row. Those are kept without a container each: a million of them would keep the garbage collector
    busy for longer than the comparison takes. Coin and network are few: under them accounts, which are there already,
    are all of the key, so that no row needs an object of its own.
    """

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._rows: dict[tuple[str, str | None], dict[str, Claim | list[Claim]]] = {}
        for claim in claims:
            rows = self._rows.setdefault((claim.coin, claim.network), {})
            account = claim.account or claim.address
            match rows.get(account):
                case None:
                    rows[account] = claim
                case list() as several:
                    several.append(claim)
                case single:
                    rows[account] = [single, claim]

    def take_twin(self, claim: Claim) -> Claim | None:
        """Remove and return the row with the same evidence, best with the same amount and height too."""
        rows = self._rows.get((claim.coin, claim.network), {})
        account = claim.account or claim.address
        candidates = rows.get(account)
        if candidates is None:
            return None
        if isinstance(candidates, Claim):
            if not _same_evidence(candidates, claim):
                return None
            del rows[account]
            return candidates
        twins = [index for index, candidate in enumerate(candidates) if _same_evidence(candidate, claim)]
        if not twins:
            return None
        same = (index for index in twins if _same_statement(candidates[index], claim))
        return candidates.pop(next(same, twins[0]))

    def left(self) -> Iterator[tuple[_Key, list[Claim]]]:
        for (coin, network), rows in self._rows.items():
            for account, claims in rows.items():
                yield (coin, network, account), [claims] if isinstance(claims, Claim) else claims


def _same_evidence(one: Claim, other: Claim) -> bool:
    return (
        one.signatures == other.signatures
        and one.message == other.message
        and one.key == other.key
        and one.owners == other.owners
        and one.kind is other.kind
        and one.custodian == other.custodian
    )


def _same_statement(one: Claim, other: Claim) -> bool:
    return one.stated == other.stated and one.height == other.height
