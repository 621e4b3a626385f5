"""What differs between two published lists (design, section 4, rule 11)."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from monitor.formats import exact
from monitor.model import Claim, ListChanges, frozen
from monitor.model.packed import PackedClaims

_Key = tuple[str, str | None, str]
"""Coin id, network and account."""


def compare_lists(old: PackedClaims, new: PackedClaims) -> ListChanges:
    """Compare row by row, whatever the order; a row that stands twice is two rows. Takes 3 µs a row.

    Rows belong together by coin id, network and account, so another spelling of an address is no change.
    """
    unmatched = _Unmatched(new)
    gone: dict[_Key, list[Claim]] = {}
    restated = 0
    for row, account in enumerate(old.names()):
        twin = unmatched.take_twin(old, row, account)
        if twin is None:
            claim = old[row]
            gone.setdefault((claim.coin, claim.network, account), []).append(claim)
        else:
            restated += new.statement(twin) != old.statement(row)
    return _resolve(unmatched.left(), gone, restated)


def _resolve(left: Iterable[tuple[_Key, list[Claim]]], gone: dict[_Key, list[Claim]], restated: int) -> ListChanges:
    """Rows left over on both sides under one key were altered; the others came or went."""
    added: list[Claim] = []
    altered: list[Claim] = []
    for key, claims in left:
        known = min(len(claims), len(gone.get(key, ())))
        altered += claims[:known]
        added += claims[known:]
        if known:
            del gone[key][:known]
    removed = [claim for claims in gone.values() for claim in claims]
    return ListChanges(
        tuple(map(describe, added)),
        tuple(map(describe, removed)),
        tuple(map(describe, altered)),
        restated,
        frozen(_sizes(added)),
        frozen(_sizes(removed)),
    )


def _sizes(claims: Iterable[Claim]) -> dict[str, Decimal]:
    coins: dict[str, Decimal] = {}
    for claim in claims:
        if claim.amount:
            asset = claim.token.asset if claim.token is not None else claim.coin
            coins[asset] = exact.add(coins.get(asset, exact.ZERO), claim.amount)
    return coins


def describe(claim: Claim) -> str:
    """A claim for people: ``ETH 0x0cdc… (wallets.csv:17)``, with the whole address."""
    return f"{claim.coin} {claim.address} ({claim.file}:{claim.line})"


class _Unmatched:
    """The rows of the new list that no row of the old one was found for yet.

    Most keys have one row. Those are kept without a container each: a million of them would keep the garbage collector
    busy for longer than the comparison takes. Coin and network are few: under them accounts, which are there already,
    are all of the key, so that no row needs an object of its own.
    """

    def __init__(self, claims: PackedClaims) -> None:
        self._claims = claims
        self._rows: dict[tuple[str, str | None], dict[str, int | list[int]]] = {}
        groups = [self._rows.setdefault((each.coin, each.network), {}) for each in claims.alike]
        for row, (alike, account) in enumerate(zip(claims.of_alike, claims.names(), strict=True)):
            rows = groups[alike]
            match rows.get(account):
                case None:
                    rows[account] = row
                case list() as several:
                    several.append(row)
                case single:
                    rows[account] = [single, row]

    def take_twin(self, old: PackedClaims, row: int, account: str) -> int | None:
        """Remove and return the row with the same evidence, best with the same amount and height too."""
        alike = old.alike[old.of_alike[row]]
        rows = self._rows.get((alike.coin, alike.network), {})
        candidates = rows.get(account)
        if candidates is None:
            return None
        evidence, of = old.evidence(row), self._claims.evidence
        if isinstance(candidates, int):
            if of(candidates) != evidence:
                return None
            del rows[account]
            return candidates
        twins = [index for index, candidate in enumerate(candidates) if of(candidate) == evidence]
        if not twins:
            return None
        same = (index for index in twins if self._claims.statement(candidates[index]) == old.statement(row))
        return candidates.pop(next(same, twins[0]))

    def left(self) -> Iterator[tuple[_Key, list[Claim]]]:
        for (coin, network), rows in self._rows.items():
            for account, left in rows.items():
                claims = [left] if isinstance(left, int) else left
                yield (coin, network, account), [self._claims[row] for row in claims]
