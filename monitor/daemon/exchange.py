"""Watching one exchange: its list and the verdicts on it; beside it, what the exchange says that it owes."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event

import aiohttp
import structlog

from monitor import ownership
from monitor.daemon.clock import Clock
from monitor.daemon.documents import AcceptedDocument, DocumentAttempts
from monitor.daemon.judged import JudgedList, judged_list, with_answers
from monitor.daemon.liabilities import LiabilitiesWatch
from monitor.daemon.memory import let_go
from monitor.daemon.owners import Owners
from monitor.daemon.stakes import stakes_of
from monitor.daemon.written import written
from monitor.judgement import as_text, compare_lists
from monitor.model import (
    Address,
    ClaimKind,
    Confirmation,
    DocumentState,
    ListChanges,
    OwnerAnswer,
    OwnerOutcome,
    OwnerQuestion,
    Token,
    Verdict,
    WalletList,
)
from monitor.ownership import Judged
from monitor.published import (
    DocumentError,
    Fetched,
    Unchanged,
    check_shrink,
    claims_again,
    fetch_list,
    no_full_collections,
    read_wallets,
    refusing,
    unpack,
)
from monitor.registry import Registry
from monitor.settings import ExchangeSettings, mask_source
from monitor.store import Store, StoredDocument, StoreError

WALLETS = "wallets"

Progress = Callable[[int], None]

_log = structlog.get_logger(__name__)


class _ClosingError(Exception):
    """The daemon stops while a list is judged; nobody waits for the verdicts any more."""


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
        reading: asyncio.Lock,
    ) -> None:
        """``known`` are verdicts of an earlier run, or of an earlier configuration, by fingerprint.

        ``reading`` is held while a list is read and judged. All exchanges have the same: so one list is in the works at
        a time, and what all of them need until they are judged, several times what they need for good, is never there
        at once. A list is judged on all cores anyway.
        ``closing`` makes a judgement under way give up: a large list takes longer than a stop may.
        """
        self.name = name
        self.settings = settings
        self.registry = registry
        self._store = store
        self._session = session
        self._now = now
        self.verdicts = known
        """By fingerprint, before any message was refused: those of the list in use, once there is one."""
        self._closing = closing
        self._reading = reading
        self.judged: JudgedList | None = None
        owed = settings.liabilities
        self.owed = LiabilitiesWatch(name, owed, registry, store=store, session=session, now=now) if owed else None
        self.changes: dict[str, int] = {"added": 0, "removed": 0, "altered": 0}
        self.last_changes: tuple[datetime, ListChanges] | None = None
        self._wanted: Mapping[str, Mapping[Token, frozenset[Address]]] = {}
        self._unpromoted: tuple[Verdict, ...] = ()
        self._told: dict[bytes, Confirmation] = {}
        self._oldest: datetime | None = None
        """When the oldest confirmation was told that still holds."""
        self.owners = Owners()
        self._promoting = asyncio.Lock()
        self._kept = AcceptedDocument(name, WALLETS, store)
        self._attempts = DocumentAttempts(name, WALLETS, now, settings.wallets.refresh)

    # --- After a restart or a change of configuration ----------------------------------------------------------------

    async def restore(self) -> None:
        """Take up the last accepted documents of an earlier run, judged again only where the rules have changed.

        A document that the present configuration cannot read is as good as none: it is fetched anew.
        """
        self.changes = await self._store.change_counts(self.name)
        last = await self._store.last_changes(self.name)
        self.last_changes = (min(last[0], self._now()), last[1]) if last else None
        stored = await self._kept.load()
        if stored:
            async with self._reading:
                with no_full_collections():
                    await self._restore_wallets(stored)
        if self.owed:
            await self.owed.restore()

    async def _restore_wallets(self, stored: StoredDocument) -> None:
        try:
            published = await asyncio.to_thread(self._reread_wallets, stored)
        except DocumentError as error:
            _log.warning("the kept list cannot be read any more", exchange=self.name, error=str(error))
        else:
            try:
                await self._take_up(published, stored.accepted_at)
            except _ClosingError:
                raise
            except Exception:  # noqa: BLE001 - whatever it is, the daemon must start, and a good list takes its place
                _log.exception("the kept list cannot be judged any more", exchange=self.name)
                return
            self._kept.in_use(stored)
            rows = list(published.claims)
            del published
            await asyncio.to_thread(let_go, rows)

    def _reread_wallets(self, stored: StoredDocument) -> WalletList:
        files = unpack(stored.content, stored.document, self.settings.wallets)
        return read_wallets(files, stored.document, self.settings.wallets.format, self.registry)

    @property
    def asked(self) -> bool:
        """Whether every configured document was asked for since the start, with whatever end."""
        return bool(self._attempts.fetched) and (self.owed is None or self.owed.asked)

    def wanted(self, network: str) -> Mapping[Token, frozenset[Address]]:
        """What is to be read on ``network``; empty while there is no list."""
        return self._wanted.get(network, {})

    def move(self, step: timedelta) -> None:
        """Go along with a step of the clock: the last change of the list and what was told of owners keep their age."""
        if self.last_changes:
            at, changes = self.last_changes
            self.last_changes = (at + step, changes)
        self._told = {mark: replace(said, told_at=said.told_at + step) for mark, said in self._told.items()}
        self._oldest = self._oldest and self._oldest + step

    # --- Documents ---------------------------------------------------------------------------------------------------

    async def refresh_wallets(self, progress: Progress | None = None) -> bool:
        """Ask for the list; judge and take it up if it is a new one. False when nothing changed or it was refused."""
        try:
            with refusing(lambda: mask_source(self.settings.wallets.source), but=_ClosingError):
                fetched = await fetch_list(self.settings.wallets, session=self._session, known=self._kept.validators)
                if isinstance(fetched, Unchanged):
                    self._attempts.accepted()
                    await self._kept.unchanged(fetched.validators)
                    return False
                async with self._reading:
                    with no_full_collections():
                        await self._renew(fetched, progress)
                return True
        except DocumentError as error:
            self._attempts.refused(error)
            return False

    @property
    def again(self) -> timedelta | None:
        """How soon to ask for the list once more, where that is sooner than its refresh."""
        return self._attempts.again or self._kept.again

    async def _renew(self, fetched: Fetched, progress: Progress | None) -> None:
        """Read, judge and take up a list that is not the one before. Raises DocumentError.

        It is kept once it was taken up: one that cannot be judged must not take the place of the last good one.
        """
        published = await asyncio.to_thread(
            read_wallets, fetched.files, fetched.document, self.settings.wallets.format, self.registry
        )
        if self.judged:
            check_shrink(len(self.judged.claims), published, self.settings.wallets.max_shrink)
        changes = await self._compare(published)
        accepted_at = self._now()
        await self._take_up(published, accepted_at, progress)
        self._attempts.accepted()
        await self._kept.save(fetched, published.layout, accepted_at, changes)
        if changes:
            self.changes = {change: count + len(getattr(changes, change)) for change, count in self.changes.items()}
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
        rows = list(published.claims)
        del published
        await asyncio.to_thread(let_go, rows)

    async def _compare(self, published: WalletList) -> ListChanges | None:
        """What is new against the last list, read again from its bytes: its evidence is not kept in memory, nor now."""
        try:
            stored = await self._kept.load()
        except StoreError as error:
            _log.error("the history was not read", exchange=self.name, error=str(error))
            return None
        if stored is None:
            return None

        def compare() -> ListChanges | None:
            settings = self.settings.wallets
            try:
                files = unpack(stored.content, stored.document, settings)
                rows = claims_again(files, stored.document, settings.format, self.registry)
                return compare_lists(rows, published.claims)
            except DocumentError:
                return None  # of a layout that is not configured any more: nothing to compare with

        return await asyncio.to_thread(compare)

    def document_states(self) -> dict[str, DocumentState]:
        """Where the configured documents stand."""
        document = self.judged.document if self.judged else None
        states = {WALLETS: self._attempts.state(document, unsaved=self._kept.unsaved)}
        return states | (self.owed.document_states() if self.owed else {})

    # --- Ownership ---------------------------------------------------------------------------------------------------

    async def _take_up(self, published: WalletList, accepted_at: datetime, progress: Progress | None = None) -> None:
        """Judge what was not judged before, keep those verdicts, and make the list the current one."""
        loop = asyncio.get_running_loop()
        found: asyncio.Queue[Judged | None] = asyncio.Queue()

        def keep(verdicts: Judged | None) -> None:
            loop.call_soon_threadsafe(found.put_nowait, verdicts)

        def tell(done: int) -> None:
            if self._closing.is_set():
                raise _ClosingError
            if progress:
                progress(done)

        def judge() -> tuple[JudgedList, Mapping[str, Mapping[Token, frozenset[Address]]], dict[bytes, Verdict]]:
            prints = [ownership.fingerprint(claim) for claim in published.claims]
            verdicts = ownership.judge_all(
                published.claims, self.registry.networks, prints=prints, known=self.verdicts, progress=tell, keep=keep
            )
            # Of many rows most say the same: equal verdicts are one object, of which there are few to collect.
            same: dict[Verdict, Verdict] = {}
            known = {mark: same.setdefault(each, each) for mark, each in zip(prints, verdicts, strict=True)}
            messages = self.settings.wallets.messages
            accepted = ownership.accept(
                published.claims, verdicts, frozenset(messages) if messages is not None else None
            )
            accepted = [same.setdefault(each, each) for each in accepted]
            networks = self.registry.networks
            asked = ownership.asked(published.claims, accepted, networks)
            stakes, stakers = stakes_of(published.claims, networks), self._stakers(published)
            judged = judged_list(published, asked, accepted_at, stakes, stakers)
            return judged, {network: judged.holdings.wanted(network) for network in judged.holdings.networks}, known

        keeping = asyncio.create_task(self._keep_verdicts(found))
        try:
            judged, wanted, known = await asyncio.to_thread(judge)
        finally:
            keep(None)
            await keeping
        async with self._promoting:
            told, now = await self._confirmations(judged.questions), self._now()
            # Nothing was told in the future, whatever the system's clock was then.
            self._told = {mark: replace(said, told_at=min(said.told_at, now)) for mark, said in told.items()}
            self._unpromoted = judged.verdicts
            promoted = await self._with_answers(judged)
            self._wanted, self.judged = wanted, promoted
            # What was found of lists that are gone goes too: else each change would leave something for good.
            self.verdicts = known

    async def _confirmations(self, questions: Mapping[bytes, OwnerQuestion]) -> Mapping[bytes, Confirmation]:
        """What chains said of ``questions``; where the history cannot be read, what is known of them in this run."""
        try:
            return await self._store.confirmations(questions.keys())
        except StoreError as error:
            _log.error("the history was not read", exchange=self.name, error=str(error))
            return {mark: said for mark, said in self._told.items() if mark in questions}

    def _stakers(self, published: WalletList) -> frozenset[tuple[str, Address]]:
        """The owners of validators by what the list says, on the network of these and on that of their accounts."""
        staked = (claim for claim in published.claims if claim.kind is not ClaimKind.ACCOUNT)
        return frozenset(
            (network, as_text(owner))
            for claim in staked
            if claim.network
            for owner in claim.owners
            if owner
            for network in (claim.network, self.registry.networks[claim.network].execution)
            if network
        )

    async def _keep_verdicts(self, found: asyncio.Queue[Judged | None]) -> None:
        """Save verdicts as they are found, up to the None at their end: who is stopped in between goes on from there.

        Few at a time: the database makes its statements in the event loop.
        """
        while True:
            verdicts = await found.get()
            if verdicts is None:
                return
            self.verdicts.update(verdicts)
            await written(self._store.save_verdicts(ownership.RULES_VERSION, verdicts))

    def questions(self, network: str) -> dict[bytes, OwnerQuestion]:
        """What is to be asked of ``network`` about owners."""
        asked = self.judged.questions if self.judged else {}
        return {mark: question for mark, question in asked.items() if question.network == network}

    async def confirm(self, answers: Mapping[bytes, OwnerAnswer]) -> None:
        """Take in what a chain said of owners just now; ``answers`` by the marks of :meth:`questions`."""
        async with self._promoting:
            now = self._now()
            told = {mark: self._confirmation(mark, answer, now) for mark, answer in answers.items()}
            await written(self._store.save_confirmations(told))
            self._told = {**self._told, **told}
            if self.judged:
                self.judged = await self._with_answers(self.judged)

    async def grow_old(self) -> None:
        """Let go of confirmations that no chain has renewed in time."""
        if self._oldest is not None and self._oldest < self._since:
            async with self._promoting:
                if self.judged:
                    self.judged = await self._with_answers(self.judged)

    async def _with_answers(self, judged: JudgedList) -> JudgedList:
        """``judged`` with what the chains have told, and remember when that grows old."""
        since = self._since
        self._oldest = min(
            (
                said.told_at
                for said in self._told.values()
                if said.answer.outcome is OwnerOutcome.CONFIRMED and said.told_at >= since
            ),
            default=None,
        )
        left_out = self.settings.administered == "listed"
        return await asyncio.to_thread(with_answers, judged, self._unpromoted, self._told, since, leave_out=left_out)

    def _confirmation(self, mark: bytes, answer: OwnerAnswer, now: datetime) -> Confirmation:
        before = self._told.get(mark)
        confirmed = answer.outcome is OwnerOutcome.CONFIRMED
        return Confirmation(answer, now, now if confirmed else before.confirmed_at if before else None)

    @property
    def _since(self) -> datetime:
        """What was confirmed before is too old."""
        return self._now() - self.settings.confirm_max_age
