"""What a page says of one exchange in US dollars."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from monitor.formats import exact, figures
from monitor.formats.phrases import first
from monitor.judgement.prices import liabilities_in_dollars, more_may_be_held, reserves_in_dollars
from monitor.model import Assessment, AssetAssessment, Dollars, Price, Prices
from monitor.web.words import shown

_NAMED, _FEW = 12, 4
"""Assets that a sentence names, here and where all exchanges are listed; the API has them all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One asset in dollars, as far as it has a price and was read."""

    asset: str
    price: Price | None
    held: Decimal | None
    at_least: bool
    """Whether more than ``held`` may be held."""
    owed: Decimal | None
    unknown: str


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum, and what it lacks, in words."""

    what: str
    at_least: Decimal
    lacks: str


def sums(assessment: Assessment, prices: Prices) -> Sequence[Sum]:
    """Everything held on the acting basis and everything owed; once more without the exchange's own token."""
    found = []
    for clean in (False, True) if assessment.own_token else (False,):
        besides = f", {assessment.own_token} left out," if clean else ""
        for what, dollars in (
            ("Held", reserves_in_dollars(assessment, prices, assessment.basis, clean=clean)),
            ("Owed", liabilities_in_dollars(assessment, prices, clean=clean)),
        ):
            if dollars:
                found.append(Sum(what + besides, dollars.at_least, _lacks(dollars)))
    return found


def in_short(assessment: Assessment, prices: Prices) -> str:
    """All that is held and owed, in one sentence; empty where nothing of it has a price."""
    held, owed = reserves_in_dollars(assessment, prices, assessment.basis), liabilities_in_dollars(assessment, prices)
    told = [
        (f"at least {figures.dollars(each.at_least)} {what}", _lacks(each, _FEW))
        for what, each in (("held", held), ("owed", owed))
        if each
    ]
    if len({lacks for _, lacks in told}) == 1:
        told = [(" and ".join(amount for amount, _ in told), told[0][1])]
    return "; ".join(f"{amount}, {lacks}" if lacks else amount for amount, lacks in told)


def _lacks(dollars: Dollars, most: int = _NAMED) -> str:
    without, partly = (first(names, most) for names in (dollars.without, dollars.partly))
    said = [f"without {without}"] if without else []
    return ", ".join(said + ([f"and with what was read of {partly} alone"] if partly else []))


def rows(assessment: Assessment, prices: Prices) -> Sequence[Row]:
    """The assets that are shown one by one."""
    return [row(asset, prices) for asset in shown(assessment)]


def row(asset: AssetAssessment, prices: Prices) -> Row:
    """Tell one asset in dollars, held on the basis that alerts act on."""
    price, held = prices.known.get(asset.asset), asset.totals.get(asset.basis)
    return Row(
        asset.asset,
        price,
        exact.times(held, price.usd) if price and held is not None else None,
        more_may_be_held(asset, asset.basis),
        exact.times(asset.owed, price.usd) if price and asset.owed is not None else None,
        prices.unknown.get(asset.asset, ""),
    )
