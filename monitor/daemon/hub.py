"""The hub: holds the watches, does their jobs, and swaps the current World by one reference."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from threading import Event

import aiohttp
import structlog

from monitor.chains import ChainError, open_network
from monitor.daemon.assessor import Assessor
from monitor.daemon.audits import KEPT, ClaimedNetwork, Memory, read_claimed
from monitor.daemon.clock import Clock
from monitor.daemon.exchange import ExchangeWatch, Progress
from monitor.daemon.journals import StoredJournals
from monitor.daemon.network import NetworkWatch
from monitor.daemon.owners import ask_owners
from monitor.judgement import audit
from monitor.metrics import Metrics
from monitor.model import Audit, BalanceSlot, Network, OwnerAnswer, ReloadState, Verdict, World
from monitor.ownership import RULES_VERSION
from monitor.registry import Registry
from monitor.settings import ExchangeSettings, NetworkSettings, Settings
from monitor.store import Store

_KEEP = timedelta(days=400)
"""How long sums and ratios stay in the history: a year and a month, to compare with the same report a year ago."""

_log = structlog.get_logger(__name__)


def configured_network(name: str, settings: NetworkSettings, registry: Registry) -> Network:
    """The registry's network, or the test network that the configuration puts in its place."""
    network = registry.networks[name]
    return replace(network, caip2=settings.caip2) if settings.caip2 else network


