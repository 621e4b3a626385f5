"""A list's claimed amounts against the chain, apart from any daemon: what the command `claims` does."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.chains.opening import configured_network, open_readers
from monitor.daemon import Report
from monitor.daemon.claimed_balances import KEPT, ClaimedNetwork, Gathered, Memory, read_claimed
from monitor.daemon.clock import utc_now
from monitor.daemon.lists import read_list
from monitor.daemon.stakes import stakes_of
from monitor.judgement import Comparison, Total, claimed_heights, compare, questions, repeats, totals
from monitor.model import Heights, Repeats, WalletList
from monitor.registry import Registry
from monitor.settings import NetworkSettings, WalletsSettings
from monitor.store import Store


@dataclass(frozen=True, slots=True)
class ComparedFile:
    """A list whose claimed amounts were compared with the chain."""

    published: WalletList
    comparisons: Sequence[Comparison]
    """One per claim, in their order."""
    totals: Sequence[Total]
    """Per coin id, worst first."""
    repeats: Repeats
    heights: Mapping[str, Heights]
    """By network, the heights at which amounts are claimed."""
    remembered: datetime | None
    """When the oldest balance of an earlier run was read that was not read again; None: there is none."""
    settled: bool
    """Whether another run would find no more."""


async def compare_claims(
    wallets: WalletsSettings,
    registry: Registry,
    networks: Mapping[str, NetworkSettings],
    progress: Report,
    *,
    state: Path,
    fresh: bool = False,
) -> ComparedFile:
    """Compare every claimed amount of the list at ``wallets.source`` with the chain at the claimed height.

    What is read is kept in the SQLite file ``state``, part by part, and not read again for the same list by a later
    run, unless it is to be ``fresh``. Raises DocumentError when there is no list, StoreError when the file is no good.
    """
    published = await read_list(wallets, registry)
    store = await Store.open(f"sqlite+aiosqlite:///{state}")
    try:
        await store.prune_claim_readings(utc_now() - KEPT)
        if fresh:
            await store.forget_list(published.document.sha256)
        async with open_readers(networks, registry) as readers:
            claimed = {
                name: ClaimedNetwork.of(configured_network(name, each, registry), each, readers[name])
                for name, each in networks.items()
            }
            memory = Memory(store, published.document.sha256, utc_now)
            stakes = stakes_of(published.claims, registry.networks)
            asked = await asyncio.to_thread(questions, published.claims, stakes)
            gathered = await read_claimed(asked, claimed, memory, progress, stakes=stakes)
    finally:
        await store.close()
    return await asyncio.to_thread(_compared, published, gathered)


def _compared(published: WalletList, gathered: Gathered) -> ComparedFile:
    comparisons = [compare(claim, gathered) for claim in published.claims]
    return ComparedFile(
        published,
        comparisons,
        totals(published.claims, comparisons, published.summary),
        repeats(published.claims),
        claimed_heights(published.claims),
        min(gathered.remembered.values(), default=None),
        gathered.settled,
    )
