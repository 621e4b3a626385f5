"""The newest accepted document of one kind, as the history keeps it, and how the next request for it is conditional."""

from dataclasses import asdict
from datetime import datetime, timedelta

from monitor.daemon.written import written
from monitor.model import ListChanges
from monitor.published import Fetched, Validators
from monitor.store import Store, StoredDocument

_RETRY = timedelta(minutes=5)


class KeptDocument:
    """One exchange's list or liabilities in the history."""

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
        return _RETRY if self._unsaved else None

    async def _write(self, stored: StoredDocument, changes: ListChanges | None) -> bool:
        return await written(self._store.save_document(self._exchange, self._kind, stored, changes))
