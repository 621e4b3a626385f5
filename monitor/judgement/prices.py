"""What a coin is worth: the first feed that can be relied on, and dollars that name what they lack.

A feed counts only if it is the one that it is taken for, told at the block of a snapshot that is not stale, and then
not older than its own heartbeat allows by that block's time; on a layer 2, while its sequencer has been up for an hour,
for prices of before an outage are there until they are told anew. Whatever else it answers is no price, and never zero.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from monitor.formats import exact
from monitor.formats.phrases import span
from monitor.model import (
    USD,
    Address,
    Assessment,
    AssetAssessment,
    Basis,
    Dollars,
    Feed,
    FeedAnswer,
    FeedReading,
    Price,
    Prices,
    frozen,
)
from monitor.registry import Registry

_PATIENCE = Decimal("1.25")
"""How many heartbeats may pass: a round takes its time, and the block is not of the very moment."""
_GRACE = timedelta(hours=1)
"""After a sequencer came back (Chainlink's own advice for layer 2)."""


class _NoPriceError(Exception):
    """Why there is none."""


def prices_of(
    assets: Iterable[str],
    registry: Registry,
    readings: Mapping[str, FeedReading | str] | None,
    stated: Mapping[str, Price | str],
) -> Prices:
    """Tell the price of each of ``assets``, or why it has none.

    ``readings`` of feeds are by network that is configured, with the reason where there is none now; None: no feeds are
    read. ``stated`` are the prices of a file. They count where no feed of a configured network tells the asset's: a
    feed that cannot be relied on is not replaced by what somebody wrote down.
    """
    known: dict[str, Price] = {}
    unknown: dict[str, str] = {}
    for asset in sorted(assets):
        feeds = [feed for feed in registry.feeds(asset) if feed.network in (readings or {})]
        try:
            if feeds:
                known[asset] = _first(feeds, registry, readings or {})
            else:
                known[asset] = _stated(asset, registry, stated, asked=readings is not None)
        except _NoPriceError as error:
            unknown[asset] = str(error)
    return Prices(frozen(known), frozen(unknown))


def feeds_of(assets: Iterable[str], network: str, registry: Registry) -> frozenset[Address]:
    """Return whom to ask on ``network`` for the prices of ``assets``: feeds, and what these rest on."""
    feeds = [feed for asset in assets for feed in registry.feeds(asset) if feed.network == network]
    others = [each for feed in feeds if feed.quote != USD for each in registry.feeds(feed.quote)]
    found = {feed.contract for feed in (*feeds, *others) if feed.network == network}
    sequencer = registry.sequencer(network)
    return frozenset(found | {sequencer} if found and sequencer else found)


def _stated(asset: str, registry: Registry, stated: Mapping[str, Price | str], *, asked: bool) -> Price:
    price = stated.get(asset)
    if isinstance(price, Price):
        return price
    networks = [feed.network for feed in registry.feeds(asset)] if asked else []
    no_feed = (
        f"its feeds are on {', '.join(networks)}, and none of these is configured" if networks else "it has no feed"
    )
    raise _NoPriceError(price or (no_feed if asked else "the file of prices does not name it"))


def _first(feeds: Iterable[Feed], registry: Registry, readings: Mapping[str, FeedReading | str]) -> Price:
    """The price by the first of ``feeds`` that can be relied on."""
    reasons = []
    for feed in feeds:
        try:
            return _price(feed, registry, readings[feed.network])
        except _NoPriceError as error:
            reasons.append(f"{feed}: {error}")
    raise _NoPriceError("; ".join(reasons))


def _price(feed: Feed, registry: Registry, reading: FeedReading | str) -> Price:
    if isinstance(reading, str):
        raise _NoPriceError(reading)
    _check_sequencer(registry.sequencer(feed.network), reading)
    answer = _answer(feed.contract, reading)
    at = _checked(feed, answer, reading.block.timestamp)
    price = exact.coins(answer.answer, feed.decimals)
    if feed.quote == USD:
        return Price(feed.asset, price, f"Chainlink {feed}", at, feed, reading.block)
    by = next((each for each in registry.feeds(feed.quote) if (each.network, each.quote) == (feed.network, USD)), None)
    if by is None:
        raise _NoPriceError(f"{feed.quote} has no feed on {feed.network}")
    other = _price(by, registry, reading)
    source = f"Chainlink {feed}, times {by.pair}"
    return Price(feed.asset, exact.times(price, other.usd), source, min(at, other.at), feed, reading.block, other)


def _answer(contract: Address, reading: FeedReading) -> FeedAnswer:
    answer = reading.answers.get(contract, "was not asked yet")
    if isinstance(answer, str):
        raise _NoPriceError(answer)
    return answer


def _checked(feed: Feed, answer: FeedAnswer, now: datetime) -> datetime:
    """When the price was set, if all is as it must be at a block of the time ``now``."""
    if answer.description != feed.pair:
        raise _NoPriceError(f"it calls itself “{answer.description}”")
    if answer.decimals != feed.decimals:
        raise _NoPriceError(f"it has {answer.decimals} decimals, and should have {feed.decimals}")
    if answer.answer <= 0:
        raise _NoPriceError(f"it answers {answer.answer}")
    at = _moment(answer.updated_at, now)
    oldest = feed.heartbeat * float(_PATIENCE)
    if now - at > oldest:
        raise _NoPriceError(
            f"it was {span(now - at)} old at the block, and is told anew every {span(feed.heartbeat)} at the least"
        )
    return at


def _check_sequencer(contract: Address | None, reading: FeedReading) -> None:
    if contract is None:
        return
    try:
        answer = _answer(contract, reading)
        since = _moment(answer.started_at, reading.block.timestamp)
    except _NoPriceError as error:
        raise _NoPriceError(f"whether the sequencer is up is not known: {error}") from None
    if answer.answer != 0:
        raise _NoPriceError("the sequencer is down")
    if reading.block.timestamp - since < _GRACE:
        raise _NoPriceError(f"the sequencer came back less than {span(_GRACE)} before the block")


def _moment(seconds: int, now: datetime) -> datetime:
    """A time that the feed names, which is not after its block's; 0 means that it was never set."""
    if not 0 < seconds <= now.timestamp():
        raise _NoPriceError("it was never set" if seconds == 0 else "it is dated after its block")
    return datetime.fromtimestamp(seconds, UTC)


# --- sums -------------------------------------------------------------------------------------------------------------


def reserves_in_dollars(assessment: Assessment, prices: Prices, basis: Basis, *, clean: bool = False) -> Dollars | None:
    """Return what is known to be held on ``basis``, None where no list was accepted.

    ``clean``: without the exchange's own token.
    """
    sums: list[Decimal] = []
    without, partly = [], []
    for asset in _counted(assessment, clean=clean):
        price, held, more = prices.known.get(asset.asset), asset.totals.get(basis), more_may_be_held(asset, basis)
        if price and held:
            sums.append(exact.times(held, price.usd))
            partly += [asset.asset] * more
        elif held or more:
            without.append(asset.asset)
    return Dollars(exact.total(sums), tuple(without), tuple(partly)) if assessment.listed_at else None


def liabilities_in_dollars(assessment: Assessment, prices: Prices, *, clean: bool = False) -> Dollars | None:
    """Return what is owed, None where no liabilities were accepted; ``clean``: without the exchange's own token."""
    owed = {asset.asset: asset.owed for asset in _counted(assessment, clean=clean) if asset.owed}
    sums = [exact.times(owed[asset], prices.known[asset].usd) for asset in owed if asset in prices.known]
    without = tuple(asset for asset in owed if asset not in prices.known)
    return Dollars(exact.total(sums), without) if assessment.liabilities else None


def _counted(assessment: Assessment, *, clean: bool) -> Iterator[AssetAssessment]:
    return (each for each in assessment.assets.values() if not clean or each.asset != assessment.own_token)


def more_may_be_held(asset: AssetAssessment, basis: Basis) -> bool:
    """Tell whether claims of it are not read, or not judged: what is held is then at least so much."""
    return bool(basis not in asset.totals or asset.unread.get(basis) or asset.unjudged.get(basis))
