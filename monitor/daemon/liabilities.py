"""Watching what one exchange says that it owes: its report, the proof of it, and the record of both."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import aiohttp
import structlog

from monitor.daemon.clock import Clock
from monitor.daemon.documents import AcceptedDocument, DocumentAttempts
from monitor.daemon.ledger import Ledger
from monitor.daemon.proof import PROOF, Judged, ProofWatch
from monitor.daemon.proof_sources import is_proof, proof_settings
from monitor.daemon.stored import written
from monitor.judgement import CIRCUIT, LISTED, REPORT, differences, regularity
from monitor.model import (
    DocumentState,
    Liabilities,
    LiabilitiesProof,
    ListedReport,
    ProofState,
    ProofStatus,
    Publication,
    Regularity,
)
from monitor.published import (
    Cause,
    DocumentError,
    Unchanged,
    check_moment,
    fetch_liabilities,
    fold_names,
    read_liabilities,
    refusing,
    unpack,
)
from monitor.registry import Registry
from monitor.settings import LiabilitiesSettings, mask_source
from monitor.store import Store

LIABILITIES = "liabilities"

_DAY = timedelta(days=1)

_log = structlog.get_logger(__name__)


class LiabilitiesWatch:
    """What one exchange owes, from a report or from a proof that was verified. State is replaced whole."""

    def __init__(
        self,
        exchange: str,
        settings: LiabilitiesSettings,
        registry: Registry,
        *,
        store: Store,
        session: aiohttp.ClientSession,
        now: Clock,
    ) -> None:
        self.current: Liabilities | None = None
        self._exchange = exchange
        self._settings = settings
        self._registry = registry
        self._store = store
        self._session = session
        self._now = now
        self._kept = AcceptedDocument(exchange, LIABILITIES, store)
        self._attempts = DocumentAttempts(exchange, LIABILITIES, now, settings.refresh)
        self._record: tuple[Publication, ...] = ()
        self._ledger = Ledger(exchange, settings, registry, store=store, now=now)
        own = proof_settings(settings)
        self.proof = ProofWatch(exchange, own, store=store, session=session, now=now) if own else None
        self._proven = self.proof if is_proof(settings) else None
        """The proof, where it stands in the place of a report."""

    @property
    def asked(self) -> bool:
        """Whether every document was asked for since the start, with whatever end."""
        return bool(self._attempts.fetched) and (self.proof is None or bool(self.proof.attempts.fetched))

    # --- After a restart ---------------------------------------------------------------------------------------------

    async def restore(self) -> None:
        """Take up what was last accepted; what the present settings cannot read is as good as none."""
        self._record = tuple(await self._store.publications(self._exchange))
        await self._ledger.restore()
        if self.proof:
            await self.proof.restore()
        found = await (self._last_proven(self._proven.judged) if self._proven else self._last_report())
        if found:
            self.current = await self._ledger.stand(found)
        elif not (self._proven and self._proven.judged and self._ledger.is_of(self._proven.judged.document.sha256)):
            self.current = self._ledger.last

    async def _last_report(self) -> Liabilities | None:
        """The report that was accepted last, by its bytes."""
        stored = await self._kept.load()
        if stored is None:
            return None
        try:
            files = unpack(stored.content, stored.document, self._settings)
            found = read_liabilities(files, stored.document, self._settings.format, self._registry)
        except DocumentError as error:
            _log.warning("the kept liabilities cannot be read any more", exchange=self._exchange, error=str(error))
            return None
        self._kept.in_use(stored)
        return found

    async def _last_proven(self, newest: Judged | None) -> Liabilities | None:
        """What is owed by the newest proof, or, where that proves nothing, by the last one from here that did.

        Not if both are the same files: then they were held against another root since.
        """
        if newest is None:
            return None
        if owed := self._owed(newest):
            return owed
        kept = await self._store.proven(self._exchange)
        if kept is None or kept.document.source != newest.document.source:
            return None
        return kept if kept.document.sha256 != newest.document.sha256 else None

    # --- Documents ---------------------------------------------------------------------------------------------------

    async def refresh(self) -> None:
        """Ask for the liabilities, and take them up if they are others."""
        try:
            with refusing(lambda: mask_source(self._settings.source)):
                found = await (self._refresh_proven(self._proven) if self._proven else self._refresh_report())
                if found:
                    await self._take_up(found)
        except DocumentError as error:
            self._attempts.refused(error)
        else:
            self._attempts.accepted()

    @property
    def again(self) -> timedelta | None:
        """How soon to ask for the liabilities once more, where that is sooner than their refresh."""
        return self._attempts.again or self._kept.again

    async def _take_up(self, found: Liabilities) -> None:
        self.current = await self._ledger.take_up(found)
        if self._proven:
            await written(self._store.save_proven(self._exchange, found))
        for note in found.notes:
            _log.warning("liabilities", exchange=self._exchange, note=note)
        await self._note(REPORT, found.report_id, found.merkle_root, found.document.sha256)
        _log.info("liabilities read", exchange=self._exchange, as_of=found.as_of.isoformat(), report=found.report_id)
        if self.proof and not self._proven:
            await self._note_proof(self.proof.judged)

    async def _refresh_report(self) -> Liabilities | None:
        known = self._kept.validators
        found = await fetch_liabilities(self._settings, self._registry, session=self._session, known=known)
        if isinstance(found, Unchanged):
            await self._kept.unchanged(found.validators)
            return None
        liabilities, fetched = found
        self._ledger.check(liabilities)
        await self._kept.save(fetched, liabilities.layout, self._now())
        return liabilities

    async def _refresh_proven(self, proof: ProofWatch) -> Liabilities | None:
        changed = await proof.refresh()
        if proof.judged is None:
            return None
        owed = self._owed(proof.judged)
        if owed is None:
            if self.current and self.current.document.sha256 == proof.judged.document.sha256:
                self.current = None  # the same files, held against another root: what they said counts no more
                await written(self._store.forget_proven(self._exchange))
                await self._ledger.forget()
            raise DocumentError(Cause.UNPROVEN, not_usable(proof.judged))
        check_moment(owed.layout, owed.as_of, owed.document)
        self._ledger.check(owed)
        taken = self.current is not None and self.current.document.sha256 == owed.document.sha256
        return owed if changed or not taken else None

    def _owed(self, judged: Judged) -> Liabilities | None:
        return proven_liabilities(judged, self._settings.as_of or judged.document.modified_at, self._registry)

    async def refresh_proof(self) -> None:
        """Ask for the proof that is published beside the report, and verify it if it is another one."""
        if self.proof is None or self._proven:
            return
        with suppress(DocumentError):  # its own record says so
            await self.proof.refresh()
        await self._note_proof(self.proof.judged)

    @property
    def proof_again(self) -> timedelta | None:
        """How soon to ask for that proof once more, where that is sooner than its refresh."""
        return self.proof.attempts.again if self.proof else None

    async def _note_proof(self, found: Judged | None) -> None:
        """Add a proof that holds to the record, as soon as it is known which report it stands beside."""
        if self.current and found and found.proof.root and found.proof.holds:
            proof, sha256 = found.proof, found.document.sha256
            await self._note(proof.scheme, proof.report_id, proof.root, sha256, proof=proof)
            if proof.circuit:
                await self._note(f"{proof.scheme}{CIRCUIT}", proof.report_id, proof.circuit, sha256, proof=proof)

    async def _note(
        self, kind: str, report_id: str, root: str, sha256: str, *, proof: LiabilitiesProof | None = None
    ) -> None:
        """Add a publication to the record, unless it is the newest of its kind already."""
        newest = next((each for each in reversed(self._record) if each.kind == kind), None)
        if newest and newest.sha256 == sha256:
            return
        now = self._now()
        as_of = self.current.as_of if self.current else now
        how_far = (proof.status, proof.strength) if proof else ("", "")
        publication = Publication(now, as_of, kind, report_id, root, sha256, *how_far)
        await written(self._store.save_publication(self._exchange, publication))
        self._record = (*self._record, publication)

    async def note_listed(self, listed: Iterable[ListedReport]) -> None:
        """Add what the exchange's own page lists to the record, each report once."""
        known = {each.report_id for each in self._record if each.kind == LISTED}
        for report in listed:
            if report.report_id not in known and report.created_at <= self._now() + _DAY:
                publication = Publication(self._now(), report.created_at, LISTED, report.report_id, "", "")
                await written(self._store.save_publication(self._exchange, publication))
                self._record = (*self._record, publication)

    # --- What is shown -----------------------------------------------------------------------------------------------

    def document_states(self) -> dict[str, DocumentState]:
        """Where the documents stand, by kind."""
        document = self.current.document if self.current else None
        states = {LIABILITIES: self._attempts.state(document, unsaved=self._kept.unsaved)}
        return states | ({PROOF: self.proof.document_state()} if self.proof else {})

    def proof_state(self) -> ProofState | None:
        """What the proof shows, beside the report."""
        if self.proof is None or self.proof.judged is None:
            return None
        judged = self.proof.judged
        totals = fold_names(judged.proof.totals.items(), self._registry).amounts
        named = replace(judged.proof, totals=totals)
        apart = None if self._proven else differences(named, self.current)
        return ProofState(judged.proof, judged.document, judged.verified_at, apart)

    def regularity(self) -> Regularity | None:
        """How regularly reports have come."""
        return regularity(self._record, self._settings.months_between, self._now())


def proven_liabilities(judged: Judged, as_of: datetime | None, registry: Registry) -> Liabilities | None:
    """The totals of a proof as liabilities of the moment ``as_of``; None where it does not prove them."""
    proof = judged.proof
    if proof.status is not ProofStatus.PROVEN or not proof.in_coins or as_of is None:
        return None
    owed = fold_names(proof.totals.items(), registry)
    return Liabilities(
        judged.document,
        proof.scheme,
        as_of,
        owed.amounts,
        report_id=proof.report_id,
        merkle_root=proof.root,
        unknown_names=owed.unknown,
    )


def not_usable(judged: Judged) -> str:
    """Why the totals of a proof are not what is owed."""
    proof, source = judged.proof, judged.document.source
    if proof.status is ProofStatus.BOUND:
        return f"the proof is bound, not proven: name a report as the source, and this under `proof` [{source}]"
    if proof.status is not ProofStatus.PROVEN:
        return f"the proof is {proof.status}: {proof.reason} [{source}]"
    if not proof.in_coins:
        return f"{proof.scheme} leaves the unit of its totals open: name a report as the source, and this under `proof`"
    return f"nothing says when the totals are as of: set `as_of` [{source}]"
