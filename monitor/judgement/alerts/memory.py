"""What alerts remember from one judgement to the next, and over a restart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

import msgspec
from msgspec import structs

from monitor.judgement.alerts.condition import Key, Rise
from monitor.model import AlertName


class Remembered(msgspec.Struct, frozen=True, gc=False):
    """An alert that is active or on its way."""

    since: datetime
    """When the condition began."""
    active: bool
    cleared_since: datetime | None
    """Since when the condition has been gone, while ``clear_after`` runs."""
    summary: str
    """As last known for certain."""
    holding_since: datetime | None
    """Since when the condition holds without a break; None while it does not."""
    held: timedelta = timedelta()
    """For how long it held before that, where ``for`` adds up."""

    def held_until(self, now: datetime) -> timedelta:
        """For how long it held in all."""
        return self.held + (now - self.holding_since if self.holding_since else timedelta())

    def paused(self, now: datetime) -> "Remembered":
        """Added up, and not counted on."""
        return structs.replace(self, held=self.held_until(now), holding_since=None)


@dataclass(frozen=True, slots=True)
class AlertMemory:
    """Immutable; :func:`~monitor.judgement.alerts.advance.advance` returns the next one."""

    alerts: Mapping[Key, Remembered] = field(default_factory=dict)
    disagreements: Mapping[str, Rise] = field(default_factory=dict)

    def changed(self, change: Callable[[datetime], datetime]) -> Self:
        """With another moment in the place of each."""

        def other(at: datetime | None) -> datetime | None:
            return change(at) if at else None

        alerts = {
            key: structs.replace(
                alert,
                since=change(alert.since),
                cleared_since=other(alert.cleared_since),
                holding_since=other(alert.holding_since),
            )
            for key, alert in self.alerts.items()
        }
        rises = {name: Rise(rise.total, other(rise.rose_at)) for name, rise in self.disagreements.items()}
        return type(self)(alerts, rises)

    def as_json(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        return {
            "alerts": [
                {"exchange": exchange, "asset": asset, "name": name.value, **msgspec.to_builtins(alert)}
                for (exchange, asset, name), alert in self.alerts.items()
            ],
            "disagreements": {name: msgspec.to_builtins(rise) for name, rise in self.disagreements.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """What :meth:`as_json` made, perhaps by another version: alerts that are not known any more are left out."""
        names = {name.value for name in AlertName}
        alerts = {
            (entry["exchange"], entry["asset"], AlertName(entry["name"])): msgspec.convert(
                entry,
                Remembered,
                strict=False,  # 0.1.0 wrote how long it held in seconds
            )
            for entry in value["alerts"]
            if entry["name"] in names
        }
        return cls(alerts, msgspec.convert(value["disagreements"], dict[str, Rise]))
