"""How often a document was asked for, and how the newest attempt ended."""

import random
from collections import Counter
from datetime import datetime, timedelta

import structlog

from monitor.daemon.clock import Clock
from monitor.model import Document, DocumentState
from monitor.published import DocumentError, Reason

_FIRST = timedelta(minutes=1)
_DOUBLINGS = 20
_JITTER = 0.1
"""Of the pause: documents of one publisher that failed together are not all asked for at the same moment."""

_log = structlog.get_logger(__name__)


class Attempts:
    """The attempts at one document of one exchange since the start."""

    def __init__(self, exchange: str, kind: str, now: Clock, refresh: timedelta) -> None:
        self.fetched = 0
        self._refresh = refresh
        self._in_vain = 0
        self._exchange = exchange
        self._kind = kind
        self._now = now
        self._failures: Counter[str] = Counter()
        self._refusal = ""
        self._refused_at: datetime | None = None

    def accepted(self) -> None:
        """It was accepted, or is the one that is known."""
        if self._refusal:
            _log.info("document accepted again", exchange=self._exchange, document=self._kind)
        self.fetched += 1
        self._in_vain = 0
        self._refusal, self._refused_at = "", None

    def refused(self, error: DocumentError) -> None:
        """It could not be had, or not be used."""
        if self._refusal != str(error):
            _log.warning(
                "document refused",
                exchange=self._exchange,
                document=self._kind,
                reason=error.reason,
                error=str(error),
                exc_info=error if error.reason is Reason.UNEXPECTED else None,
            )
        self.fetched += 1
        self._in_vain += 1
        self._failures[error.reason] += 1
        self._refusal, self._refused_at = str(error), self._now()

    @property
    def again(self) -> timedelta | None:
        """How soon to ask once more after a refusal: in a minute, then half as often each time.

        None where the next refresh comes sooner, and after a success.
        """
        if not self._in_vain:
            return None
        pause = _FIRST * 2 ** min(self._in_vain - 1, _DOUBLINGS)
        pause *= random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - no secret
        return pause if pause < self._refresh else None

    def state(self, current: Document | None, *, unsaved: bool = False) -> DocumentState:
        """The record, beside the document that is in use."""
        return DocumentState(
            self._kind,
            current,
            self.fetched,
            # Every reason, from zero: a rate over a series that begins with its first failure would not see it.
            {reason.value: self._failures[reason] for reason in Reason},
            self._refusal,
            self._refused_at,
            unsaved,
        )
