"""Rows of a wallet list, searched, narrowed and put in order: a page of 300 000 within some ten milliseconds.

All goes through the list's columns; a claim is made only of the rows that a page shows. A place in an order is a whole
number that grows along it, whose lowest bits are the row: a page goes on behind the number where the last one ended,
also when balances have moved since.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import nlargest, nsmallest
from itertools import compress, islice, repeat
from typing import TypeAlias, TypeVar

from monitor.model import Address, Assessment, BaseUnits, Verdict, VerdictStatus
from monitor.model.packed import Alike, PackedClaims

T = TypeVar("T")

_ROW_BITS = 40
_UNIT_BITS = 512
"""Room for a balance of 256 bits, in the smallest of 36 decimals."""
_DECIMALS = 36
_GROUP_BITS = _UNIT_BITS + _ROW_BITS
_LARGEST = (1 << _UNIT_BITS) - 2
_UNREAD = 1
"""Comes after a balance of 0, which counts down from there."""
_LAST = "\x7f"
"""Comes after every name."""
_MANY = 5000
"""Rows of which it takes its time to look up every balance."""
_AMONG = 16
"""Accounts for each row of a page that are looked at first: some may be narrowed away."""
_STATUSES = tuple(VerdictStatus)
_Held: TypeAlias = tuple[Mapping[Address, BaseUnits], int]
"""The balances of accounts, and the factor to the smallest decimals."""


class Order(StrEnum):
    """What rows are put in order by."""

    LIST = "list"
    NETWORK = "network"
    VERDICT = "verdict"
    BALANCE = "balance"
    """The largest first, asset by asset: coins of different assets do not compare. What is not read comes last."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows; what is None or empty narrows nothing."""

    search: str = ""
    """Part of an address, of the list's own name for the coin, or of a file's name."""
    network: str | None = None
    asset: str | None = None
    verdict: str | None = None
    code: str | None = None
    reason: str = ""
    """Part of it, in any case."""
    order: Order = Order.LIST


@dataclass(frozen=True, slots=True)
class Found:
    """A page of rows."""

    rows: Sequence[int]
    """Positions in the list."""
    total: int
    """How many rows there are altogether, on all pages."""
    following: int | None
    """The place that the next page begins behind; None where there is none."""


def find(assessment: Assessment, wanted: Wanted, *, after: int = -1, skip: int = 0, most: int) -> Found:
    """The first ``most`` rows in order behind the place ``after``, less the first ``skip``. Best in a thread."""
    rows = _matching(assessment, wanted)
    needed = skip + most + 1
    page: list[int] = []
    for rank, group in _groups(assessment, wanted.order, rows, after):
        base = rank << _GROUP_BITS
        inside = _by_balance if wanted.order is Order.BALANCE else _in_list
        page += (base + place for place in inside(assessment, group, after - base, needed - len(page)))
        if len(page) == needed:
            break
    shown = page[skip : skip + most]
    mask = (1 << _ROW_BITS) - 1
    return Found([place & mask for place in shown], len(rows), shown[-1] if len(page) == needed else None)


# --- Which ----------------------------------------------------------------------------------------------------------


def _matching(assessment: Assessment, wanted: Wanted) -> Sequence[int]:
    """Positions of the rows that are wanted, in their order."""
    claims, verdicts = assessment.claims, assessment.claim_verdicts
    rows: Sequence[int] = range(len(claims))
    if wanted.network is not None or wanted.asset is not None:
        fits = [_is_on(alike, wanted) for alike in claims.alike]
        rows = list(compress(rows, map(fits.__getitem__, claims.of_alike)))
    if wanted.verdict is not None or wanted.code is not None or wanted.reason:
        says = [_is_said(each, wanted) for each in verdicts.distinct]
        rows = list(compress(rows, map(says.__getitem__, _of(verdicts.of_rows, rows))))
    text = wanted.search.strip()
    return _named(claims, rows, text) if text else rows


def _is_on(alike: Alike, wanted: Wanted) -> bool:
    asset = alike.token.asset if alike.token is not None else None
    return wanted.network in {None, alike.network} and wanted.asset in {None, asset}


def _is_said(verdict: Verdict, wanted: Wanted) -> bool:
    said = wanted.verdict in {None, verdict.status} and wanted.code in {None, verdict.code}
    return said and wanted.reason.casefold() in verdict.reason.casefold()


def _named(claims: PackedClaims, rows: Sequence[int], text: str) -> Sequence[int]:
    """Those of ``rows`` whose account or address has ``text`` in it, or whose coin or file has.

    Hexadecimal accounts are in lower case, whatever the list has: what was copied from it is found all the same.
    """
    column = [account or "" for account in _of(claims.accounts, rows)]
    found = list(compress(rows, map(str.__contains__, column, repeat(text.lower()))))
    folded = text.casefold()
    labelled = [folded in f"{alike.coin}\n{alike.file}".casefold() for alike in claims.alike]
    others = {row for each in {text, text.lower()} for row in claims.spelled_otherwise(each)}
    if text != text.lower() and text[:2] not in {"0x", "0X"}:
        others.update(compress(rows, map(str.__contains__, column, repeat(text))))
    if any(labelled):
        others.update(compress(rows, map(labelled.__getitem__, _of(claims.of_alike, rows))))
    others.difference_update(found)
    return sorted([*found, *others.intersection(rows)]) if others else found


def _of(column: Sequence[T], rows: Sequence[int]) -> Iterable[T]:
    """The values of ``column`` in ``rows``."""
    return column if len(rows) == len(column) else map(column.__getitem__, rows)


