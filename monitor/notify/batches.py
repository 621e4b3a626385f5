"""When notices are sent, and which of them in one message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Notice, Severity
from monitor.settings import ChannelSettings

_AT_ONCE = timedelta()


@dataclass(frozen=True, slots=True)
class Batch:
    """What is sent in one message now."""

    notices: tuple[Notice, ...] = ()
    digest: bool = False
    """Some of it waited for the end of quiet hours."""
    again: timedelta | None = None
    """With nothing to send: when there will be, unless more comes; None: when something comes, or quiet hours end."""


def due(waiting: Sequence[Notice], channel: ChannelSettings, now: datetime) -> Batch:
    """Choose from what is ``waiting``, oldest first, what is to be sent at ``now``."""
    quiet = channel.quiet
    silent = quiet is not None and quiet.holds(now)
    ready = tuple(each for each in waiting if not (silent and quiet and quiet.silences(each.severity)))
    if not ready:
        return Batch()
    left = min(_left(each, channel, now) for each in ready)
    if left > _AT_ONCE:
        return Batch(again=left)
    waited = quiet is not None and any(quiet.silences(each.severity) and quiet.holds(each.at) for each in ready)
    return Batch(ready, digest=waited)


def _left(notice: Notice, channel: ChannelSettings, now: datetime) -> timedelta:
    """How long ``notice`` still waits for others. One from a clock that was ahead does not wait for that moment."""
    if notice.severity is Severity.CRITICAL or notice.at > now:
        return _AT_ONCE
    return channel.group_wait - (now - notice.at)
