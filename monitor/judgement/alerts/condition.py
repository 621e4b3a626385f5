"""What the judgement of an alert comes to at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from monitor.model import AlertName, Assessment

Key = tuple[str, str, AlertName]
"""Exchange and asset, either of which may be empty, and the name."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One alert's condition at one moment."""

    name: AlertName
    exchange: str
    asset: str
    holds: bool | None
    """None: it cannot be told. That neither starts an alert nor ends one."""
    summary: str = ""
    """Why it holds or cannot be told, for people."""
    lingers: bool = False
    """Inside the hysteresis: does not start the alert, but does not end it either."""

    @property
    def key(self) -> Key:
        return self.exchange, self.asset, self.name


def of_whole(name: AlertName, assessment: Assessment, summary: str, *, holds: bool | None) -> Condition:
    """The condition of an exchange as a whole; ``summary`` is told unless it does not hold."""
    return Condition(name, assessment.exchange, "", holds, summary if holds is not False else "")


class Rise(NamedTuple):
    """A counter as last seen, and when it last rose."""

    total: int
    rose_at: datetime | None


@dataclass(frozen=True, slots=True)
class Conditions:
    """All conditions of one moment."""

    items: tuple[Condition, ...]
    disagreements: Mapping[str, Rise]
    """By ``network/endpoint``, for the memory."""
    ready: bool
