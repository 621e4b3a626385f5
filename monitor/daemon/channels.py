"""One channel at work: what carries it, and its record since the start."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

import aiohttp
import structlog

from monitor.model import ChannelState, SendFailure, frozen
from monitor.notify import Channel, Key, Message, SendError, Told, open_channel
from monitor.notify.alertmanager import Alertmanager
from monitor.settings import ChannelSettings

_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(minutes=10)

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Record:
    sent: int = 0
    failures: dict[SendFailure, int] = field(default_factory=lambda: dict.fromkeys(SendFailure, 0))
    sent_at: datetime | None = None


class Line:
    """A channel. After a failure it pauses, twice as long each time."""

    def __init__(self, settings: ChannelSettings, carrier: Channel | Alertmanager, record: _Record) -> None:
        """Use :meth:`opened`."""
        self.settings = settings
        self.failure = ""
        """Why the newest attempt failed; empty after one that did not."""
        self._carrier = carrier
        self.record = record
        """Since the start; goes on under another configuration of the same name."""
        self._in_a_row = 0
        self._again = 0.0
        self._heard: frozenset[tuple[Key, bool]] = frozenset()

    @classmethod
    def opened(cls, settings: ChannelSettings, session: aiohttp.ClientSession, before: "Line | None" = None) -> Self:
        """Open what ``settings`` describe; the record of the one ``before`` it of the same name goes on.

        Raises:
            ValueError: its URL cannot be used.

        """
        carrier: Channel | Alertmanager = (
            Alertmanager(settings.alertmanager, session) if settings.alertmanager else open_channel(settings.url or "")
        )
        return cls(settings, carrier, before.record if before else _Record())

    @property
    def alertmanager(self) -> bool:
        """Whether it is told what is so again and again, and not each change once."""
        return isinstance(self._carrier, Alertmanager)

    @property
    def pause(self) -> timedelta | None:
        """How long it is left alone after a failure; None: not any more."""
        left = self._again - asyncio.get_running_loop().time()
        return timedelta(seconds=left) if self._in_a_row and left > 0 else None

    def state(self, waiting: int) -> ChannelState:
        """Its record, with what waits for it."""
        record, settings = self.record, self.settings
        return ChannelState(
            name=settings.label,
            kind=settings.kind,
            sent=record.sent,
            failures=frozen(record.failures),
            waiting=waiting,
            failure=self.failure,
            sent_at=record.sent_at,
        )

    async def send(self, message: Message) -> None:
        """Send ``message`` once. Raises SendError, whatever goes wrong."""
        if isinstance(self._carrier, Alertmanager):
            raise TypeError("an Alertmanager takes alerts, not messages")
        try:
            await self._carrier.send(message)
        except SendError:
            raise
        except Exception as error:
            _log.exception("a channel failed", channel=self.settings.label)
            raise SendError(SendFailure.REFUSED, type(error).__name__) from error

    async def post(self, alerts: Sequence[dict[str, Any]]) -> None:
        """Hand ``alerts`` to an Alertmanager. Raises SendError."""
        if not isinstance(self._carrier, Alertmanager):
            raise TypeError("only an Alertmanager takes alerts")
        await self._carrier.post(alerts)

    def heard(self, told: Told) -> bool:
        """Whether an Alertmanager has taken ``told`` as it is, since the start."""
        return (told.key, told.ended_at is not None) in self._heard

    def succeeded(self, at: datetime, told: Iterable[Told] = ()) -> None:
        """Note that it took a message, of an Alertmanager all that is ``told``."""
        self._heard = frozenset((each.key, each.ended_at is not None) for each in told)
        self.record.sent += 1
        self.record.sent_at = at
        self.failure, self._in_a_row = "", 0

    def failed(self, failure: SendFailure, reason: str) -> None:
        """Note that it did not."""
        self.record.failures[failure] += 1
        self.failure = reason
        pause = min(_FIRST_PAUSE * 2 ** min(self._in_a_row, 10), _LONGEST_PAUSE)
        self._in_a_row += 1
        self._again = asyncio.get_running_loop().time() + pause.total_seconds()
