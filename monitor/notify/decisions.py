"""What each channel is to be told: pure functions from the alerts of a World and what it was told before.

By state, not by event: a channel that is new is told of all that is active, and nothing is lost between two Worlds.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec

from monitor.model import AlertName, AlertState, Notice, NoticeKind, Severity, World
from monitor.notify.figures import figures
from monitor.settings import ChannelSettings

ENDS_KEPT = timedelta(minutes=15)
"""How long the end of an alert is told to an Alertmanager, as Prometheus does."""


class Key(NamedTuple):
    """What tells one alert from another. With another severity, which a reload may bring, it is another one."""

    alert: str
    severity: Severity
    exchange: str
    asset: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a channel was told of an alert that is active, or will be by a notice that waits."""

    alert: str
    severity: Severity
    exchange: str
    asset: str
    since: datetime
    at: datetime
    """When it was told last, reminders among that."""
    holds_for: timedelta
    summary: str
    ended_at: datetime | None = None
    """Since when it is over; only where the end is told more than once (Alertmanager)."""

    @property
    def key(self) -> Key:
        return Key(self.alert, self.severity, self.exchange, self.asset)

    def moved(self, step: timedelta) -> "Told":
        """Go along with a step of the clock."""
        ended_at = self.ended_at + step if self.ended_at else None
        return replace(self, since=self.since + step, at=self.at + step, ended_at=ended_at)


@dataclass(frozen=True, slots=True)
class Decision:
    """What one channel was told once ``notices`` are sent."""

    told: tuple[Told, ...]
    notices: tuple[Notice, ...] = ()


def decide(
    told: Sequence[Told], world: World, channel: ChannelSettings, waiting: Collection[Key], *, failing: bool
) -> Decision:
    """Decide what people are told over ``channel``: each alert once when it begins and once when it ends.

    Reminders are not added to what is ``waiting``. A channel that is ``failing`` is not told that channels fail: it
    would learn it when that is over.
    """
    active = _active(world, channel)
    known = {each.key: each for each in told}
    now, after, notices = world.at, [], []
    for key, alert in active.items():
        before = known.get(key)
        if before is None and failing and alert.name is AlertName.NOTIFICATIONS_FAILING:
            continue
        kind = NoticeKind.BEGAN if before is None else NoticeKind.GOES_ON
        if before and (not channel.remind or now - before.at < channel.remind or key in waiting):
            after.append(before)
            continue
        fresh = _told(alert, now)
        after.append(fresh)
        notices.append(_notice(kind, fresh, channel, world))
    still = {_key(alert) for alert in world.alerts if alert.active}
    for key, before in known.items():
        if key not in active and key not in still:  # what is only not of interest any more has not ended
            notices.append(_notice(NoticeKind.ENDED, before, channel, world))
    return Decision(tuple(after), tuple(notices))


def standing(
    told: Sequence[Told], world: World, channel: ChannelSettings, unheard: Collection[Key]
) -> tuple[Told, ...]:
    """Return what an Alertmanager is to know: all that is active, and what ended.

    An end is told for a while, lest it dies with an Alertmanager that is killed; and while it is ``unheard``.
    """
    active = {key: _told(alert, world.at) for key, alert in _active(world, channel).items()}
    ended = [
        replace(each, ended_at=each.ended_at or world.at)
        for each in told
        if each.key not in active
        and (each.ended_at is None or each.key in unheard or world.at - each.ended_at < ENDS_KEPT)
    ]
    return (*active.values(), *ended)


def as_json(told: Mapping[str, Sequence[Told]]) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Return plain values that JSON can hold, by channel."""
    return msgspec.to_builtins(dict(told))


def from_json(value: object) -> dict[str, tuple[Told, ...]]:
    """Return what :func:`as_json` made; nothing for None."""
    return msgspec.convert(value or {}, dict[str, tuple[Told, ...]])


def _active(world: World, channel: ChannelSettings) -> dict[Key, AlertState]:
    return {_key(alert): alert for alert in world.alerts if alert.active and channel.wants(alert)}


def _key(alert: AlertState) -> Key:
    return Key(alert.name.value, alert.severity, alert.exchange, alert.asset)


def _told(alert: AlertState, now: datetime) -> Told:
    return Told(*_key(alert), alert.since or now, now, alert.holds_for, alert.summary)


def _notice(kind: NoticeKind, told: Told, channel: ChannelSettings, world: World) -> Notice:
    return Notice(
        id=uuid4().hex,
        channel=channel.label,
        kind=kind,
        at=world.at,
        **told.key._asdict(),
        since=told.since,
        holds_for=told.holds_for,
        summary=told.summary,
        figures=figures(world, told.exchange, told.asset),
    )
