"""How much of each exchange's reserves lies on accounts whose keys were used lately: looked at now and then."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import nlargest

import structlog

from monitor.chains import AtHeight, ChainError, choice_of
from monitor.chains.archive import canary_of
from monitor.computing import computed
from monitor.daemon.block_of_time import last_before
from monitor.daemon.clock import Clock
from monitor.daemon.exchange import ExchangeWatch
from monitor.daemon.network import NetworkWatch
from monitor.daemon.stored import written
from monitor.judgement.control import (
    assets_by_control,
    awaits_reading,
    by_count,
    counted,
    counted_then,
    largest_accounts,
    listed,
    messages_of,
    seen_to_hold,
)
from monitor.model import (
    Address,
    Block,
    ControlGap,
    ControlNetwork,
    ControlShown,
    Sent,
    Sighting,
    SnapshotState,
    frozen,
)
from monitor.store import Store, StoreError

_AGAIN = timedelta(hours=20)
"""How old the newest count of an account is when it is asked for again: once a day, however often it is looked."""
_KEPT = 10_000
"""Accounts of an exchange on a network, of which what was seen is kept besides those that are looked at."""
_SOON = timedelta(minutes=10)
"""When to come again where something has not been read yet."""

_log = structlog.get_logger(__name__)

_Seen = dict[Address, Sighting]


@dataclass(frozen=True, slots=True)
class _Moments:
    since: datetime
    now: datetime


class Controls:
    """What was found, by exchange. What was seen of accounts is kept in the history."""

    def __init__(self, store: Store, now: Clock) -> None:
        self.found: Mapping[str, ControlShown] = {}
        self._store = store
        self._now = now
        self._asked: dict[tuple[str, str], Block | str] = {}
        """By exchange and network: the block that was last asked what accounts have sent, or why nothing was told."""
        self._in_turn = asyncio.Lock()
        """One exchange at a time, as after a start all are due: what was seen of each is up to 10 MB while it lasts."""

    def adopt(self, exchanges: Mapping[str, ExchangeWatch]) -> None:
        """Go on with ``exchanges`` that want it alone."""
        wanted = {name for name, watch in exchanges.items() if watch.settings.control_within}
        self.found = {name: each for name, each in self.found.items() if name in wanted}
        self._asked = {place: told for place, told in self._asked.items() if place[0] in wanted}

    async def look(self, watch: ExchangeWatch, networks: Mapping[str, NetworkWatch]) -> timedelta | None:
        """Ask what the largest accounts have sent, note what they have signed, and sum up.

        Returns how soon to come again, where something has not been read yet.
        """
        async with self._in_turn:
            return await self._look(watch, networks)

    async def _look(self, watch: ExchangeWatch, networks: Mapping[str, NetworkWatch]) -> timedelta | None:
        judged = watch.judged
        if judged is None:
            return _SOON
        now = self._now()
        moments = _Moments(now - watch.settings.control_within, now)
        states = {name: each.state(watch.name, watch.accounts(name), now) for name, each in networks.items()}
        chosen = await computed(largest_accounts, judged.holdings, states)
        messages = await computed(messages_of, judged.claims, judged.verdicts, chosen)
        try:
            before = await self._store.sightings(watch.name)
        except StoreError as error:  # without what was seen before everything would be unknown
            _log.error("the history was not read", exchange=watch.name, error=str(error))
            return _SOON
        seen: dict[str, _Seen] = {}
        for name, accounts in messages.items():
            network = networks[name]
            known = before.get(network.network.caip2, {})
            kept = _of_use(known, moments.since)
            noted = {
                account: listed(known.get(account, Sighting()), signed, judged.accepted_at)
                for account, signed in accounts.items()
            }
            noted = _with_held(network, noted, states[name])
            seen[name] = await self._counted(watch.name, network, kept | noted, accounts, moments)
            await written(self._store.save_sightings(watch.name, network.network.caip2, seen[name]))
        assets = await computed(assets_by_control, judged.holdings, states, seen, moments.since, moments.now)
        summed = {name: each.snapshot.block for name, each in states.items() if name in seen and each.snapshot}
        told = frozen({name: self._network(watch.name, name, block) for name, block in summed.items()})
        result = ControlShown(now, moments.since, assets, told)
        if watch.judged is None or watch.judged.document != judged.document:
            return _SOON  # a new list came meanwhile: this is not its result
        self.found = {**self.found, watch.name: result}
        return _SOON if await computed(awaits_reading, judged.holdings, states) else None

    def _network(self, exchange: str, network: str, snapshot: Block) -> ControlNetwork:
        told = self._asked.get((exchange, network))
        return ControlNetwork(
            snapshot, told if isinstance(told, Block) else None, told if isinstance(told, str) else ""
        )

    async def _counted(
        self, exchange: str, network: NetworkWatch, seen: _Seen, accounts: Iterable[Address], moments: _Moments
    ) -> _Seen:
        """``seen``, with what ``accounts`` have sent by now; as it was where nobody tells."""
        due = [each for each in accounts if _is_due(seen[each].sent, moments.now)]
        place = exchange, network.network.name
        if network.network.family != "evm":
            return seen
        try:
            if due:
                told = await network.reader.sent(due, choice_of(network.settings.block))
                at = self._asked[place] = told.block
                counts = {each: counted(seen[each].sent, count, at.timestamp) for each, count in told.counts.items()}
                seen = _noted(seen, counts, network)
        except ChainError as error:
            if self._asked.get(place) != str(error):
                _log.warning("not told what accounts have sent", exchange=exchange, network=place[1], error=str(error))
            self._asked[place] = str(error)
        return await _counted_then(network, seen, accounts, moments)


def _with_held(network: NetworkWatch, seen: _Seen, state: SnapshotState) -> _Seen:
    """``seen`` with what its accounts hold, on a chain of outputs: once a day, at blocks that were read anyway."""
    if network.network.family != "bitcoin" or state.snapshot is None:
        return seen
    block = state.snapshot.block
    at = (block.since or block).timestamp
    coin = next((each for each in state.snapshot.balances if each.contract is None and each.position is None), None)
    units = state.snapshot.balances[coin] if coin else {}
    return {
        account: replace(each, held=seen_to_hold(each.held, units[account], at))
        if account in units and (each.held is None or at - each.held.at >= _AGAIN)
        else each
        for account, each in seen.items()
    }


async def _counted_then(network: NetworkWatch, seen: _Seen, accounts: Iterable[Address], moments: _Moments) -> _Seen:
    """``seen``, with what accounts had sent at the moment in question, where an archive is known to be one.

    Asked of those only of which nothing else tells. A node that keeps no past, and says that nothing was sent then,
    would make every key look used: so all who tell must be known to keep it, by a canary or the configuration.
    """
    asked = {
        account: sent
        for account in accounts
        if (sent := seen[account].sent) and by_count(sent, moments.since, moments.now) is ControlGap.SINCE_LATER
    }
    if not asked or not _may_keep_past(network):
        return seen
    try:
        height, _ = await last_before(network.reader, moments.since, choice_of(network.settings.block))
        told = await network.reader.sent([*asked], AtHeight(height))
    except ChainError as error:
        _log.debug("not told what accounts had sent", network=network.network.name, error=str(error))
        return seen
    if not set(told.endpoints) <= {each.name for each in network.reader.endpoints() if each.archive}:
        return seen
    counts = {each: counted_then(sent, told.counts[each], moments.since) for each, sent in asked.items()}
    return _noted(seen, counts, network)


def _noted(seen: _Seen, sent: Mapping[Address, Sent], network: NetworkWatch) -> _Seen:
    """``seen`` with ``sent``; the log is told of counts that fell, as no count ever does."""
    fell = [each for each, now in sent.items() if now.is_contradicted and now != seen[each].sent]
    if fell:
        told = {"network": network.network.name, "accounts": len(fell), "first": fell[0]}
        _log.warning("fewer transactions sent than before: nothing is concluded", **told)
    return seen | {account: replace(seen[account], sent=each) for account, each in sent.items()}


def _may_keep_past(network: NetworkWatch) -> bool:
    """Whether some endpoint is known to keep the past, or can show that it does."""
    shows = canary_of(network.network, network.settings) is not None
    return any(each.archive or (shows and each.archive is None) for each in network.reader.endpoints())


def _is_due(sent: Sent | None, now: datetime) -> bool:
    return sent is None or not timedelta() <= now - sent.asked < _AGAIN


def _of_use(known: Mapping[Address, Sighting], since: datetime) -> _Seen:
    """Those of which anything is of the time in question, the newest if there are too many: lists may name others each
    time, and those that are not looked at any more may be again.
    """
    seen = {account: _last_seen(each) for account, each in known.items()}
    newest = nlargest(_KEPT, (account for account, at in seen.items() if at >= since), key=seen.__getitem__)
    return {account: known[account] for account in newest}


def _last_seen(sighting: Sighting) -> datetime:
    looked = [each for each in (sighting.sent and sighting.sent.asked, sighting.held and sighting.held.at) if each]
    return max((*looked, *sighting.messages.values()))
