"""What is told to whom: alerts as notices, and how the channels that carry them do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.alerts import Severity


class NoticeKind(StrEnum):
    """Why a notice is sent."""

    BEGAN = "began"
    GOES_ON = "goes on"
    ENDED = "ended"


class SendFailure(StrEnum):
    """Why a channel did not take a message."""

    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Notice:
    """That an alert began, goes on or ended, as it was decided, for one channel."""

    id: str
    channel: str
    kind: NoticeKind
    at: datetime
    """When it was decided."""
    alert: str
    """Its name; a text, so that those of a newer version can be told too."""
    severity: Severity
    exchange: str
    asset: str
    since: datetime
    """When the condition began."""
    holds_for: timedelta
    """The ``for`` that was configured."""
    summary: str
    figures: str = ""
    """What is held and owed, with the blocks that it was read at; empty where the alert is about no asset."""
    tried: bool = False
    """A process that ended before it knew the outcome had begun to send it: it may have arrived."""


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How a channel does, since the start."""

    name: str
    kind: str
    """``alertmanager``, or the kind of its Apprise URL."""
    sent: int = 0
    """Messages that it took."""
    failures: Mapping[SendFailure, int] = field(default_factory=dict)
    """Attempts that failed; every reason, from zero."""
    waiting: int = 0
    """Alerts, begun or ended, that it has not been told yet."""
    failure: str = ""
    """Why the newest attempt failed; empty after one that did not."""
    sent_at: datetime | None = None
