"""What is owed by asset: names folded and added up, and rows of totals held against what they are the total of."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from monitor.formats import exact, quoted
from monitor.formats.exact import agrees
from monitor.registry import Registry

_PARTS = re.compile(r"[\s\-_.:/()\[\]]+")
_IN_A_UNIT = re.compile(r"[(\[]|\bIN\b")
_TOTALS = frozenset({"TOTAL", "TOTALS", "SUBTOTAL", "SUM", "SUMS", "ALL", "OVERALL"})
_FILLERS = frozenset(
    {"AMOUNT", "AND", "ASSET", "ASSETS", "BALANCE", "BALANCES", "COIN", "COINS", "CUSTOMER", "CUSTOMERS", "GRAND", "IN"}
    | {"LIABILITIES", "LIABILITY", "NET", "OF", "OWED", "THE", "TOKEN", "TOKENS", "USER", "USERS"}
)
_MONEY = frozenset({"$", "US$", "USD", "DOLLAR", "DOLLARS", "EUR", "€", "GBP", "CNY", "JPY", "KRW", "VALUE", "WORTH"})


@dataclass(frozen=True, slots=True)
class Stated:
    """One amount as a report states it."""

    name: str
    amount: Decimal
    place: str
    """Where it stands, for errors and notes."""


@dataclass(frozen=True, slots=True)
class Owed:
    """Whole coins by asset."""

    amounts: dict[str, Decimal]
    unknown: frozenset[str]
    """Keys of ``amounts`` that the registry does not know: they may be another spelling of what it does know."""
    notes: tuple[str, ...] = ()
    """What could not be compared: a sentence each, with its place."""


@dataclass(frozen=True, slots=True)
class _Total:
    """What a row of totals is the total of: one asset, everything, or of everything in a unit that is no coin's."""

    asset: str = ""
    comparable: bool = True


def is_total(name: str, registry: Registry) -> bool:
    """Whether ``name`` is no asset but says that its amount is a total (``Total``, ``SUM``, ``BTC(ALL)``)."""
    return _total(name, registry) is not None


def fold_names(amounts: Iterable[tuple[str, Decimal]], registry: Registry) -> Owed:
    """``amounts`` by the registry's names of assets, exactly: an exchange may write one asset in several ways."""
    owed: dict[str, Decimal] = {}
    unknown: set[str] = set()
    for name, amount in amounts:
        asset = registry.asset(name)
        owed[asset] = exact.add(owed.get(asset, exact.ZERO), amount)
        if registry.known_asset(name) is None:
            unknown.add(asset)
    return Owed(owed, frozenset(unknown))


def add_up(rows: Sequence[Stated], registry: Registry) -> Owed:
    """What ``rows`` come to. Raises ValueError, with the place, where they contradict each other."""
    _check_names(rows, registry)
    kinds = [(row, _total(row.name, registry)) for row in rows]
    plain = [row for row, total in kinds if total is None]
    owed = fold_names([(row.name, row.amount) for row in plain], registry)
    notes: list[str] = []
    for row, total in kinds:
        if total is None:
            continue
        if not total.comparable:
            notes.append(f"{row.place}: the total {quoted(row.name)} is in another unit than the rows: not compared")
        elif not total.asset:
            _compare(row, plain)
        elif parts := [each for each in plain if registry.asset(each.name) == total.asset]:
            _compare(row, parts)
        else:  # the only word on this asset
            owed.amounts[total.asset] = row.amount
    notes.extend(
        f"{row.place}: no asset is known by the name {quoted(row.name)}, so nothing is held against it: add the name "
        f"under `assets:` in a file named under `registry:` (docs/registry.md)"
        for row in plain
        if registry.asset(row.name) in owed.unknown
    )
    return Owed(owed.amounts, owed.unknown, tuple(notes))


def _check_names(rows: Iterable[Stated], registry: Registry) -> None:
    places: defaultdict[str, list[Stated]] = defaultdict(list)
    for row in rows:
        known = registry.known_asset(row.name) is not None
        places["-".join(_PARTS.split(row.name.upper())) if known else registry.asset(row.name)].append(row)
    for first, *others in places.values():
        if others:
            raise ValueError(f"{others[0].place}: {registry.asset(first.name)} is stated twice, first at {first.place}")


def _compare(total: Stated, parts: Sequence[Stated]) -> None:
    summed = exact.total(part.amount for part in parts)
    if not agrees(total.amount, summed):
        problem = f"the total {quoted(total.name)} is {total.amount}, but the rows add up to {summed}"
        remedy = f"if it is in another unit, say so (`{total.name.strip()} (USD)`), or leave it out"
        raise ValueError(f"{total.place}: {problem}; {remedy}")


def _total(name: str, registry: Registry) -> _Total | None:
    if registry.known_asset(name) is not None:
        return None
    text = name.upper().strip()
    words = [word for word in _PARTS.split(text) if word]
    if not _TOTALS.intersection(words):
        return None
    rest = [word for word in words if word not in _TOTALS and word not in _FILLERS]
    if not rest:
        return _Total()
    if _MONEY.intersection(rest):
        return _Total(comparable=False)
    asset = registry.known_asset("-".join(rest))
    if asset is None:
        return None
    in_a_unit = words[0] in _TOTALS and _IN_A_UNIT.search(text)  # `Total (BTC)` is a value, `BTC(ALL)` one asset's sum
    return _Total(comparable=False) if in_a_unit else _Total(asset)
