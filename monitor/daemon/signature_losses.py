"""Signatures that newer lists no longer have, and the coins that they stood for."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from monitor.daemon.clock import Clock
from monitor.daemon.judged import JudgedList
from monitor.daemon.network import NetworkWatch
from monitor.daemon.stored import written
from monitor.judgement import Holdings, Lost, signatures_gone, signatures_lost
from monitor.model import SignaturesGone
from monitor.store import Store


class SignatureLosses:
    """What lists have lost, by exchange, as long as it is news. Kept in the history."""

    def __init__(self, store: Store, now: Clock) -> None:
        self.gone: Mapping[str, SignaturesGone] = {}
        self._store = store
        self._now = now
        self._lost: dict[str, Lost] = {}
        """Which those are, as far as they were lost in this run."""

    async def restore(self) -> None:
        """Take up what was lost in earlier runs."""
        self.gone = await self._store.signatures_gone()

    async def note(
        self,
        exchange: str,
        before: Holdings,
        judged: JudgedList,
        networks: Mapping[str, NetworkWatch],
        *,
        news_for: timedelta,
    ) -> None:
        """Keep what a new list lost of the signatures of the one before, and of what was lost within ``news_for``."""
        now = self._now()
        states = {name: each.state(exchange, 0, now) for name, each in networks.items()}
        known = self.gone.get(exchange)
        earlier = self._lost.get(exchange, {}) if known and now - known.at < news_for else {}
        lost = await asyncio.to_thread(signatures_lost, before, judged.holdings, earlier)
        if lost:
            self._lost[exchange] = lost
            gone = await asyncio.to_thread(signatures_gone, lost, states, judged.accepted_at)
            self.gone = {**self.gone, exchange: gone}
            await written(self._store.save_signatures_gone(self.gone))
