"""What all that make series of a World need."""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from monitor.metrics.families import Family
from monitor.metrics.text import Sample, Series
from monitor.model import World

Source = Callable[[World], Series]

Sources = tuple[tuple[Family, Source], ...]
"""Metrics, each with the function that finds its series."""

T = TypeVar("T")

Things = Callable[[World], Iterable[tuple[tuple[str, ...], T]]]
"""Finds what there is of a kind, by its labels."""


def once(value: Callable[[World], float]) -> Source:
    """Make the one series of a metric without labels."""
    return lambda world: iter([((), value(world))])


def each(things: Things[T], value: Callable[[T], float | None]) -> Source:
    """Make a series of each of ``things``; of one whose ``value`` is None, none."""

    def series(world: World) -> Series:
        for labels, thing in things(world):
            told = value(thing)
            if told is not None:
                yield labels, told

    return series


def each_by(things: Things[T], values: Callable[[T], Mapping[Any, float]]) -> Source:
    """Make a series of each of the ``values`` of each of ``things``, told apart by one label more."""

    def samples(labels: tuple[str, ...], thing: T) -> Iterable[Sample]:
        return (((*labels, label), value) for label, value in values(thing).items())

    return lambda world: (sample for labels, thing in things(world) for sample in samples(labels, thing))


def downwards(value: Decimal) -> float:
    """The greatest float whose decimal spelling is not above ``value``.

    Rounding to nearest would make exactly 1.0 of 1 - 10^-20, and a rule ``< 1`` would never see it. By their spelling,
    because limits are written in decimals: a ratio of 1.01 stays 1.01, and compares with a limit as it does exactly.
    """
    nearest = float(value)
    return nearest if Decimal(repr(nearest)) <= value else math.nextafter(nearest, -math.inf)


def seconds(moment: datetime) -> float:
    return moment.timestamp()
