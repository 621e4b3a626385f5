"""What coins are worth, as JSON's types: sums are at least so much, and name what they lack."""

from monitor.formats import exact
from monitor.judgement.prices import liabilities_in_dollars, reserves_in_dollars
from monitor.model import Assessment, AssetAssessment, Basis, Dollars, Price, Prices
from monitor.web.plain import Json, block, number, time


def prices(found: Prices | None) -> Json:
    """All prices, and why others are not known; both empty where none are configured."""
    return {
        "prices": {asset: _price(each) for asset, each in found.known.items()} if found else {},
        "unknown": dict(found.unknown) if found else {},
    }


def _price(price: Price) -> Json:
    """One price, with all that it takes to ask for it again; its age is that at the block."""
    return {
        "usd": number(price.usd),
        "source": price.source,
        "at": time(price.at),
        "network": price.feed.network if price.feed else None,
        "contract": price.feed.contract if price.feed else None,
        "block": block(price.block) if price.block else None,
        "age_seconds": int((price.block.timestamp - price.at).total_seconds()) if price.block else None,
        "by": _price(price.by) if price.by else None,
    }


def of_asset(asset: AssetAssessment, found: Prices | None) -> Json | None:
    """One asset of an exchange; None where no prices are configured."""
    if found is None:
        return None
    price = found.known.get(asset.asset)
    return {
        "price": number(price.usd) if price else None,
        "reserves": {basis: number(exact.times(held, price.usd)) for basis, held in asset.totals.items()}
        if price
        else {},
        "owed": number(exact.times(asset.owed, price.usd)) if price and asset.owed is not None else None,
        "unknown": None if price else found.unknown.get(asset.asset, "it was not asked for yet"),
    }


def of_exchange(assessment: Assessment, found: Prices | None) -> Json | None:
    """Sums over all assets, and the same without the exchange's own token, where that is said."""
    if found is None:
        return None
    own = assessment.own_token
    return {
        **_sums(assessment, found, clean=False),
        "own_token": own or None,
        "clean": _sums(assessment, found, clean=True) if own else None,
    }


def _sums(assessment: Assessment, found: Prices, *, clean: bool) -> Json:
    held = {basis: reserves_in_dollars(assessment, found, basis, clean=clean) for basis in Basis}
    owed = liabilities_in_dollars(assessment, found, clean=clean)
    return {
        "reserves": {basis: _sum(each) for basis, each in held.items() if each} or None,
        "owed": _sum(owed) if owed else None,
    }


def _sum(dollars: Dollars) -> Json:
    return {"at_least": number(dollars.at_least), "without": list(dollars.without), "partly": list(dollars.partly)}
