"""How often a document was asked for, and how the newest attempt ended."""

from collections import Counter
from datetime import datetime

import structlog

from monitor.daemon.clock import Clock
from monitor.model import Document, DocumentState
from monitor.published import DocumentError, Reason

_log = structlog.get_logger(__name__)


class Attempts:
    """The attempts at one document of one exchange since the start."""

    def __init__(self, exchange: str, kind: str, now: Clock) -> None:
        self.fetched = 0
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
        self._refusal, self._refused_at = "", None

    def refused(self, error: DocumentError) -> None:
        """It could not be had, or not be used."""
        if self._refusal != str(error):
            _log.warning(
                "document refused", exchange=self._exchange, document=self._kind, reason=error.reason, error=str(error)
            )
        self.fetched += 1
        self._failures[error.reason] += 1
        self._refusal, self._refused_at = str(error), self._now()

    def state(self, current: Document | None) -> DocumentState:
        """The record, beside the document that is in use."""
        return DocumentState(
            self._kind,
            current,
            self.fetched,
            # Every reason, from zero: a rate over a series that begins with its first failure would not see it.
            {reason.value: self._failures[reason] for reason in Reason},
            self._refusal,
            self._refused_at,
        )
