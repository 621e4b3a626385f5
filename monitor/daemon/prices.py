"""Prices of the moment: what feeds told at the blocks of the last snapshots, and what a file says."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from monitor.chains import AtHeight, ChainError, choice_of
from monitor.daemon.clock import Clock
from monitor.daemon.network import NetworkWatch
from monitor.formats.phrases import span
from monitor.judgement.prices import feeds_of, prices_of
from monitor.model import Block, Caip2, FeedReading, Price, Prices, World
from monitor.prices import PricesError, StatedPrices, read_prices
from monitor.registry import Registry
from monitor.settings import PricesSettings

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the feeds of a network told last, and why the newest attempt failed since."""

    reading: FeedReading | None = None
    at: datetime | None = None
    failure: str = ""


class PriceWatch:
    """Reads what is worth what, as far as the configuration wants it."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._settings: PricesSettings | None = None
        self._told: dict[tuple[str, Caip2], _Told] = {}
        self._stated: StatedPrices | str = StatedPrices({})

    def adopt(self, settings: PricesSettings | None, registry: Registry) -> None:
        """Go on by ``settings``."""
        if settings is None or self._settings is None or settings.file != self._settings.file:
            named = settings.file if settings else None
            self._stated = f"{named}: was not read yet" if named else StatedPrices({})
        self._settings, self._registry = settings, registry

    def move(self, step: timedelta) -> None:
        """Go along with a step of the clock: what was read keeps its age."""
        self._told = {key: replace(told, at=told.at and told.at + step) for key, told in self._told.items()}

    # --- reading -----------------------------------------------------------------------------------------------------

    async def read_file(self) -> None:
        """Read the file anew. One that cannot be used leaves its assets without a price, whatever it said before."""
        path = self._settings.file if self._settings else None
        if path is None:
            return
        try:
            self._stated = await asyncio.to_thread(read_prices, path, self._registry)
        except PricesError as error:
            if self._stated != str(error):
                _log.warning("prices not read", error=str(error))
            self._stated = str(error)

    async def ask_feeds(self, watch: NetworkWatch, block: Block | None, assets: Collection[str]) -> bool:
        """Ask the feeds of ``assets`` on a network at ``block``, that of its snapshot; True if anybody was asked.

        None: nothing is held there, and the block is chosen as for a snapshot.
        """
        network = watch.network
        if self._settings is None or not self._settings.feeds or network.family != "evm":
            return False
        contracts = sorted(feeds_of(assets, network.name, self._registry))
        if not contracts:
            return False
        key = network.name, network.caip2
        told = self._told.get(key, _Told())
        try:
            at = AtHeight(block.number) if block else choice_of(watch.settings.block)
            reading = await watch.reader.quote(contracts, at)
            if block and reading.block.hash != block.hash:
                self._told[key] = replace(
                    told, failure=f"block {block.number} was replaced before it was asked for prices"
                )
            else:
                self._told[key] = _Told(reading, self._now())
        except ChainError as error:
            if told.failure != str(error):
                _log.warning("feeds not read", network=network.name, error=str(error))
            self._told[key] = replace(told, failure=str(error))
        return True

    # --- what is known -----------------------------------------------------------------------------------------------

    def prices(self, world: World, networks: Mapping[str, NetworkWatch]) -> Prices | None:
        """The prices of all assets of ``world``; None where none are configured."""
        if self._settings is None:
            return None
        now = self._now()  # not the World's own moment: feeds may have told something while all was judged
        readings = {name: self._reading(watch, now) for name, watch in networks.items()}
        return prices_of(
            assets_of(world), self._registry, readings if self._settings.feeds else None, self._file(world)
        )

    def _reading(self, watch: NetworkWatch, now: datetime) -> FeedReading | str:
        told = self._told.get((watch.network.name, watch.network.caip2), _Told())
        if told.reading and told.at and timedelta() <= now - told.at <= watch.settings.stales_after:
            return told.reading
        last = f"it was last read {span(now - told.at)} ago" if told.at else "it was not read yet"
        return f"{last}: {told.failure}" if told.failure else last

    def _file(self, world: World) -> Mapping[str, Price | str]:
        if isinstance(self._stated, str):
            return dict.fromkeys(assets_of(world), self._stated)
        return self._stated.at(world.at, self._settings.max_age) if self._settings else {}


def assets_of(world: World) -> frozenset[str]:
    """Return all assets that any exchange claims or owes."""
    return frozenset(asset for assessment in world.assessments.values() for asset in assessment.assets)
