"""Watching one exchange's publications: its list, the verdicts on it, and what it says it owes."""

import asyncio
import gc
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from threading import Event

import aiohttp
import structlog

from monitor import ownership
from monitor.daemon.clock import Clock
from monitor.daemon.judged import JudgedList, judged_list, with_answers
from monitor.judgement import compare_lists
from monitor.model import (
    Address,
    Document,
    DocumentState,
    Liabilities,
    ListChanges,
    OwnerAnswer,
    OwnerQuestion,
    Token,
    Verdict,
    VerdictStatus,
    WalletList,
)
from monitor.published import (
    DocumentError,
    Fetched,
    Reason,
    Validators,
    check_shrink,
    fetch_liabilities,
    fetch_wallets,
    read_liabilities,
    read_wallets,
    unpack,
)
from monitor.registry import Registry
from monitor.settings import ExchangeSettings
from monitor.store import Store, StoredDocument

WALLETS = "wallets"
LIABILITIES = "liabilities"

Progress = Callable[[int], None]

_log = structlog.get_logger(__name__)


class _ClosingError(Exception):
    """The daemon stops while a list is judged; nobody waits for the verdicts any more."""


@dataclass
class _Attempts:
    """How often a document was asked for, and how the newest attempt ended."""

    fetched: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    refusal: str = ""
    refused_at: datetime | None = None


