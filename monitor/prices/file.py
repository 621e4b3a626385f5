"""A file of prices: CSV with the columns ``asset,usd,as_of,source``, read whole or not at all."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from monitor.formats import ForeseenError
from monitor.formats.phrases import moment, span
from monitor.model import Price, frozen
from monitor.registry import Registry

_COLUMNS = ["asset", "usd", "as_of", "source"]
_LARGEST = 1024 * 1024
"""Bytes: some thousand assets."""
_USD = re.compile(r"[0-9]{1,18}(\.[0-9]{1,36})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class PricesError(ForeseenError):
    """A file of prices cannot be read or used; names its faults with their lines."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(self.faults)


@dataclass(frozen=True, slots=True)
class StatedPrices:
    """What a file says, however old."""

    prices: Mapping[str, Price]

    def at(self, now: datetime, max_age: timedelta) -> Mapping[str, Price | str]:
        """Return what counts at ``now``, and why the rest does not: it is older than ``max_age``, or of the future."""
        return {asset: _too_old(price, now, max_age) or price for asset, price in self.prices.items()}


def _too_old(price: Price, now: datetime, max_age: timedelta) -> str:
    if price.at > now:
        return f"{price.source}: it is dated {moment(price.at)}, which has not come yet"
    if now - price.at > max_age:
        return f"{price.source}: it is of {moment(price.at)}, older than {span(max_age)}"
    return ""


def read_prices(path: Path, registry: Registry) -> StatedPrices:
    """Read the prices at ``path``. Raises :class:`PricesError` with everything that is wrong with it."""
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise PricesError([f"{path}: cannot be read: {error.strerror or error}"]) from error
    except UnicodeDecodeError:
        raise PricesError([f"{path}: is not text (UTF-8)"]) from None
    if len(raw) > _LARGEST:
        raise PricesError([f"{path}: is over {_LARGEST} bytes: a price takes a line"])
    found: dict[str, Price] = {}
    faults: list[str] = []
    for line, cells in _records(path, text):
        try:
            price = _price(path, cells, registry)
        except ValueError as error:
            faults.append(f"{path}:{line}: {error}")
            continue
        if found.setdefault(price.asset, price) is not price:
            faults.append(f"{path}:{line}: {price.asset} stands twice; keep one")
    if faults:
        raise PricesError(faults)
    return StatedPrices(frozen(found))


def _records(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows under the heading, each with its line."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        read = [(rows.line_num, cells) for cells in rows]
    except csv.Error as error:
        raise PricesError([f"{path}:{rows.line_num}: not CSV: {error}"]) from None
    if not read or read[0][1] != _COLUMNS:
        raise PricesError([f"{path}:1: the first line must be {','.join(_COLUMNS)}"])
    return ((line, cells) for line, cells in read[1:] if cells)


def _price(path: Path, cells: list[str], registry: Registry) -> Price:
    """One row; ValueError says what is wrong with it."""
    if len(cells) != len(_COLUMNS):
        raise ValueError(f"has {len(cells)} cells, and should have {len(_COLUMNS)}: {', '.join(_COLUMNS)}")
    asset, usd, as_of, source = (cell.strip() for cell in cells)
    if not asset or not source:
        raise ValueError(f"the {'source' if asset else 'asset'} is empty: say what it is")
    if registry.asset(asset) != asset:
        raise ValueError(f"{asset} is called {registry.asset(asset)} here: write that")
    if not _USD.fullmatch(usd) or not Decimal(usd):
        raise ValueError(
            f"{usd!r} is no price: write US dollars for one coin like 0.0123, over 0; leave out unknown ones"
        )
    return Price(asset, Decimal(usd), f"{path.name} ({source})", _moment(as_of))


def _moment(text: str) -> datetime:
    """A day, which is its beginning, or a moment with its time zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment and _DAY.fullmatch(text):
        return datetime.combine(moment, time(), UTC)
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"{text!r} is no moment: write 2026-05-06, or 2026-05-06T12:00:00Z with its time zone")
    return moment.astimezone(UTC)
