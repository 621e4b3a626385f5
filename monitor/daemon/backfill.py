"""Past days of one exchange, read at their last blocks from archive nodes: what the command `backfill` does."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import aiohttp

from monitor.chains import ChainError, choice_of, keeps_past, unreadable_because
from monitor.chains.opening import configured_network, open_readers
from monitor.daemon import Report
from monitor.daemon.assessor import SIGNED
from monitor.daemon.block_of_time import last_before
from monitor.daemon.claimed_balances import ClaimedNetwork, Memory, is_final, read_claimed
from monitor.daemon.clock import utc_now
from monitor.daemon.exchange import WALLETS, ExchangeWatch
from monitor.daemon.judged import JudgedList
from monitor.daemon.list_judge import ListJudge
from monitor.daemon.stored import StoredVerdicts
from monitor.formats import ForeseenError
from monitor.judgement import basis_of, reserves_at
from monitor.model import Basis, Block, Height, PastDay, Token
from monitor.registry import Registry
from monitor.settings import NetworkSettings, Settings
from monitor.store import Source, Store

_DAY = timedelta(days=1)


class NoListError(ForeseenError):
    """There is no wallet list whose accounts could be read."""


@dataclass(slots=True)
class Backfilled:
    """What came of it."""

    read: list[PastDay] = field(default_factory=list)
    """Days that were read, oldest first; one of which nothing was whole is not in the history."""
    known: int = 0
    """Days of which everything that can be known was known before."""
    without_past: Mapping[str, str] = field(default_factory=dict)
    """By network with claims: why it has no past that could be read."""
    gaps: dict[tuple[str, str], list[datetime]] = field(default_factory=dict)
    """By asset and reason, the days on which the asset stays unknown."""

    def leave_open(self, day: PastDay) -> None:
        """Note what is not known of ``day``."""
        for asset, reason in day.unknown.items():
            self.gaps.setdefault((asset, reason), []).append(day.day)


async def backfill(
    settings: Settings, registry: Registry, exchange: str, days: Sequence[datetime], progress: Report
) -> Backfilled:
    """Read what the accounts of an exchange's newest list held at the end of each of ``days``, and keep it.

    A day of which an asset is whole is written at once, by one transaction, and what was watched of it stays as it is.
    Balances are kept part by part while they are read: whoever is killed goes on there. The daemon may run meanwhile.

    Args:
        settings: Of the exchange, its networks and the history.
        registry: Of the configuration.
        exchange: Its name.
        days: When they begin, by UTC, oldest first; all are over.
        progress: Is told how far it has come.

    Raises:
        NoListError: no list was ever accepted, and none can be had now.
        StoreError: the history cannot be opened, read or written.

    """
    store = await Store.open(settings.store.url)
    try:
        async with aiohttp.ClientSession() as session, open_readers(settings.networks, registry) as readers:
            judged = await _judged(exchange, settings, registry, store, session)
            beneath = {registry.networks[name].execution for name in judged.holdings.networks}
            past = {
                name: ClaimedNetwork.of(configured_network(name, each, registry), each, readers[name])
                for name, each in settings.networks.items()
                if name in judged.holdings.networks | beneath and keeps_past(registry.networks[name], each)
            }
            signed = judged.holdings.has_signatures or exchange in (await store.get(SIGNED) or ())
            basis = basis_of(settings.exchanges[exchange], ever_signed=signed)
            reading = _Reading(exchange, basis, judged, past, settings.networks, registry, store, progress)
            return await reading.all_of(days)
    finally:
        await store.close()


async def _judged(
    exchange: str, settings: Settings, registry: Registry, store: Store, session: aiohttp.ClientSession
) -> JudgedList:
    """The newest list that was accepted; where none was, the one that is published."""
    own = settings.exchanges[exchange].model_copy(update={"liabilities": None})
    lists = ListJudge(StoredVerdicts(store))
    watch = ExchangeWatch(exchange, own, registry, store=store, session=session, now=utc_now, lists=lists)
    await watch.restore()
    if watch.judged is None:
        await watch.refresh_wallets()
    if watch.judged is None:
        raise NoListError(f"{exchange}: there is no wallet list: {watch.document_states()[WALLETS].refusal}")
    return watch.judged


@dataclass(slots=True)
class _Reading:
    """The days of one exchange, one after the other."""

    exchange: str
    basis: Basis
    judged: JudgedList
    past: Mapping[str, ClaimedNetwork]
    """The networks whose past can be asked for."""
    networks: Mapping[str, NetworkSettings]
    registry: Registry
    store: Store
    progress: Report
    last: dict[str, tuple[Height, Block]] = field(default_factory=dict)
    """By network, the last block of an earlier day."""

    async def all_of(self, days: Sequence[datetime]) -> Backfilled:
        missing = self.without_past()
        done = Backfilled(without_past=missing)
        before = {each.day: each for each in await self.store.past_days(self.exchange)}
        for number, day in enumerate(days):
            self.progress("days", number, len(days))
            known = before.get(day)
            if known and self.is_known(known, missing):
                done.known += 1
                done.leave_open(known)
                continue
            told = await self.day(day, missing)
            told = with_what_was_known(told, known)
            done.read.append(told)
            done.leave_open(told)
            if told.held:
                await self.store.save_past_day(told)
                for name, block in told.blocks.items():
                    await self.store.forget_claim_readings(self.source(name), block.number)
        self.progress("days", len(days), len(days))
        return done

    def is_known(self, day: PastDay, missing: Mapping[str, str]) -> bool:
        """Whether asking again would find no more: not if a network has been configured since that had no past then."""
        found = self.judged.holdings.networks - missing.keys()
        reopened = {f"{name}: {why}" for name in found for why in self.obstacles(name)}
        same = day.accounts == self.judged.holdings.digests
        return same and day.settled and reopened.isdisjoint(day.unknown.values())

    def without_past(self) -> dict[str, str]:
        """Why networks that the list names cannot be asked for a past."""
        found = {}
        for name in sorted(self.judged.holdings.networks):
            beneath, newest_alone, unread = self.obstacles(name)
            execution = self.registry.networks[name].execution
            if name in self.past:
                if execution and execution not in self.past:
                    found[name] = beneath
            else:
                found[name] = newest_alone if name in self.networks else unread
        return found

    def obstacles(self, network: str) -> tuple[str, str, str]:
        """All that can be said of a network that has no past."""
        known = self.registry.networks[network]
        return (
            f"it is read at the blocks of {known.execution}, whose past is not configured",
            "its protocol tells the newest state alone",
            unreadable_because(known) or "no endpoint is configured",
        )

    def source(self, network: str) -> Source:
        """What balances of ``network`` are kept under while they are read."""
        return Source(self.judged.document.sha256, self.past[network].chain, self.past[network].trust)

    async def day(self, day: datetime, missing: Mapping[str, str]) -> PastDay:
        """Read the end of ``day``."""
        holdings = self.judged.holdings
        unread, settled = dict(missing), True
        wanted = self.readable(unread)
        for name, found in await self.blocks(day + _DAY, wanted):
            if isinstance(found, ChainError):
                unread[name], settled = str(found), settled and is_final(found)
            else:
                self.last[name] = found
        heights = {name: self.last[name][0] for name in wanted if name not in unread}
        questions = {(name, heights[name]): tokens for name, tokens in self.readable(unread).items()}
        memory = Memory(self.store, self.judged.document.sha256, utc_now)
        gathered = await read_claimed(questions, self.past, memory, self.progress, stakes={})
        held, unknown = await asyncio.to_thread(reserves_at, holdings, gathered, heights, unread)
        blocks = {name: replace(self.last[name][1], number=heights[name]) for name, _ in questions}
        return PastDay(
            self.exchange,
            day,
            self.basis,
            utc_now(),
            blocks,
            held,
            holdings.digests,
            unknown,
            settled and gathered.settled,
        )

    def readable(self, unread: Mapping[str, str]) -> Mapping[str, Mapping[Token, frozenset[str]]]:
        """What is to be read, by network: only assets of which no network is ``unread``, as others stay unknown."""
        holdings = self.judged.holdings
        partly = {token.asset for token in holdings.accounts if token.network in unread}
        whole: defaultdict[str, dict[Token, frozenset[str]]] = defaultdict(dict)
        for name in holdings.networks - unread.keys():
            for token, accounts in holdings.wanted(name).items():
                if token.asset not in partly:
                    whole[name][token] = frozenset(accounts)
        return whole

    async def blocks(
        self, moment: datetime, wanted: Mapping[str, object]
    ) -> list[tuple[str, tuple[Height, Block] | ChainError]]:
        """The last block of each network before ``moment``; a beacon chain is read at that of its execution layer."""

        async def find(name: str) -> tuple[Height, Block] | ChainError:
            choice = choice_of(self.networks[name].block)
            try:
                return await last_before(self.past[name].reader, moment, choice, self.last.get(name))
            except ChainError as error:
                return error

        counted = {name: self.registry.networks[name].execution or name for name in wanted}
        asked = sorted(set(counted.values()))
        found = dict(zip(asked, await asyncio.gather(*map(find, asked)), strict=True))
        return [(name, found[by]) for name, by in counted.items()]


def with_what_was_known(told: PastDay, before: PastDay | None) -> PastDay:
    """``told``, and what was read of the same accounts before, at the same blocks, and could not be read now."""
    if before is None or any(before.blocks.get(name, block) != block for name, block in told.blocks.items()):
        return told
    kept = {
        asset: sums
        for asset, sums in before.held.items()
        if asset not in told.held and before.accounts[asset] == told.accounts.get(asset)
    }
    unknown = {asset: why for asset, why in told.unknown.items() if asset not in kept}
    return replace(told, held={**told.held, **kept}, unknown=unknown, blocks={**before.blocks, **told.blocks})
