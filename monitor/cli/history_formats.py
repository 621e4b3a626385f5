"""The forms in which the history is printed: for people, for spreadsheets, for programs, for Prometheus."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from monitor.cli.printing import SafeTable, json_line, raw_line
from monitor.formats.figures import amount, percent
from monitor.metrics.text import Sample, lines
from monitor.metrics.values import downwards
from monitor.model import AssetStep, Extent, HistoryStep, ReserveStatus
from monitor.web import history

_EXTENTS = ("lower", "upper", "known", "owed")
_VALUES = ("first", "last", "lowest", "highest")
_STYLES = {ReserveStatus.COVERED: "green", ReserveStatus.BREACH: "bold red", ReserveStatus.UNKNOWN: "yellow"}
_FAMILIES = {
    "lower": ("por_history_reserve_ratio_lower_bound", "What the reserve ratio was at least, within the step."),
    "upper": ("por_history_reserve_ratio_upper_bound", "What the reserve ratio was at most, within the step."),
    "known": ("por_history_reserves", "What whole, fresh snapshots held within the step, in whole coins."),
    "owed": ("por_history_liabilities", "What was owed within the step, in whole coins."),
}
_SPENT = ("por_history_status_seconds", "status", "Time of the step in which the status held.")


def table(steps: Sequence[HistoryStep]) -> None:
    """Print a table; bounds as per cent, from the lowest to the highest."""
    first = steps[0]
    rows = SafeTable(
        f"{first.step} step (UTC)",
        "asset",
        "worst",
        "at least",
        "at most",
        "reserves at the end",
        "owed",
        "breach",
        "unknown",
        title=first.exchange,
    )
    for each in steps:
        for asset, told in each.assets.items():
            unseen = "read afterwards" if each.read_at else "not kept"
            worst = (told.worst.value, _STYLES[told.worst]) if told.worst else unseen
            ends = [amount(extent.last) if extent else "not known" for extent in (told.known, told.owed)]
            times = [_time(told.spent.get(status)) for status in (ReserveStatus.BREACH, ReserveStatus.UNKNOWN)]
            at = f"{each.at:%Y-%m-%d %H:%M}"
            rows.add_row(at, asset, worst, _span(told.lower), _span(told.upper), *ends, *times)
    rows.print()


def csv_lines(steps: Sequence[HistoryStep]) -> None:
    """Print one line for each step and asset, below one of headings."""
    for line in history.csv_lines(steps):
        raw_line(line)


def json_lines(steps: Sequence[HistoryStep]) -> None:
    """Print one JSON object for each step and asset; numbers as exact text."""
    for each in steps:
        for asset, told in each.assets.items():
            when = {"exchange": each.exchange, "step": each.step, "at": each.at, "asset": asset}
            blocks = {network: {"number": at.number, "hash": at.hash} for network, at in each.blocks.items()}
            json_line(when | _plain(told) | {"read_at": each.read_at, "blocks": blocks})


def openmetrics(steps: Sequence[HistoryStep]) -> None:
    """Print samples with the times at which their steps began, as Prometheus takes them in."""
    for name, (family, meaning) in _FAMILIES.items():
        _family(family, "value", meaning, [(each, _samples_of(name, each)) for each in steps])
    _family(*_SPENT, [(each, _times_of(each)) for each in steps])
    raw_line("# EOF")


def _samples_of(name: str, step: HistoryStep) -> Iterator[Sample]:
    for asset, told in step.assets.items():
        if extent := getattr(told, name):
            for value in _VALUES:
                yield (step.exchange, asset, step.step, value), downwards(getattr(extent, value))


def _times_of(step: HistoryStep) -> Iterator[Sample]:
    for asset, told in step.assets.items():
        for status, time in told.spent.items():
            yield (step.exchange, asset, step.step, status), time.total_seconds()


def _family(name: str, label: str, meaning: str, samples: Sequence[tuple[HistoryStep, Iterator[Sample]]]) -> None:
    raw_line(f"# TYPE {name} gauge")
    raw_line(f"# HELP {name} {meaning}")
    for step, found in samples:
        for line in lines(name, ("exchange", "asset", "step", label), found).splitlines():
            raw_line(f"{line} {step.at.timestamp():.0f}")


def _plain(told: AssetStep) -> dict[str, Any]:
    extents = {name: getattr(told, name) for name in _EXTENTS}
    return {
        "worst": told.worst,
        "bases": told.bases,
        **{name: extent and {value: getattr(extent, value) for value in _VALUES} for name, extent in extents.items()},
        "seconds": {status.value: time.total_seconds() for status, time in told.spent.items()},
    }


def _span(extent: Extent | None) -> str:
    if extent is None:
        return "not known"
    ends = [percent(each) if each.is_finite() else "any" for each in (extent.lowest, extent.highest)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _time(spent: timedelta | None) -> str:
    return "" if spent is None else f"{spent.total_seconds():,.0f} s"
