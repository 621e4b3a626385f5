"""What the history keeps of a moment: bounds, amounts and the time in each status, by minute, hour or day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from monitor.formats.figures import amount, percent
from monitor.formats.phrases import first, moment, span
from monitor.model import AssetStep, Extent, HistoryStep, ReserveStatus, Step
from monitor.web import words

_NAMES = {Step.RAW: "minute", Step.HOURLY: "hour", Step.DAILY: "day"}


@dataclass(frozen=True, slots=True)
class Past:
    """One asset within a step."""

    asset: str
    status: ReserveStatus | None
    """The worst that was seen; None of days of which no status was kept."""
    ratio: str
    """The lowest that is certain, and the most that it may have been."""
    known: str
    owed: str
    spent: Mapping[ReserveStatus, str]
    """How long each status held."""
    bases: str


def told(step: HistoryStep) -> list[Past]:
    """What was so of every asset, the worst first."""
    assets = [_told(name, each) for name, each in step.assets.items()]
    return sorted(assets, key=lambda each: words.rank(each.status))


def _told(name: str, each: AssetStep) -> Past:
    spent = {status: span(each.spent[status]) for status in words.WORST_FIRST if status in each.spent}
    return Past(name, each.worst, ratio(each), amounts(each.known), amounts(each.owed), spent, " and ".join(each.bases))


def ratio(each: AssetStep) -> str:
    """Between which ratios it was: ``99.2 % to 103 %``, ``at least 58 %``; empty where nothing was owed."""
    if each.lower is None:
        return ""
    low = each.lower.lowest
    high = max(each.lower.highest, each.upper.highest) if each.upper is not None else each.lower.highest
    if not high.is_finite():
        return f"at least {percent(low)}"
    return percent(low) if low == high else f"{percent(low)} to {percent(high)}"


def amounts(extent: Extent | None) -> str:
    """Return one amount, or the lowest and the highest of a step; empty where it was not known."""
    if extent is None:
        return ""
    if extent.lowest == extent.highest:
        return amount(extent.last)
    return f"{amount(extent.lowest)} to {amount(extent.highest)}"


def when(step: HistoryStep) -> str:
    """``in the minute from 2026-03-14 14:38:00 UTC``: which time a step tells of, or how it was read."""
    if step.read_at is not None:
        blocks = first([f"{network} {block.named}" for network, block in step.blocks.items()])
        return f"at the end of {step.at:%Y-%m-%d} (UTC), read on {step.read_at:%Y-%m-%d} at {blocks}"
    return f"in the {_NAMES[step.step]} from {moment(step.at)}"


def watched(step: HistoryStep) -> str:
    """How much of the time of a step nobody watched; empty where that is none, or not known."""
    spent = max((sum(each.spent.values(), timedelta()) for each in step.assets.values()), default=timedelta())
    missing = step.step.length - spent
    return span(missing) if timedelta(seconds=1) <= missing < step.step.length else ""


def answer(step: HistoryStep | None) -> str:
    """The headline of a moment, without the name of the exchange."""
    if step is None:
        return "nothing is known: the monitor did not watch it that day."
    if step.read_at is not None:
        return "the monitor did not watch it that day; what was held at its end was read afterwards."
    assets = told(step)
    owed = [each for each in assets if each.owed] or assets
    clauses = []
    for status in words.WORST_FIRST:
        names = [each.asset for each in owed if each.status is status]
        if names:
            whole = len(names) == len(owed) > 1
            clauses.append(f"{f'all {len(owed)} assets' if whole else first(names)} {words.called(status).lower()}")
    if not clauses:
        return "what was owed is known, but not how it was covered."
    return f"{'; '.join(clauses)}."


def status_of(step: HistoryStep | None) -> ReserveStatus | None:
    """The worst status of what was owed; None where none is known."""
    owed = [each for each in told(step) if each.owed] or told(step) if step is not None else []
    known = [each.status for each in owed if each.status is not None]
    return words.worst_of(known) if known else None
