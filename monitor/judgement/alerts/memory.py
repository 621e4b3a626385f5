"""What alerts remember from one judgement to the next, and over a restart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from monitor.judgement.alerts.condition import Key, Rise
from monitor.model import AlertName


@dataclass(frozen=True, slots=True)
class Remembered:
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
        return replace(self, held=self.held_until(now), holding_since=None)


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
            key: replace(
                alert,
                since=change(alert.since),
                cleared_since=other(alert.cleared_since),
                holding_since=other(alert.holding_since),
            )
            for key, alert in self.alerts.items()
        }
        rises = {name: replace(rise, rose_at=other(rise.rose_at)) for name, rise in self.disagreements.items()}
        return type(self)(alerts, rises)

    def as_json(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        return {
            "alerts": [
                {
                    "exchange": exchange,
                    "asset": asset,
                    "name": name.value,
                    "since": alert.since.isoformat(),
                    "active": alert.active,
                    "cleared_since": _text(alert.cleared_since),
                    "summary": alert.summary,
                    "holding_since": _text(alert.holding_since),
                    "held": alert.held.total_seconds(),
                }
                for (exchange, asset, name), alert in self.alerts.items()
            ],
            "disagreements": {name: [rise.count, _text(rise.rose_at)] for name, rise in self.disagreements.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """What :meth:`as_json` made, perhaps by another version: alerts that are not known any more are left out."""
        names = {name.value for name in AlertName}
        alerts = {
            (entry["exchange"], entry["asset"], AlertName(entry["name"])): Remembered(
                since=datetime.fromisoformat(entry["since"]),
                active=entry["active"],
                cleared_since=_moment(entry["cleared_since"]),
                summary=entry["summary"],
                holding_since=_moment(entry.get("holding_since", entry["since"])),
                held=timedelta(seconds=entry.get("held", 0)),
            )
            for entry in value["alerts"]
            if entry["name"] in names
        }
        rises = {name: Rise(count, _moment(rose_at)) for name, (count, rose_at) in value["disagreements"].items()}
        return cls(alerts, rises)


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
