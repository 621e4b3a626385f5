"""Watching the published proof of one exchange's liabilities: verified whenever it changes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import aiohttp
import structlog

from monitor.daemon.clock import Clock
from monitor.daemon.documents import DocumentAttempts
from monitor.daemon.proof_files import Known, Published, Same, published
from monitor.daemon.stored import written
from monitor.model import Document, DocumentState, LiabilitiesProof, ProofStatus
from monitor.proofs import Expected, ProofFile, UnreadableError, opened, read_verifier_data, verify
from monitor.published import DocumentError, refusing
from monitor.settings import ProofSettings, mask_source
from monitor.store import Store

PROOF = "proof"

_FEW = 64 * 1024**2
"""Bytes that one core works off before other processes have started."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Judged:
    """A proof that was verified, well or not."""

    document: Document
    proof: LiabilitiesProof
    verified_at: datetime


class ProofWatch:
    """The newest proof, and what it shows. One that cannot be had changes nothing; one that fails is shown failing."""

    def __init__(
        self, exchange: str, settings: ProofSettings, *, store: Store, session: aiohttp.ClientSession, now: Clock
    ) -> None:
        self.judged: Judged | None = None
        self.attempts = DocumentAttempts(exchange, PROOF, now, settings.refresh)
        self._exchange = exchange
        self._settings = settings
        self._store = store
        self._session = session
        self._now = now
        self._known: Known | None = None
        self._seen = ""

    async def restore(self) -> None:
        """Show what became of the proof in an earlier run. It is verified again: by this version, these settings."""
        kept = await self._store.proof(self._exchange)
        if kept and kept[0].source == mask_source(self._settings.source):
            self.judged = Judged(*kept)

    async def refresh(self) -> bool:
        """Ask for the proof and verify it if it is another one; False when nothing changed.

        Raises DocumentError, which is in its record, when it cannot be had.
        """
        try:
            with refusing(lambda: mask_source(self._settings.source)):
                return await self._refresh()
        except DocumentError as error:
            self.attempts.refused(error)
            raise

    async def _refresh(self) -> bool:
        known = None if self._misdated else self._known  # the same files may be dated anew
        async with published(self._settings, self._session, known, self._now) as found:
            self.attempts.accepted()
            if isinstance(found, Same):
                self._known = found.known
                return False
            if found.document.sha256 == self._seen:
                self._known = found.known
                await self._redate(found.document)
                return False
            proof = await asyncio.to_thread(verified, found, self._settings)
        await self._take_up(found, proof)
        return True

    @property
    def _misdated(self) -> bool:
        """Whether the newest proof says that it was last modified in the future."""
        modified = self.judged.document.modified_at if self.judged else None
        return modified is not None and modified > self._now()

    async def _redate(self, document: Document) -> None:
        """The same files with another date: it counts where the one before cannot have been true."""
        judged = self.judged
        if judged and self._misdated:
            self.judged = replace(judged, document=document)
            await written(self._store.save_proof(self._exchange, document, judged.proof, judged.verified_at))

    async def _take_up(self, found: Published, proof: LiabilitiesProof) -> None:
        self.judged = Judged(found.document, proof, self._now())
        await written(self._store.save_proof(self._exchange, found.document, proof, self.judged.verified_at))
        self._seen, self._known = found.document.sha256, found.known
        tell = _log.info if proof.holds else _log.warning
        how_far = {"status": proof.status, "strength": proof.strength}
        tell("proof verified", exchange=self._exchange, scheme=proof.scheme, **how_far, reason=proof.reason)

    def document_state(self) -> DocumentState:
        return self.attempts.state(self.judged.document if self.judged else None)


def verified(found: Published, settings: ProofSettings) -> LiabilitiesProof:
    """What the files of a proof show. CPU-bound: takes all cores where they are large."""
    if found.fault:
        return LiabilitiesProof("", ProofStatus.UNREADABLE, reason=found.fault)
    with opened(workers=1 if _size(found.files) < _FEW else None) as executor:
        pinned = settings.verifier_data
        try:
            data = read_verifier_data(Path(pinned)) if pinned else b""
        except UnreadableError as error:
            return LiabilitiesProof("", ProofStatus.UNREADABLE, reason=str(error))
        expected = Expected(root=settings.root, verifier_data=data)
        return verify(found.files, expected, executor=executor, scheme=settings.format)


def _size(files: Sequence[ProofFile]) -> int:
    return sum(file.size for file in files)
