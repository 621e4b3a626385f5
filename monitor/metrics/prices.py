"""What coins are worth, as series: per asset, never summed up, which is wrong as soon as a price is missing."""

from collections.abc import Iterator

from monitor.formats import exact
from monitor.metrics import families
from monitor.metrics.text import Series
from monitor.metrics.values import Sources, each, seconds
from monitor.model import Price, World


def _prices(world: World) -> Iterator[tuple[tuple[str], Price]]:
    for asset, price in world.prices.known.items() if world.prices else ():
        yield (asset,), price


def _reserves(world: World) -> Series:
    known = world.prices.known if world.prices else {}
    for exchange, assessment in world.assessments.items():
        for asset in assessment.assets.values():
            if price := known.get(asset.asset):
                for basis, amount in asset.totals.items():
                    yield (exchange, asset.asset, basis), float(exact.times(amount, price.usd))


def _liabilities(world: World) -> Series:
    known = world.prices.known if world.prices else {}
    for exchange, assessment in world.assessments.items():
        for asset in assessment.assets.values():
            if asset.owed is not None and (price := known.get(asset.asset)):
                yield (exchange, asset.asset), float(exact.times(asset.owed, price.usd))


PRICES: Sources = (
    (families.PRICE_USD, each(_prices, lambda price: float(price.usd))),
    (families.PRICE_TIMESTAMP, each(_prices, lambda price: seconds(price.at))),
    (families.RESERVES_USD, _reserves),
    (families.LIABILITIES_USD, _liabilities),
)
