"""The newest accepted document of one kind, as the history keeps it, and how the next request for it is conditional."""

from dataclasses import asdict
from datetime import datetime

from monitor.model import ListChanges
from monitor.published import Fetched, Validators
from monitor.store import Store, StoredDocument


class KeptDocument:
    """One exchange's list or liabilities in the history."""

    def __init__(self, exchange: str, kind: str, store: Store) -> None:
        self.validators: Validators | None = None
        """Of the document in use; None while there is none, so that whatever is published is fetched."""
        self._exchange = exchange
        self._kind = kind
        self._store = store

    async def load(self) -> StoredDocument | None:
        """The document that was accepted last, maybe in an earlier run; None where there never was one."""
        return await self._store.document(self._exchange, self._kind)

    def in_use(self, stored: StoredDocument) -> None:
        """``stored`` could be read again: nothing but another one needs to be fetched."""
        self.validators = Validators(**stored.validators)

    async def save(
        self, fetched: Fetched, layout: str, accepted_at: datetime, changes: ListChanges | None = None
    ) -> None:
        """Keep a document that was accepted, in the place of the one before."""
        validators = asdict(fetched.validators)
        stored = StoredDocument(fetched.document, layout, accepted_at, validators, fetched.raw)
        await self._store.save_document(self._exchange, self._kind, stored, changes)
        self.validators = fetched.validators

    async def unchanged(self, validators: Validators) -> None:
        """It is still the same document, maybe under another ETag: without the new one it would be fetched for ever."""
        if validators != self.validators:
            self.validators = validators
            await self._store.save_validators(self._exchange, self._kind, asdict(validators))