# --- In which order -------------------------------------------------------------------------------------------------


def _groups(
    assessment: Assessment, order: Order, rows: Sequence[int], after: int
) -> Iterator[tuple[int, Sequence[int]]]:
    """``rows`` in groups along ``order``, each with its rank; without those that lie before ``after`` altogether."""
    claims, verdicts = assessment.claims, assessment.claim_verdicts
    kinds, ranks = claims.of_alike, [0] * len(claims.alike)
    match order:
        case Order.LIST:
            yield 0, rows
            return
        case Order.VERDICT:
            kinds, ranks = verdicts.of_rows, [_STATUSES.index(each.status) for each in verdicts.distinct]
        case Order.NETWORK:
            ranks = _ranks([alike.network or _LAST for alike in claims.alike])
        case Order.BALANCE:
            ranks = _ranks([alike.token.asset if alike.token is not None else _LAST for alike in claims.alike])
    alone = {ranks[kind] for kind in set(_of(kinds, rows))}
    if len(alone) == 1:
        yield alone.pop(), rows
        return
    groups: list[list[int]] = [[] for _ in range(max(ranks, default=0) + 1)]
    into = [groups[rank].append for rank in ranks]
    for append, row in zip(map(into.__getitem__, _of(kinds, rows)), rows, strict=True):
        append(row)
    for rank in range(max(after, 0) >> _GROUP_BITS, len(groups)):
        yield rank, groups[rank]


def _ranks(names: Sequence[str]) -> list[int]:
    """For each of ``names``, how many others come before it in alphabetical order."""
    order = {name: rank for rank, name in enumerate(sorted(set(names)))}
    return [order[name] for name in names]


def _in_list(_: Assessment, rows: Sequence[int], after: int, most: int) -> Sequence[int]:
    """The first ``most`` places of ``rows`` behind ``after``."""
    start = bisect_right(rows, after)
    return rows[start : start + most]


def _by_balance(assessment: Assessment, rows: Sequence[int], after: int, most: int) -> Sequence[int]:
    """The same of rows that are all of one asset, the largest balance first."""
    behind = ((after >> _ROW_BITS) - _LARGEST, after & (1 << _ROW_BITS) - 1) if after >= 0 else (-_LARGEST - 1, 0)
    page: list[tuple[int, int]] = []
    if len(rows) > _MANY and behind[0] <= 0:
        page = _first_by_balance(assessment, rows, behind, most)
    if len(page) < most:
        page = _pairs(assessment, rows, behind)
    return [((value + _LARGEST) << _ROW_BITS) + row for value, row in nsmallest(most, page)]


def _pairs(assessment: Assessment, rows: Iterable[int], behind: tuple[int, int]) -> list[tuple[int, int]]:
    """What ``rows`` are put in order by, where they are behind that place. Pairs are quicker than one long number."""
    held = [_balances(assessment, alike) for alike in assessment.claims.alike]
    accounts, kinds = assessment.claims.accounts, assessment.claims.of_alike
    pairs = []
    for row in rows:
        balances, scale = held[kinds[row]]
        units = balances.get(accounts[row] or "")
        pairs.append((_UNREAD if units is None else -units * scale, row))
    return [pair for pair in pairs if pair > behind]


def _first_by_balance(
    assessment: Assessment, rows: Sequence[int], behind: tuple[int, int], most: int
) -> list[tuple[int, int]]:
    """The first ``most`` pairs and some more; fewer where these are not found without looking at every row.

    To look up what the account of each row holds takes far longer than to go through what is held: so first come the
    accounts that hold the most, and then the rows that are theirs.
    """
    alike = assessment.claims.alike
    held = [_balances(assessment, alike[kind]) for kind in set(_of(assessment.claims.of_alike, rows))]
    largest: list[int] = []
    for balances, scale in held:
        allowed = -behind[0] // scale
        within = (units for units in balances.values() if units <= allowed)
        largest += (
            units * scale for units in nlargest(_AMONG * most, within if behind[0] >= -_LARGEST else balances.values())
        )
    least = min(nlargest(_AMONG * most, largest), default=0)
    more = {account for balances, scale in held for account in _over(balances, least // scale)}
    page = [pair for pair in _pairs(assessment, _theirs(assessment, rows, more), behind) if pair[0] < -least]
    if len(page) < most:  # many hold as much, as where most hold nothing
        same = {account for balances, scale in held for account, units in balances.items() if units * scale == least}
        left = rows[bisect_right(rows, behind[1]) :] if behind[0] == -least else rows
        first = islice(_theirs(assessment, left, same), most)
        page += [pair for pair in _pairs(assessment, first, behind) if pair[0] == -least]
    return page


def _over(balances: Mapping[Address, BaseUnits], least: int) -> Iterator[Address]:
    return (account for account, units in balances.items() if units > least)


def _theirs(assessment: Assessment, rows: Sequence[int], accounts: Collection[Address]) -> Iterator[int]:
    """Those of ``rows`` that are about one of ``accounts``."""
    return compress(rows, map(accounts.__contains__, _of(assessment.claims.accounts, rows)))


def _balances(assessment: Assessment, alike: Alike) -> _Held:
    """The balances of accounts that rows like ``alike`` are of, and the factor to the smallest decimals."""
    state, token = assessment.snapshots.get(alike.network or ""), alike.token
    if state is None or state.snapshot is None or token is None:
        return {}, 1
    return state.snapshot.balances.get(token, {}), 10 ** (_DECIMALS - token.decimals)
