"""What was known of assets over time: as JSON's types, and as a table for spreadsheets."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal

from monitor.formats.exact import plain
from monitor.model import AssetStep, Extent, HistoryStep, ReserveStatus
from monitor.web.plain import Json, block, number, time
from monitor.web.table import csv_line

_EXTENTS = ("lower", "upper", "known", "owed")
_VALUES = ("first", "last", "lowest", "highest")


def step(each: HistoryStep) -> Json:
    """One step, with every asset that it tells of."""
    return {
        "at": time(each.at),
        "read_at": time(each.read_at),
        "blocks": {network: block(at) for network, at in each.blocks.items()},
        "assets": {asset: _told(told) for asset, told in each.assets.items()},
    }


def csv_lines(steps: Iterable[HistoryStep]) -> Iterator[str]:
    """One line for each step and asset, below one of headings; ends of lines are left out."""
    numbers = [f"{extent}_{value}" for extent in _EXTENTS for value in _VALUES]
    seconds = [f"{status}_seconds" for status in ReserveStatus]
    yield csv_line(("exchange", "step", "at", "asset", "worst", "bases", *numbers, *seconds, "read_at", "blocks"))
    for each in steps:
        for asset, told in each.assets.items():
            figures = (
                plain(getattr(extent, value)) if (extent := getattr(told, name)) else ""
                for name in _EXTENTS
                for value in _VALUES
            )
            spent = (
                str(told.spent[status].total_seconds()) if status in told.spent else "" for status in ReserveStatus
            )
            at, worst = each.at.isoformat(), told.worst or ""
            read_at = each.read_at.isoformat() if each.read_at else ""
            blocks = " ".join(f"{network}:{at.number}:{at.hash}" for network, at in each.blocks.items())
            ends = *figures, *spent, read_at, blocks
            yield csv_line((each.exchange, each.step, at, asset, worst, " ".join(told.bases), *ends))


def _told(told: AssetStep) -> Json:
    return {
        "worst": told.worst,
        "bases": list(told.bases),
        **{name: _extent(getattr(told, name)) for name in _EXTENTS},
        "seconds": {status.value: _seconds(spent) for status, spent in told.spent.items()},
    }


def _extent(extent: Extent | None) -> Json | None:
    """None where it was not known; a value that is None has no limit."""
    return None if extent is None else {value: number(getattr(extent, value)) for value in _VALUES}


def _seconds(spent: timedelta) -> str:
    return plain(Decimal(spent // timedelta(milliseconds=1)).scaleb(-3))
