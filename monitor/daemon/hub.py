"""The hub: holds the watches, does their jobs, and swaps the current World by one reference."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import aiohttp
import structlog

from monitor.chains import ChainError, ChainReader, Wanted
from monitor.chains.opening import configured_network, import_nodes, open_network
from monitor.computing import computed
from monitor.daemon.assessor import Assessor
from monitor.daemon.audits import Audits
from monitor.daemon.channels import Line
from monitor.daemon.claimed_balances import KEPT
from monitor.daemon.clock import SteadyClock
from monitor.daemon.controls import Controls
from monitor.daemon.events import EventKeeper
from monitor.daemon.exchange import ExchangeWatch
from monitor.daemon.history import HistoryKeeper, SnapshotKeeper
from monitor.daemon.list_judge import ListJudge
from monitor.daemon.network import NetworkWatch
from monitor.daemon.notifier import Notifier
from monitor.daemon.prices import PriceWatch, assets_of
from monitor.daemon.shared_reader import SharedReader
from monitor.daemon.signature_losses import SignatureLosses
from monitor.daemon.stored import StoredJournals, StoredVerdicts, written
from monitor.metrics import Rendered
from monitor.model import (
    Audit,
    BalanceSlot,
    JobState,
    OwnerAnswer,
    ReloadState,
    Snapshot,
    World,
)
from monitor.ownership import RULES_VERSION
from monitor.registry import Registry
from monitor.settings import ExchangeSettings, NetworkSettings, Settings, masked
from monitor.store import ReadingJobs, Store

_LONGEST_PAUSE = 2.0
"""Seconds between two Worlds at the most."""
_SLACK = timedelta(seconds=1)
_TOLD = timedelta(minutes=1)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a configuration wants watched, made ready: what it leaves as it was is the very watch that there is."""

    settings: Settings
    registry: Registry
    networks: Mapping[str, NetworkWatch]
    exchanges: Mapping[str, ExchangeWatch]
    balance_slots: Mapping[str, Mapping[str, BalanceSlot]]
    """By network and contract."""
    audits: Mapping[str, Audit]
    """Those of an earlier run, of exchanges that were not watched like that before."""
    channels: Mapping[str, Line]


