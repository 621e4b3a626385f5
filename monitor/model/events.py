"""What happened to an exchange, as its record has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class EventKind(StrEnum):
    """What kind of thing happened. Of one moment, what stands later here happened later."""

    LIST_CHANGED = "list_changed"
    REPORT = "report"
    """A report was first seen."""
    ROOT = "root"
    """A proof's root was first seen."""
    CIRCUIT = "circuit"
    """The circuit, or the keys, of a proof were first seen."""
    REORGANISATION = "reorganisation"
    ALERT_BEGUN = "alert_begun"
    ALERT_ENDED = "alert_ended"


class EventPlace(NamedTuple):
    """Where an event stands in the record; a larger one is later."""

    at: datetime
    source: int
    """The number of what tells of it."""
    id: int


@dataclass(frozen=True, slots=True)
class ListChange:
    """How much a new list changed."""

    added: int
    removed: int
    altered: int
    restated: int
    added_coins: Mapping[str, Decimal] = field(default_factory=dict)
    """As in :class:`~monitor.model.ListChanges`; empty where that was not kept."""
    removed_coins: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the record of an exchange."""

    exchange: str
    at: datetime
    kind: EventKind
    subject: str = ""
    """An alert's asset, a network, the report's id, the scheme of a proof; empty where there is none."""
    name: str = ""
    """Of an alert."""
    severity: str = ""
    """Of an alert."""
    summary: str = ""
    """A sentence; of a root or circuit, its digest. Empty where the rest says all."""
    change: ListChange | None = None
    """Of a list's change."""
