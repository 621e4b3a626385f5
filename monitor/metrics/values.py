"""What all that make series of a World need."""

import math
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from monitor.metrics.families import Family
from monitor.metrics.text import Series
from monitor.model import World

Sources = tuple[tuple[Family, Callable[[World], Series]], ...]
"""Metrics, each with the function that finds its series."""


def downwards(value: Decimal) -> float:
    """The greatest float whose decimal spelling is not above ``value``.

    Rounding to nearest would make exactly 1.0 of 1 - 10^-20, and a rule ``< 1`` would never see it. By their spelling,
    because limits are written in decimals: a ratio of 1.01 stays 1.01, and compares with a limit as it does exactly.
    """
    nearest = float(value)
    return nearest if Decimal(repr(nearest)) <= value else math.nextafter(nearest, -math.inf)


def seconds(moment: datetime) -> float:
    return moment.timestamp()
