"""How long an endpoint is waited for before the next one is asked as well (a hedged request)."""

from collections.abc import Hashable
from datetime import timedelta

_TIMES_USUAL = 3
_LEAST = 1.0
"""Seconds. Under it, asking twice would cost more than it saves."""
_WEIGHT = 0.25
"""Of the newest duration in what is usual."""


class Patience:
    """Remembers how long whole answers took, by what was asked; ``fixed``, from the settings, overrules that."""

    def __init__(self, fixed: timedelta | None = None) -> None:
        self._fixed = fixed
        self._usual: dict[Hashable, float] = {}

    def took(self, kind: Hashable, seconds: float) -> None:
        """An answer to ``kind`` of question took so long."""
        usual = self._usual.get(kind, seconds)
        self._usual[kind] = usual + _WEIGHT * (seconds - usual)

    def seconds(self, kind: Hashable, unknown: float) -> float:
        """How long to wait for an answer to ``kind``; ``unknown`` where nothing is known yet."""
        if self._fixed is not None:
            return self._fixed.total_seconds()
        usual = self._usual.get(kind)
        return unknown if usual is None else max(_TIMES_USUAL * usual, _LEAST)