class Hub:
    """Everything that is watched. Its methods are the jobs; each ends by assessing anew what it changed."""

    def __init__(self, store: Store, session: aiohttp.ClientSession, metrics: Metrics, now: Clock) -> None:
        self._store = store
        self._session = session
        self._metrics = metrics
        self._now = now
        self._known: dict[bytes, Verdict] = {}
        self._assessing = asyncio.Lock()
        self._balance_slots: dict[str, Mapping[str, BalanceSlot]] = {}
        self._audits: dict[str, Audit] = {}
        self._unsettled: set[str] = set()
        self._assessor = Assessor(store, now)
        self._ready = False
        self._closing = Event()
        self.exchanges: dict[str, ExchangeWatch] = {}
        self.networks: dict[str, NetworkWatch] = {}
        self.reload = ReloadState(successful=True, succeeded_at=now())
        self.world: World | None = None

    # --- Configuration -----------------------------------------------------------------------------------------------

    async def start(self, settings: Settings, registry: Registry) -> None:
        """Take up the history, and the first configuration."""
        self._known = await self._store.verdicts(RULES_VERSION)
        await self._assessor.restore(settings)
        await self.configure(settings, registry)
        for snapshot in await self._store.snapshots():
            if snapshot.network in self.networks and snapshot.exchange in self.exchanges:
                self.networks[snapshot.network].restore(snapshot)
        await self.assess()

    async def configure(self, settings: Settings, registry: Registry) -> None:
        """Make ``settings`` the ones that hold. What they leave as it was goes on without interruption."""
        networks = {name: self._network(name, each, registry) for name, each in settings.networks.items()}
        exchanges = {name: self._exchange(name, each, registry) for name, each in settings.exchanges.items()}
        fresh = [watch for name, watch in exchanges.items() if watch is not self.exchanges.get(name)]
        gone = [watch for name, watch in self.networks.items() if networks.get(name) is not watch]
        await asyncio.gather(*(watch.restore() for watch in fresh))
        self.settings, self.networks, self.exchanges = settings, networks, exchanges
        self._balance_slots = {name: registry.balance_slots(name) for name in networks}
        self._audits = {name: audited for name, audited in self._audits.items() if name in exchanges}
        for network in networks.values():
            network.forget(frozenset(exchanges))
        for exchange in fresh:
            if exchange.judged:
                audited = await self._store.audit(exchange.name, exchange.judged.document.sha256)
                self._audits.update({exchange.name: audited} if audited else {})
        pairs = [(name, network) for name in exchanges for network, watch in networks.items() if watch.readable]
        self._metrics.configured(pairs, account_series=settings.metrics.account_series)
        await asyncio.gather(*(watch.reader.close() for watch in gone))

    def _network(self, name: str, settings: NetworkSettings, registry: Registry) -> NetworkWatch:
        network = configured_network(name, settings, registry)
        slots = registry.balance_slots(name)
        known = self.networks.get(name)
        if known and known.settings == settings and known.network == network and self._balance_slots[name] == slots:
            return known
        reader = open_network(network, settings, StoredJournals(self._store, name), slots)
        if known and known.network == network:
            return known.heir(settings, reader)
        return NetworkWatch(network, settings, reader, self._metrics, self._now)

    def _exchange(self, name: str, settings: ExchangeSettings, registry: Registry) -> ExchangeWatch:
        known = self.exchanges.get(name)
        if known and known.settings == settings and known.registry is registry:
            return known
        return ExchangeWatch(
            name,
            settings,
            registry,
            store=self._store,
            session=self._session,
            now=self._now,
            known=self._known,
            closing=self._closing,
        )

    # --- Jobs --------------------------------------------------------------------------------------------------------

    async def refresh_wallets(self, exchange: str, progress: Progress | None = None) -> bool:
        """Ask for an exchange's list; True when a new one was taken up."""
        watch = self.exchanges[exchange]
        changed = await watch.refresh_wallets(progress)
        if changed:
            self._audits.pop(exchange, None)
        await self.assess()
        return changed

    async def refresh_liabilities(self, exchange: str) -> None:
        """Ask for what an exchange says that it owes, if it does."""
        owed = self.exchanges[exchange].owed
        if owed:
            await owed.refresh()
            await self.assess()

    async def refresh_proof(self, exchange: str) -> None:
        """Ask for the proof that stands beside an exchange's report, if there is one."""
        owed = self.exchanges[exchange].owed
        if owed:
            await owed.refresh_proof()
            await self.assess()

    async def poll(self, network: str) -> None:
        """One snapshot of ``network`` for every exchange that claims something there, if its balances can be read."""
        watch = self.networks[network]
        if not watch.readable:
            return
        wanted = {name: exchange.wanted(network) for name, exchange in self.exchanges.items()}
        execution = self.networks.get(watch.network.execution)
        taken = await watch.poll(wanted, execution.newest() if execution else None)
        await self.assess()
        for snapshot in taken:
            await self._store.save_snapshot(snapshot, self._assessor.sums(snapshot))

    async def confirm(self, exchange: str) -> None:
        """Ask the chains whether the owners of unbound claims control their accounts."""
        watch = self.exchanges[exchange]
        readers = {name: network.reader for name, network in self.networks.items()}
        for name in readers:
            questions = watch.questions(name)
            if not questions:
                continue
            answers = dict(zip(questions, await ask_owners(name, list(questions.values()), readers), strict=True))
            for error in {str(answer) for answer in answers.values() if isinstance(answer, ChainError)}:
                _log.warning("owners not confirmed", exchange=exchange, network=name, error=error)
            await watch.confirm({mark: answer for mark, answer in answers.items() if isinstance(answer, OwnerAnswer)})
        await self.assess()

    async def audit(self, exchange: str) -> None:
        """Compare the list's claimed amounts with the chain, unless that was done and nothing more can be found.

        What was found once stays until more is found: a node that is away today takes nothing back.
        """
        watch = self.exchanges[exchange]
        judged = watch.judged
        if judged is None or not watch.settings.audit:
            return
        before = self._audits.get(exchange)
        networks = {
            name: ClaimedNetwork.of(each.network, each.settings, each.reader)
            for name, each in self.networks.items()
            if each.readable
        }
        if before and exchange not in self._unsettled and networks.keys() <= before.asked:
            return
        memory = Memory(self._store, judged.document.sha256, self._now)
        readings = await read_claimed(judged.claims, networks, memory)
        result = await asyncio.to_thread(audit, judged.claims, judged.holdings, readings, self._now())
        if watch.judged is None or watch.judged.document != judged.document:
            return  # a new list came meanwhile: this is not its audit
        if before and sum(result.checked.values()) < sum(before.checked.values()):
            self._unsettled.add(exchange)
            return
        self._audits[exchange] = result
        self._unsettled.discard(exchange)
        if readings.settled:
            await self._store.save_audit(exchange, judged.document.sha256, result)
        else:
            self._unsettled.add(exchange)
        await self.assess()

    async def prune(self) -> None:
        await self._store.prune(self._now() - _KEEP)
        await self._store.prune_claim_readings(self._now() - KEPT)

    async def assess(self) -> None:
        """Judge what is known now, and swap it in. One at a time, so that alerts advance in order."""
        async with self._assessing:
            self._ready = self._ready or self._first_pass_finished()
            world = await self._assessor.world(
                self.settings, self.exchanges, self.networks, self._audits, self.reload, ready=self._ready
            )
            await asyncio.to_thread(self._metrics.prepare, world)
            self.world = world

    def _first_pass_finished(self) -> bool:
        """Every document was asked for, and every readable network that a list claims something on was tried."""
        return all(watch.asked for watch in self.exchanges.values()) and all(
            network.attempted(name)
            for name, watch in self.exchanges.items()
            for network in self.networks.values()
            if network.readable and watch.wanted(network.network.name)
        )

    async def close(self) -> None:
        self._closing.set()
        await asyncio.gather(*(watch.reader.close() for watch in self.networks.values()))