class Hub:
    """Everything that is watched. Its methods are the jobs; each ends by assessing anew what it changed."""

    def __init__(
        self,
        store: Store,
        session: aiohttp.ClientSession,
        now: SteadyClock,
        jobs: Callable[[], tuple[JobState, ...]] = tuple,
        *,
        render: Callable[[World], Rendered] | None = None,
        notifier: Notifier | None = None,
        readers: ReadingJobs | None = None,
    ) -> None:
        """``jobs`` tells how whatever calls the methods does; ``render`` makes each World text before it is shown.

        Without a ``notifier`` nobody is told of alerts; without ``readers`` every network is read here.
        """
        self.store = store
        self.session = session
        self._now = now
        self._jobs = jobs
        self._render = render
        self._readers = readers
        self._assessing = asyncio.Lock()
        self._asked = self._answered = 0
        self._next = 0.0
        """When the next World may begin, by the loop's time."""
        self._balance_slots: Mapping[str, Mapping[str, BalanceSlot]] = {}
        self._audits = Audits(store, now)
        self._signatures = SignatureLosses(store, now)
        self._controls = Controls(store, now)
        self._prices = PriceWatch(now)
        self._notifier = notifier
        self._assessor = Assessor(store, now, notifier)
        self._history = HistoryKeeper(store)
        self._events = EventKeeper(store)
        self._snapshots = SnapshotKeeper(store)
        self._ready = False
        self.lists = ListJudge(StoredVerdicts(store))
        self._gone: list[ChainReader] = []
        self.exchanges: Mapping[str, ExchangeWatch] = {}
        self.networks: Mapping[str, NetworkWatch] = {}
        self._listed: defaultdict[str, set[str]] = defaultdict(set)
        """By network, exchanges whose list has changed since it was read."""
        self.reload = ReloadState(successful=True, succeeded_at=now())
        self.world: World | None = None
        self.rendered: Rendered | None = None
        """Of :attr:`world`; None without ``render``."""
        self.judged = asyncio.get_running_loop().time()
        """When the last World was made, or the first is waited for since; by the loop's time."""

    # --- Configuration -----------------------------------------------------------------------------------------------

    async def start(self, settings: Settings, registry: Registry) -> Prepared:
        """Take up the history, and the first configuration."""
        await self._assessor.restore(settings)
        self._events.begin(self._assessor.active)
        await self._signatures.restore()
        if self._notifier:
            await self._notifier.restore()
        prepared = await self.prepare(settings, registry)
        self.adopt(prepared)
        chains = {name: watch.network.caip2 for name, watch in self.networks.items()}
        async for snapshot, earlier in self._snapshots.load(chains, self._wanted):
            if snapshot.exchange in self.exchanges:
                self.networks[snapshot.network].restore(snapshot, earlier)
        await self.assess()
        return prepared

    def _wanted(self, exchange: str, network: str) -> Wanted:
        watch = self.exchanges.get(exchange)
        return watch.wanted(network) if watch else {}

    async def prepare(self, settings: Settings, registry: Registry) -> Prepared:
        """Make ready what ``settings`` want watched: all that may fail or take long. What is watched now goes on.

        Readers send nothing before they are used, so that what is prepared in vain leaves nothing behind.
        """
        await asyncio.to_thread(import_nodes, self._read_here(settings), registry)
        slots = {name: registry.balance_slots(name) for name in settings.networks}
        networks = {name: self._network(name, each, registry, slots[name]) for name, each in settings.networks.items()}
        exchanges = {name: self._exchange(name, each, registry) for name, each in settings.exchanges.items()}
        fresh = [watch for name, watch in exchanges.items() if watch is not self.exchanges.get(name)]
        for watch in fresh:  # one at a time: the bytes of all lists at once are more than the daemon needs ever after
            await watch.restore()
        channels = await asyncio.to_thread(self._notifier.prepare, settings) if self._notifier else {}
        audits = await self._audits.load(fresh)
        return Prepared(settings, registry, networks, exchanges, slots, audits, channels)

    def adopt(self, prepared: Prepared) -> None:
        """Make what was prepared the present, at once. What it replaces stays open for the jobs that still use it."""
        for name, network in prepared.networks.items():
            network.succeed(self.networks.get(name))
            network.forget(frozenset(prepared.exchanges))
        self._gone += [
            watch.reader for name, watch in self.networks.items() if prepared.networks.get(name) is not watch
        ]
        self.settings, self.networks, self.exchanges = prepared.settings, prepared.networks, prepared.exchanges
        self._balance_slots = prepared.balance_slots
        self._audits.adopt(self.exchanges.keys(), prepared.audits)
        self._controls.adopt(self.exchanges)
        self._prices.adopt(prepared.settings.prices, prepared.registry)
        if self._notifier:
            self._notifier.adopt(prepared.settings, prepared.channels)
        self._configuration = masked(prepared.settings)

    async def let_go(self) -> None:
        """Close what was replaced, once no job uses it any more: a reader that is used after its end begins anew."""
        gone, self._gone = self._gone, []
        for problem in await asyncio.gather(*(reader.close() for reader in gone), return_exceptions=True):
            if isinstance(problem, Exception):
                _log.warning("an endpoint was not closed", error=f"{type(problem).__name__}: {problem}")

    def _network(
        self, name: str, settings: NetworkSettings, registry: Registry, slots: Mapping[str, BalanceSlot]
    ) -> NetworkWatch:
        network = configured_network(name, settings, registry)
        known = self.networks.get(name)
        if known and known.settings == settings and known.network == network and self._balance_slots[name] == slots:
            return known
        reader: ChainReader
        if self._readers and settings.read_by:
            reader = SharedReader(network, settings, self._readers)
        else:
            reader = open_network(network, settings, StoredJournals(self.store, name), slots)
        return NetworkWatch(network, settings, reader, self._now)

    def _read_here(self, settings: Settings) -> dict[str, NetworkSettings]:
        return {name: each for name, each in settings.networks.items() if not (self._readers and each.read_by)}

    def _exchange(self, name: str, settings: ExchangeSettings, registry: Registry) -> ExchangeWatch:
        known = self.exchanges.get(name)
        if known and known.settings == settings and known.registry == registry:
            return known
        return ExchangeWatch(
            name,
            settings,
            registry,
            store=self.store,
            session=self.session,
            now=self._now,
            lists=self.lists,
        )

    # --- Jobs --------------------------------------------------------------------------------------------------------

    async def refresh_wallets(self, exchange: str) -> bool:
        """Ask for an exchange's list; True when a new one was taken up."""
        watch = self.exchanges[exchange]
        before = watch.judged
        changed = await watch.refresh_wallets()
        if changed and before and watch.judged:
            news_for = self.settings.alerts.changed_for
            await self._signatures.note(exchange, before.holdings, watch.judged, self.networks, news_for=news_for)
        if changed:
            self._audits.forget(exchange)
        await self.assess()
        if changed:  # last of all, so that no poll that is due meanwhile takes it from the one that is asked for now
            for network in self.networks:
                self._listed[network].add(exchange)
        return changed

    async def refresh_liabilities(self, exchange: str) -> timedelta | None:
        """Ask for what an exchange says that it owes, if it does; returns how soon to ask again, where that is soon."""
        owed = self.exchanges[exchange].owed
        if owed is None:
            return None
        await owed.refresh()
        await self.assess()
        return owed.again

    async def refresh_proof(self, exchange: str) -> timedelta | None:
        """Ask for the proof that stands beside an exchange's report, if there is one; returns the same."""
        owed = self.exchanges[exchange].owed
        if owed is None:
            return None
        await owed.refresh_proof()
        await self.assess()
        return owed.proof_again

    async def poll(self, network: str) -> timedelta | None:
        """One snapshot of ``network`` for every exchange that claims something there.

        Within an interval after that, for those alone whose lists have changed since, if there are any: a list that
        comes does not have all others read again. Then it returns how soon to come again for all, as their turn may
        have come meanwhile.
        """
        watch, now = self.networks[network], asyncio.get_running_loop().time()
        listed = self._listed.pop(network, set())
        everything = not listed or now >= watch.all_again_at or self._in_one(watch)
        wanted = {name: each.wanted(network) for name, each in self.exchanges.items() if everything or name in listed}
        execution = self.networks.get(watch.network.execution)
        taken = await watch.poll(wanted, execution.newest() if execution else None)
        if everything and (taken or not any(wanted.values())):
            watch.all_again_at = now + watch.settings.interval.total_seconds()
        try:
            await self.assess()
        finally:  # what was shown is there after a restart, even if the daemon is stopped just now
            if taken and self.world:
                await written(self._snapshots.keep(self.world, network))
        asked = any(exchange.wanted(network) for exchange in self.exchanges.values())
        priced = await self._ask_feeds(watch, taken, asked=asked)
        if await watch.look_back() or priced:
            await self.assess()
        return None if everything else watch.all_again_in()

    def _in_one(self, watch: NetworkWatch) -> bool:
        """Whether all exchanges have to be read together.

        Bitcoin's family is followed, so that all cost as much as one. Of a network and its execution layer all are read
        beside each other: what is on its way from one to the other would else be nowhere.
        """
        layers = {each.network.execution for each in self.networks.values()}
        return watch.network.family == "bitcoin" or bool(watch.network.execution) or watch.network.name in layers

    async def _ask_feeds(self, watch: NetworkWatch, taken: Sequence[Snapshot], *, asked: bool) -> bool:
        """Ask for prices at the block of the snapshots just ``taken``; of a network where nothing is ``asked``, too."""
        if self.world is None or (asked and not taken):
            return False
        return await self._prices.ask_feeds(watch, taken[0].block if taken else None, assets_of(self.world))

    async def refresh_prices(self) -> None:
        """Read the file of prices, where there is one."""
        await self._prices.read_file()
        await self.assess()

    async def confirm(self, exchange: str) -> None:
        """Ask the chains whether the owners of unbound claims control their accounts."""
        watch = self.exchanges[exchange]
        readers = {name: network.reader for name, network in self.networks.items()}
        await asyncio.gather(*(self._confirm(watch, name, readers) for name in readers))
        await self.assess()

    async def _confirm(self, watch: ExchangeWatch, network: str, readers: Mapping[str, ChainReader]) -> None:
        questions = watch.questions(network)
        said = dict(zip(questions, await watch.owners.ask(network, list(questions.values()), readers), strict=True))
        errors = Counter(str(answer) for answer in said.values() if isinstance(answer, ChainError))
        for error, claims in errors.items():
            _log.warning("owners not confirmed", exchange=watch.name, network=network, questions=claims, error=error)
        answers = {mark: answer for mark, answer in said.items() if isinstance(answer, OwnerAnswer)}
        if answers:
            await watch.confirm(answers)

    async def audit(self, exchange: str) -> None:
        """Compare the list's claimed amounts with the chain, unless that was done and nothing more can be found."""
        watch = self.exchanges[exchange]
        if watch.settings.audit and await self._audits.audit(watch, self.networks):
            await self.assess()

    async def look_at_keys(self, exchange: str) -> timedelta | None:
        """Find out on whose accounts keys were used lately; returns how soon to come again, where that is soon."""
        again = await self._controls.look(self.exchanges[exchange], self.networks)
        await self.assess()
        return again

    async def tell(self, channel: str) -> timedelta | None:
        """Send what is due over one channel; returns when to come again, where that is before the next time."""
        return await self._notifier.deliver(channel) if self._notifier else None

    async def prune(self) -> None:
        """Let go of what has grown old, and of what endpoints followed that are not configured any more.

        Such an endpoint has until the next round to come back; after that its first reading is a scan.
        """
        now = self._now()
        for step, time in self.settings.history.limits.items():
            await self.store.prune_history(step, now - time)
        if (limit := self.settings.history.events_limit) is not None:
            await self.store.prune_events(now - limit)
        before = await self.store.prune_documents(self.settings.history.lists)
        await self.store.prune_ownership(RULES_VERSION, before)
        await self.store.prune_claim_readings(now - KEPT)
        elsewhere = self.networks.keys() - self._read_here(self.settings).keys()
        present = {(name, each.label) for name, watch in self.networks.items() for each in watch.settings.endpoints}

        def gone(network: str, endpoint: str) -> bool:
            return network not in elsewhere and (network, endpoint) not in present

        for network, endpoint in await self.store.forget_journals(gone):
            _log.info("journal of a removed endpoint deleted", network=network, endpoint=endpoint)

    async def assess(self) -> None:
        """Judge what is known now, and swap it in. One at a time, so that alerts advance in order.

        Who waits for its turn is served with the first in the queue, which sees what they all have changed: many jobs
        end at the same time, and a judgement of many exchanges takes longer than one of them. The next begins no sooner
        than as long after the last as that took: half of a core is left to all else, however often networks are read.
        """
        self._asked = asked = self._asked + 1
        time = asyncio.get_running_loop().time
        async with self._assessing:
            if self._answered >= asked:
                return
            await asyncio.sleep(self._next - time())
            answers, began = self._asked, time()
            self._keep_time()
            self._ready = self._ready or self._first_pass_finished()
            await asyncio.gather(*(watch.grow_old() for watch in self.exchanges.values()))
            world = await self._assessor.world(
                self.settings,
                self.exchanges,
                self.networks,
                self._audits.found,
                self.reload,
                configuration=self._configuration,
                jobs=self._jobs(),
                signatures_gone=self._signatures.gone,
                controls=self._controls.found,
                ready=self._ready,
            )
            world = replace(world, prices=self._prices.prices(world, self.networks))
            rendered = await computed(self._render, world) if self._render else None
            self.world, self.rendered, self._answered = world, rendered, answers
            self.judged = time()
            await self._history.keep(world)
            await self._events.keep(world)
            self._next = time() + min(time() - began, _LONGEST_PAUSE)

    def _keep_time(self) -> None:
        """Take over what the system's clock has stepped: all that has an age moves along, and keeps it."""
        step = self._now.step()
        if abs(step) < _SLACK:
            return
        if abs(step) >= _TOLD:
            _log.warning("the system's clock stepped", seconds=round(step.total_seconds()))
        self._now.follow(step)
        self._assessor.move(step)
        self._prices.move(step)
        if self._notifier:
            self._notifier.move(step)
        self._history.begin_anew()
        for network in self.networks.values():
            network.move(step)
        for exchange in self.exchanges.values():
            exchange.move(step)

    def _first_pass_finished(self) -> bool:
        """Every document was asked for, and every network that a list claims something on was tried."""
        return all(watch.asked for watch in self.exchanges.values()) and all(
            network.attempted(name)
            for name, watch in self.exchanges.items()
            for network in self.networks.values()
            if watch.wanted(network.network.name)
        )

    async def close(self) -> None:
        """Write what is not written yet, and close every reader."""
        if self._notifier:
            await self._notifier.close()
        await self._history.close()
        self._gone += [watch.reader for watch in self.networks.values()]
        await self.let_go()
