"""A ratio over time, drawn on the server: what is certain, the most that it could be, and the limit.

No point is a mean. Of each step the line of what is certain goes through its lowest, that of the most through its
highest: a dip of ten seconds is in the picture. Where nobody watched, the lines end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from monitor.formats.figures import limit as limit_of
from monitor.formats.figures import percent
from monitor.formats.phrases import moment
from monitor.model import AssetStep, HistoryStep, ReserveStatus, Step
from monitor.web import words

WIDTH, HEIGHT = 1000, 400
_ROOM = 0.12
"""Of the height, above and below what is drawn."""
_LEAST = 0.02
"""The smallest difference of ratios that fills the picture: what hardly moves shall not look wild."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """A word beside the picture, and where it stands in per cent of its width or height."""

    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Paths in a field of ``WIDTH`` by ``HEIGHT``; the marks say what the places mean."""

    certain: str
    most: str
    between: str
    """The area between the two."""
    limit: float
    """Where the limit stands, in per cent of the height."""
    days: dict[str, str]
    """For each status the path of its steps, in a field of ``WIDTH`` by 1."""
    ratios: Sequence[Mark]
    times: Sequence[Mark]
    said: str
    """What the picture shows, in a sentence."""
    cut: bool
    """Whether the most lies above the picture somewhere."""


def draw(steps: Sequence[HistoryStep], asset: str, since: datetime, until: datetime, limit: Decimal) -> Chart | None:
    """Draw what ``steps`` say of ``asset`` between two moments; None where they say nothing of its ratio."""
    known = [(each, each.assets[asset]) for each in steps if each.assets[asset].lower is not None]
    if not known:
        return None
    scale = _Scale(known, since, until, float(limit))
    lows, highs, areas = [], [], []
    for run in _unbroken(known):
        low = [point for each, told in run for point in scale.level(each, _lowest(told))]
        high = [point for each, told in run for point in scale.level(each, _highest(told))]
        lows.append(_line(low))
        highs.append(_line(high))
        areas.append(_line([*high, *reversed(low)]) + "z")
    return Chart(
        "".join(lows),
        "".join(highs),
        "".join(areas),
        scale.height(float(limit)) / HEIGHT * 100,
        _statuses(steps, asset, scale),
        scale.ratios(),
        _times(since, until),
        _said(known, limit),
        scale.cut,
    )


class _Scale:
    """Where a moment and a ratio stand in the picture."""

    def __init__(
        self, known: Sequence[tuple[HistoryStep, AssetStep]], since: datetime, until: datetime, limit: float
    ) -> None:
        lows = [_lowest(told) for _, told in known]
        highs = [_highest(told) for _, told in known]
        self._since, self._span = since, max((until - since).total_seconds(), 1.0)
        self._limit, self._lowest, self._highest = limit, min(lows), max(lows)
        bottom, top = min(*lows, limit), max(*lows, limit)
        room = max(top - bottom, _LEAST)
        most = max(highs)
        self.cut = most > top + room
        self._bottom = max(bottom - _ROOM * room, 0.0) if bottom else 0.0
        self._top = (top + room if self.cut else max(top, most)) + _ROOM * room

    def x(self, at: datetime) -> float:
        return min(max((at - self._since).total_seconds() / self._span * WIDTH, 0.0), float(WIDTH))

    def height(self, ratio: float) -> float:
        place = (self._top - ratio) / (self._top - self._bottom)
        return min(max(place, 0.0), 1.0) * HEIGHT

    def level(self, step: HistoryStep, ratio: float) -> Iterable[Point]:
        """The two ends of a step."""
        height = self.height(ratio)
        return (self.x(step.at), height), (self.x(step.at + step.step.length), height)

    def ratios(self) -> list[Mark]:
        """The limit, and the lowest and highest of what was certain where they stand clear of it and each other."""
        marks: list[Mark] = []
        for ratio in (self._limit, self._lowest, self._highest):
            place = self.height(ratio) / HEIGHT * 100
            if all(abs(place - mark.at) > 8 for mark in marks):
                marks.append(Mark(percent(Decimal(str(ratio))) if marks else limit_of(Decimal(str(ratio))), place))
        return marks


def _unbroken(known: Sequence[tuple[HistoryStep, AssetStep]]) -> Iterable[list[tuple[HistoryStep, AssetStep]]]:
    """Runs of steps that follow each other."""
    run: list[tuple[HistoryStep, AssetStep]] = []
    for each, told in known:
        if run and run[-1][0].at + each.step.length != each.at:
            yield run
            run = []
        run.append((each, told))
    yield run


def _line(points: Iterable[Point]) -> str:
    """A path; points on one level with both their neighbours are left out."""
    kept: list[Point] = []
    for point in points:
        if len(kept) > 1 and kept[-1][1] == point[1] == kept[-2][1]:
            kept.pop()
        kept.append(point)
    return "M" + "L".join(f"{x:.4g} {y:.4g}" for x, y in kept)


def _statuses(steps: Sequence[HistoryStep], asset: str, scale: _Scale) -> dict[str, str]:
    paths: dict[str, str] = {}
    for each in steps:
        status = each.assets[asset].worst
        if status is not None:
            left, right = scale.x(each.at), scale.x(each.at + each.step.length)
            paths[status] = paths.get(status, "") + f"M{left:.5g} 0h{max(right - left, 1):.4g}v1H{left:.5g}z"
    return paths


def _times(since: datetime, until: datetime) -> list[Mark]:
    form = "%H:%M" if (until - since).days < 2 else "%Y-%m-%d"
    return [Mark((since + (until - since) * part / 2).strftime(form), part * 50.0) for part in range(3)]


def _lowest(told: AssetStep) -> float:
    return float(told.lower.lowest) if told.lower is not None else 0.0


def _highest(told: AssetStep) -> float:
    certain = float(told.lower.highest) if told.lower is not None else 0.0
    return max(certain, float(told.upper.highest)) if told.upper is not None else certain


def _said(known: Sequence[tuple[HistoryStep, AssetStep]], limit: Decimal) -> str:
    """``The lowest ratio was 99.2 %, in the step from 2026-11-03; the limit is 100 %; 2 of 90 steps not covered``."""
    at, low = min(((each, told.lower.lowest) for each, told in known if told.lower is not None), key=lambda it: it[1])
    breaches = sum(told.worst is ReserveStatus.BREACH for _, told in known)
    name = {Step.RAW: "minute", Step.HOURLY: "hour", Step.DAILY: "day"}[at.step]
    day = f"{at.at.date()}" if at.step is Step.DAILY else moment(at.at)
    return (
        f"The lowest ratio that was certain was {percent(low)}, {day}; the limit now is {limit_of(limit)}. "
        f"{words.STATUSES[ReserveStatus.BREACH]} in {breaches} of {len(known)} {name}s."
    )