class ExchangeWatch:
    """What one exchange publishes, and what became of it. All state is replaced whole, never changed in place."""

    def __init__(
        self,
        name: str,
        settings: ExchangeSettings,
        registry: Registry,
        *,
        store: Store,
        session: aiohttp.ClientSession,
        now: Clock,
        known: dict[bytes, Verdict],
        closing: Event,
    ) -> None:
        """``known`` are the verdicts of all exchanges by fingerprint; new ones are added to it.

        ``closing`` makes a judgement under way give up: a large list takes longer than a stop may.
        """
        self.name = name
        self.settings = settings
        self.registry = registry
        self._store = store
        self._session = session
        self._now = now
        self._known = known
        self._closing = closing
        self.judged: JudgedList | None = None
        self.liabilities: Liabilities | None = None
        self.changes: dict[str, int] = {"added": 0, "removed": 0, "altered": 0}
        self.last_changes: tuple[datetime, ListChanges] | None = None
        self._wanted: Mapping[str, Mapping[Token, frozenset[Address]]] = {}
        self._unpromoted: tuple[Verdict, ...] = ()
        self._answers: dict[bytes, OwnerAnswer] = {}
        self._validators: dict[str, Validators] = {}
        self._attempts = {WALLETS: _Attempts(), LIABILITIES: _Attempts()}

    # --- After a restart or a change of configuration ----------------------------------------------------------------

    async def restore(self) -> None:
        """Take up the last accepted documents of an earlier run, judged again only where the rules have changed.

        A document that the present configuration cannot read is as good as none: it is fetched anew.
        """
        self.changes = await self._store.change_counts(self.name)
        self.last_changes = await self._store.last_changes(self.name)
        self._answers = await self._store.confirmations()
        stored = await self._store.document(self.name, WALLETS)
        if stored:
            try:
                published = await asyncio.to_thread(self._reread_wallets, stored)
            except DocumentError as error:
                _log.warning("the kept list cannot be read any more", exchange=self.name, error=str(error))
            else:
                await self._take_up(published, stored.accepted_at)
                self._validators[WALLETS] = Validators(**stored.validators)
        stored = await self._store.document(self.name, LIABILITIES)
        settings = self.settings.liabilities
        if stored and settings:
            try:
                files = unpack(stored.content, stored.document, settings)
                self.liabilities = read_liabilities(files, stored.document, settings.format, self.registry)
            except DocumentError as error:
                _log.warning("the kept liabilities cannot be read any more", exchange=self.name, error=str(error))
            else:
                self._validators[LIABILITIES] = Validators(**stored.validators)

    def _reread_wallets(self, stored: StoredDocument) -> WalletList:
        files = unpack(stored.content, stored.document, self.settings.wallets)
        return read_wallets(files, stored.document, self.settings.wallets.format, self.registry)

    @property
    def asked(self) -> bool:
        """Whether every configured document was asked for since the start, with whatever end."""
        kinds = (WALLETS, LIABILITIES) if self.settings.liabilities else (WALLETS,)
        return all(self._attempts[kind].fetched for kind in kinds)

    def wanted(self, network: str) -> Mapping[Token, frozenset[Address]]:
        """What is to be read on ``network``; empty while there is no list."""
        return self._wanted.get(network, {})

    # --- Documents ---------------------------------------------------------------------------------------------------

    async def refresh_wallets(self, progress: Progress | None = None) -> bool:
        """Ask for the list; judge and take it up if it is a new one. False when nothing changed or it was refused."""
        try:
            found = await fetch_wallets(
                self.settings.wallets, self.registry, session=self._session, known=self._validators.get(WALLETS)
            )
            if found is None:
                self._accepted(WALLETS)
                return False
            published, fetched = found
            if self.judged:
                check_shrink(len(self.judged.claims), published, self.settings.wallets.max_shrink)
        except DocumentError as error:
            self._refused(WALLETS, error)
            return False
        changes = await self._compare(published)
        accepted_at = self._now()
        await self._keep(WALLETS, fetched, published.layout, accepted_at, changes)
        await self._take_up(published, accepted_at, progress)
        if changes:
            self.changes = await self._store.change_counts(self.name)
            self.last_changes = (accepted_at, changes)
            _log.info(
                "list changed",
                exchange=self.name,
                added=len(changes.added),
                removed=len(changes.removed),
                altered=len(changes.altered),
                restated=changes.restated,
            )
        for sentence in published.unread:
            _log.warning("part of the list was not read", exchange=self.name, what=sentence)
        self._accepted(WALLETS)
        return True

    async def refresh_liabilities(self) -> bool:
        """Ask for the liabilities. False when nothing changed or they were refused."""
        settings = self.settings.liabilities
        if settings is None:
            return False
        try:
            found = await fetch_liabilities(
                settings, self.registry, session=self._session, known=self._validators.get(LIABILITIES)
            )
        except DocumentError as error:
            self._refused(LIABILITIES, error)
            return False
        self._accepted(LIABILITIES)
        if found is None:
            return False
        liabilities, fetched = found
        await self._keep(LIABILITIES, fetched, liabilities.layout, self._now(), None)
        self.liabilities = liabilities
        _log.info(
            "liabilities read", exchange=self.name, as_of=liabilities.as_of.isoformat(), report=liabilities.report_id
        )
        return True

    async def _compare(self, published: WalletList) -> ListChanges | None:
        """What is new against the last list, read again from its bytes: its evidence is not kept in memory."""
        stored = await self._store.document(self.name, WALLETS)
        if stored is None:
            return None

        def compare() -> ListChanges | None:
            try:
                return compare_lists(self._reread_wallets(stored).claims, published.claims)
            except DocumentError:
                return None  # of a layout that is not configured any more: nothing to compare with

        return await asyncio.to_thread(compare)

    async def _keep(
        self, kind: str, fetched: Fetched, layout: str, accepted_at: datetime, changes: ListChanges | None
    ) -> None:
        validators = asdict(fetched.validators)
        stored = StoredDocument(fetched.document, layout, accepted_at, validators, fetched.raw)
        await self._store.save_document(self.name, kind, stored, changes)
        self._validators[kind] = fetched.validators

    def _accepted(self, kind: str) -> None:
        attempts = self._attempts[kind]
        if attempts.refusal:
            _log.info("document accepted again", exchange=self.name, document=kind)
        attempts.fetched += 1
        attempts.refusal, attempts.refused_at = "", None

    def _refused(self, kind: str, error: DocumentError) -> None:
        attempts = self._attempts[kind]
        if attempts.refusal != str(error):
            _log.warning("document refused", exchange=self.name, document=kind, reason=error.reason, error=str(error))
        attempts.fetched += 1
        attempts.failures[error.reason] += 1
        attempts.refusal, attempts.refused_at = str(error), self._now()

    def document_states(self) -> dict[str, DocumentState]:
        """Where the configured documents stand."""
        current: dict[str, Document | None] = {WALLETS: self.judged.document if self.judged else None}
        if self.settings.liabilities:
            current[LIABILITIES] = self.liabilities.document if self.liabilities else None
        return {
            kind: DocumentState(
                kind,
                document,
                self._attempts[kind].fetched,
                # Every reason, from zero: a rate over a series that begins with its first failure would not see it.
                {reason.value: self._attempts[kind].failures[reason] for reason in Reason},
                self._attempts[kind].refusal,
                self._attempts[kind].refused_at,
            )
            for kind, document in current.items()
        }

    # --- Ownership ---------------------------------------------------------------------------------------------------

    async def _take_up(self, published: WalletList, accepted_at: datetime, progress: Progress | None = None) -> None:
        """Judge what was not judged before, keep those verdicts, and make the list the current one."""
        known = self._known

        def tell(done: int) -> None:
            if self._closing.is_set():
                raise _ClosingError
            if progress:
                progress(done)

        def judge() -> tuple[JudgedList, dict[bytes, Verdict]]:
            prints = [ownership.fingerprint(claim) for claim in published.claims]
            verdicts = ownership.judge_all(
                published.claims, self.registry.networks, prints=prints, known=known, progress=tell
            )
            new = {mark: verdict for mark, verdict in zip(prints, verdicts, strict=True) if mark not in known}
            messages = self.settings.wallets.messages
            accepted = ownership.accept(
                published.claims, verdicts, frozenset(messages) if messages is not None else None
            )
            questions: dict[bytes, OwnerQuestion] = {}
            asked: defaultdict[bytes, list[int]] = defaultdict(list)
            for position, (claim, mark, verdict) in enumerate(zip(published.claims, prints, accepted, strict=True)):
                network = self.registry.networks.get(claim.network or "")
                unbound = verdict.status is VerdictStatus.UNBOUND
                question = ownership.question(claim, network) if network and unbound else None
                if question:
                    questions[mark] = question
                    asked[mark].append(position)
            positions = {mark: tuple(places) for mark, places in asked.items()}
            return judged_list(published, accepted, accepted_at, questions, positions), new

        judged, new = await asyncio.to_thread(judge)
        if new:
            await self._store.save_verdicts(ownership.RULES_VERSION, new)
            known.update(new)
        holdings = judged.holdings
        self._wanted = {network: holdings.wanted(network) for network in holdings.networks}
        self._unpromoted = judged.verdicts
        self.judged = with_answers(judged, self._unpromoted, self._answers)
        # A list stays for weeks and holds no cycles: without this each full collection would walk all of it, and the
        # event loop would stand still meanwhile.
        gc.freeze()

    def questions(self, network: str) -> dict[bytes, OwnerQuestion]:
        """What is to be asked of ``network`` about owners."""
        asked = self.judged.questions if self.judged else {}
        return {mark: question for mark, question in asked.items() if question.network == network}

    async def confirm(self, answers: Mapping[bytes, OwnerAnswer]) -> None:
        """Take in what a chain said of owners; ``answers`` by the fingerprints of :meth:`questions`."""
        changed = {mark: answer for mark, answer in answers.items() if self._answers.get(mark) != answer}
        if not changed or self.judged is None:
            return
        await self._store.save_confirmations(changed)
        self._answers = {**self._answers, **changed}
        self.judged = with_answers(self.judged, self._unpromoted, self._answers)
