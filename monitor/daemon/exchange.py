"""Watching one exchange: its list and the verdicts on it; beside it, what the exchange says that it owes."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import aiohttp
import structlog

from monitor.computing import computed
from monitor.daemon.clock import Clock
from monitor.daemon.documents import AcceptedDocument, DocumentAttempts
from monitor.daemon.handing_over import NewList
from monitor.daemon.judged import JudgedList, with_answers
from monitor.daemon.liabilities import LiabilitiesWatch
from monitor.daemon.list_judge import ListJudge
from monitor.daemon.list_reading import ListTask
from monitor.daemon.owners import Owners
from monitor.daemon.stored import written
from monitor.model import (
    Address,
    Confirmation,
    DocumentState,
    ListChanges,
    OwnerAnswer,
    OwnerOutcome,
    OwnerQuestion,
    SignatureAges,
    Token,
)
from monitor.model.packed import PackedVerdicts
from monitor.published import Cause, DocumentError, Fetched, Unchanged, fetch_list, refusing
from monitor.registry import Registry
from monitor.settings import ExchangeSettings, mask_source
from monitor.store import Store, StoredDocument, StoreError

WALLETS = "wallets"

_log = structlog.get_logger(__name__)


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
        lists: ListJudge,
    ) -> None:
        """``lists`` judges the list whenever it is a new one."""
        self.name = name
        self.settings = settings
        self.registry = registry
        self._store = store
        self._session = session
        self._now = now
        self._lists = lists
        self.judged: JudgedList | None = None
        self.signature_ages: SignatureAges | None = None
        owed = settings.liabilities
        self.owed = LiabilitiesWatch(name, owed, registry, store=store, session=session, now=now) if owed else None
        self.changes: dict[str, int] = {"added": 0, "removed": 0, "altered": 0}
        self.last_changes: tuple[datetime, ListChanges] | None = None
        self._wanted: Mapping[str, Mapping[Token, tuple[Address, ...]]] = {}
        self._accounts: Mapping[str, int] = {}
        """Of the list, by network."""
        self._unpromoted: PackedVerdicts | None = None
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
        await self._restore_wallets(await self._kept.load())
        if self.owed:
            await self.owed.restore()

    async def _restore_wallets(self, stored: StoredDocument | None) -> None:
        if stored is None:
            return
        task = ListTask(stored.document, self.settings.wallets, self.registry, stored.accepted_at, exchange=self.name)
        try:
            with refusing(lambda: stored.document.source):
                new = await self._lists.judge(task, stored.content)
                await self._take_up(new.judged)
        except DocumentError as error:
            trace = error if error.reason is Cause.UNEXPECTED else None
            _log.warning("the kept list cannot be used any more", exchange=self.name, error=str(error), exc_info=trace)
        else:
            self._kept.in_use(stored)

    @property
    def asked(self) -> bool:
        """Whether every configured document was asked for since the start, with whatever end."""
        return bool(self._attempts.fetched) and (self.owed is None or self.owed.asked)

    def wanted(self, network: str) -> Mapping[Token, tuple[Address, ...]]:
        """What is to be read on ``network``; empty while there is no list."""
        return self._wanted.get(network, {})

    def accounts(self, network: str) -> int:
        """How many accounts the list names on ``network``; 0 while there is no list."""
        return self._accounts.get(network, 0)

    def move(self, step: timedelta) -> None:
        """Go along with a step of the clock: the last change of the list and what was told of owners keep their age."""
        if self.last_changes:
            at, changes = self.last_changes
            self.last_changes = (at + step, changes)
        self._told = {mark: replace(said, told_at=said.told_at + step) for mark, said in self._told.items()}
        self._oldest = self._oldest and self._oldest + step

    # --- Documents ---------------------------------------------------------------------------------------------------

    async def refresh_wallets(self) -> bool:
        """Ask for the list; judge and take it up if it is a new one. False when nothing changed or it was refused."""
        try:
            with refusing(lambda: mask_source(self.settings.wallets.source)):
                fetched = await fetch_list(self.settings.wallets, session=self._session, known=self._kept.validators)
                if self.owed:
                    await self.owed.note_listed(fetched.listed)
                if isinstance(fetched, Unchanged):
                    self._attempts.accepted()
                    await self._kept.unchanged(fetched.validators)
                    return False
                await self._renew(fetched)
                return True
        except DocumentError as error:
            self._attempts.refused(error)
            return False

    @property
    def again(self) -> timedelta | None:
        """How soon to ask for the list once more, where that is sooner than its refresh."""
        return self._attempts.again or self._kept.again

    async def _renew(self, fetched: Fetched) -> None:
        """Read, judge and take up a list that is not the one before. Raises DocumentError.

        It is kept once it was taken up: one that cannot be judged must not take the place of the last good one.
        """
        accepted_at = self._now()
        new = await self._judge(fetched, accepted_at)
        await self._take_up(new.judged)
        self._attempts.accepted()
        changes = new.changes
        await self._kept.save(fetched, new.judged.layout, accepted_at, changes)
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
        for sentence in new.judged.unread:
            _log.warning("part of the list was not read", exchange=self.name, what=sentence)

    async def _judge(self, fetched: Fetched, accepted_at: datetime) -> NewList:
        """Judge a list, and compare it with the one in use."""
        if self.judged is None:  # what kept the last one from being taken up may be over: else its changes were lost
            try:
                await self._restore_wallets(await self._kept.load())
            except StoreError as error:
                _log.error("the history was not read", exchange=self.name, error=str(error))
        task = ListTask(
            fetched.document,
            self.settings.wallets,
            self.registry,
            accepted_at,
            previous=self.judged.claims if self.judged else None,
            exchange=self.name,
        )
        return await self._lists.judge(task, fetched.raw)

    def document_states(self) -> dict[str, DocumentState]:
        """Where the configured documents stand."""
        document = self.judged.document if self.judged else None
        states = {WALLETS: self._attempts.state(document, unsaved=self._kept.unsaved)}
        return states | (self.owed.document_states() if self.owed else {})

    # --- Ownership ---------------------------------------------------------------------------------------------------

    async def _take_up(self, judged: JudgedList) -> None:
        """Make ``judged`` the current list, with what chains have told of its owners."""
        wanted = await computed(lambda: {each: judged.holdings.wanted(each) for each in judged.holdings.networks})
        accounts = {network: await computed(_count, tokens) for network, tokens in wanted.items()}
        async with self._promoting:
            told, now = await self._confirmations(judged.questions), self._now()
            # Nothing was told in the future, whatever the system's clock was then.
            self._told = {mark: replace(said, told_at=min(said.told_at, now)) for mark, said in told.items()}
            self._unpromoted = judged.verdicts
            promoted = await self._with_answers(judged)
            ages = await self._signature_ages(judged.accepted_at)
            self._wanted, self._accounts, self.judged, self.signature_ages = wanted, accounts, promoted, ages

    async def _signature_ages(self, accepted_at: datetime) -> SignatureAges | None:
        try:
            return await self._store.signature_ages(self.name, accepted_at)
        except StoreError as error:
            _log.error("the history was not read", exchange=self.name, error=str(error))
            return None

    async def _confirmations(self, questions: Mapping[bytes, OwnerQuestion]) -> Mapping[bytes, Confirmation]:
        """What chains said of ``questions``; where the history cannot be read, what is known of them in this run."""
        try:
            return await self._store.confirmations(questions.keys())
        except StoreError as error:
            _log.error("the history was not read", exchange=self.name, error=str(error))
            return {mark: said for mark, said in self._told.items() if mark in questions}

    def questions(self, network: str) -> dict[bytes, OwnerQuestion]:
        """What is to be asked of ``network`` about owners."""
        asked = self.judged.questions if self.judged else {}
        return {mark: question for mark, question in asked.items() if question.network == network}

    @property
    def told(self) -> Mapping[bytes, Confirmation]:
        """What chains said of owners, by the marks of the questions."""
        return self._told

    async def confirm(self, answers: Mapping[bytes, OwnerAnswer]) -> None:
        """Take in what a chain said of owners just now; ``answers`` by the marks of :meth:`questions`."""
        async with self._promoting:
            now = self._now()
            told = {mark: self._confirmation(mark, answer, now) for mark, answer in answers.items()}
            await written(self._store.save_confirmations(self.name, told))
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
        if self._unpromoted is None:
            return judged
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


def _count(wanted: Mapping[Token, tuple[Address, ...]]) -> int:
    return len(frozenset().union(*wanted.values()))
