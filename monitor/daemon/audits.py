"""Audits: what each exchange's list claims, compared with the chain."""

import asyncio
from collections.abc import Collection, Iterable, Mapping

from monitor.computing import computed
from monitor.daemon.claimed_balances import ClaimedNetwork, Memory, read_claimed
from monitor.daemon.clock import Clock
from monitor.daemon.exchange import ExchangeWatch
from monitor.daemon.network import NetworkWatch
from monitor.daemon.stored import written
from monitor.judgement import Holdings, audit, report_questions
from monitor.model import Audit
from monitor.store import Store

_NETWORKS = 2
"""That are read at once, as nobody waits for an audit: all of them are a hundred requests that others wait behind. Not
one, as some archive may take hours."""


class Audits:
    """The audits of the lists in use, by exchange.

    What was found once stays until more is found: a node that is away today takes nothing back.
    """

    def __init__(self, store: Store, now: Clock) -> None:
        self.found: Mapping[str, Audit] = {}
        self._store = store
        self._now = now
        self._unsettled: set[str] = set()
        self._in_turn = asyncio.Lock()
        """One list at a time: after a start many are due, and nobody waits for them. While all rows of one are gone
        through, each request of another that is under way would be one more turn that the event loop waits for."""

    async def load(self, watches: Iterable[ExchangeWatch]) -> dict[str, Audit]:
        """Read the audits of an earlier run, of the lists that ``watches`` have taken up again."""
        kept = {
            watch.name: await self._store.audit(watch.name, watch.judged.document.sha256)
            for watch in watches
            if watch.judged
        }
        return {name: each for name, each in kept.items() if each}

    def adopt(self, exchanges: Collection[str], loaded: Mapping[str, Audit]) -> None:
        """Go on with ``exchanges`` alone, and with what was loaded."""
        self.found = {**{name: each for name, each in self.found.items() if name in exchanges}, **loaded}

    def forget(self, exchange: str) -> None:
        """Let go of the audit of a list that is not in use any more."""
        self.found = {name: each for name, each in self.found.items() if name != exchange}

    async def audit(self, watch: ExchangeWatch, networks: Mapping[str, NetworkWatch]) -> bool:
        """Audit the list of ``watch``, unless that was done and nothing more can be found; True when something was."""
        async with self._in_turn:
            return await self._audit(watch, networks)

    async def _audit(self, watch: ExchangeWatch, networks: Mapping[str, NetworkWatch]) -> bool:
        judged, before = watch.judged, self.found.get(watch.name)
        if judged is None:
            return False
        readable = {
            name: ClaimedNetwork.of(each.network, each.settings, each.reader) for name, each in networks.items()
        }
        same = before is not None and _counts_same(before, judged.holdings)
        if before and same and watch.name not in self._unsettled and readable.keys() <= before.asked:
            return False
        memory = Memory(self._store, judged.document.sha256, self._now)
        asked = await computed(report_questions, judged.claims, judged.stakes)
        readings = await read_claimed(asked, readable, memory, stakes=judged.stakes, at_once=_NETWORKS)
        result = await computed(audit, judged.claims, judged.holdings, readings, self._now())
        if watch.judged is None or watch.judged.document != judged.document:
            return False  # a new list came meanwhile: this is not its audit
        if before and sum(result.checked.values()) < sum(before.checked.values()):
            self._unsettled.add(watch.name)
            return False
        self.found = {**self.found, watch.name: result}
        if readings.settled:
            self._unsettled.discard(watch.name)
            await written(self._store.save_audit(watch.name, judged.document.sha256, result))
        else:
            self._unsettled.add(watch.name)
        return True


def _counts_same(before: Audit, holdings: Holdings) -> bool:
    """Whether the sums of ``before`` are of the accounts that count now: chains may have confirmed or denied owners."""
    return all(before.report_accounts.get(asset) == holdings.digests.get(asset) for asset in before.report_reserves)
