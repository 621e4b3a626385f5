"""One published document of an exchange: the attempts to fetch it, and the last that was accepted, in the history."""

import random
from collections import Counter
from dataclasses import asdict
from datetime import datetime, timedelta

import structlog

from monitor.daemon.clock import Clock
from monitor.daemon.stored import written
from monitor.model import Document, DocumentState, ListChanges
from monitor.published import Cause, DocumentError, Fetched, Validators
from monitor.store import Store, StoredDocument

_FIRST = timedelta(minutes=1)
_DOUBLINGS = 20
_JITTER = 0.1
"""Of the pause: documents of one publisher that failed together are not all asked for at the same moment."""
_REWRITE = timedelta(minutes=5)
"""After which a document that could not be written is tried to be written once more."""

_log = structlog.get_logger(__name__)


class DocumentAttempts:
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
                exc_info=error if error.reason is Cause.UNEXPECTED else None,
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
            {reason.value: self._failures[reason] for reason in Cause},
            self._refusal,
            self._refused_at,
            unsaved,
        )


class AcceptedDocument:
    """The newest accepted document of one kind, as the history keeps it, and how the next request is conditional."""

    def __init__(self, exchange: str, kind: str, store: Store) -> None:
        self.validators: Validators | None = None
        """Of the document in use; None while there is none, so that whatever is published is fetched."""
        self._exchange = exchange
        self._kind = kind
        self._store = store
        self._unsaved: tuple[StoredDocument, ListChanges | None] | None = None

    async def load(self) -> StoredDocument | None:
        """The document that was accepted last, maybe in an earlier run; None where there never was one."""
        return self._unsaved[0] if self._unsaved else await self._store.document(self._exchange, self._kind)

    def in_use(self, stored: StoredDocument) -> None:
        """``stored`` could be read again: nothing but another one needs to be fetched."""
        self.validators = Validators(**stored.validators)

    async def save(
        self, fetched: Fetched, layout: str, accepted_at: datetime, changes: ListChanges | None = None
    ) -> None:
        """Keep a document that was accepted, in the place of the one before; until it can be written, in memory."""
        validators = asdict(fetched.validators)
        stored = StoredDocument(fetched.document, layout, accepted_at, validators, fetched.raw)
        self.validators = fetched.validators
        self._unsaved = None if await self._write(stored, changes) else (stored, changes)

    async def unchanged(self, validators: Validators) -> None:
        """It is still the same document, maybe under another ETag: without the new one it would be fetched for ever."""
        if self._unsaved and await self._write(*self._unsaved):
            self._unsaved = None
        if validators != self.validators:
            self.validators = validators
            await written(self._store.save_validators(self._exchange, self._kind, asdict(validators)))

    @property
    def unsaved(self) -> bool:
        """Whether the document in use could not be written yet."""
        return self._unsaved is not None

    @property
    def again(self) -> timedelta | None:
        """How soon to try that once more."""
        return _REWRITE if self._unsaved else None

    async def _write(self, stored: StoredDocument, changes: ListChanges | None) -> bool:
        return await written(self._store.save_document(self._exchange, self._kind, stored, changes))
