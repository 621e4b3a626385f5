"""One pass without a server: what the commands `check`, `ownership` and `claims` do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from monitor import ownership
from monitor.chains import ChainError, ChainReader, is_readable, open_network
from monitor.daemon.audits import read_claimed
from monitor.daemon.clock import utc_now
from monitor.daemon.hub import Hub, configured_network
from monitor.daemon.judged import promoted
from monitor.daemon.owners import ask_owners
from monitor.judgement import Comparison, compare
from monitor.metrics import Metrics
from monitor.model import OwnerQuestion, Verdict, VerdictStatus, WalletList, World
from monitor.published import fetch_wallets
from monitor.registry import Registry
from monitor.settings import NetworkSettings, Settings, WalletsSettings
from monitor.store import Store

_IN_MEMORY = "sqlite+aiosqlite://"

Report = Callable[[str, int, int], None]
"""Told what is done, how much of it, and of how much in all (0: not known)."""


async def check(settings: Settings, registry: Registry, progress: Report) -> World:
    """Read every document, judge every signature, take one snapshot of every network, and assess.

    Nothing is kept: the daemon's history is neither read nor written.
    """
    store = await Store.open(_IN_MEMORY)
    async with aiohttp.ClientSession() as session:
        hub = Hub(store, session, Metrics(lambda: None), utc_now)
        try:
            await hub.start(settings, registry)
            documents: list[Awaitable[object]] = [hub.refresh_wallets(name) for name in settings.exchanges]
            documents += [
                hub.refresh_liabilities(name) for name, each in settings.exchanges.items() if each.liabilities
            ]
            await _all("documents", documents, progress)
            await _all("networks", [hub.poll(name) for name in settings.networks], progress)
            await _all("owners", [hub.confirm(name) for name in settings.exchanges], progress)
            await _all("claimed amounts", [hub.audit(name) for name in settings.exchanges], progress)
            await hub.assess()
            if hub.world is None:
                raise RuntimeError("an assessment leaves a World")
            return hub.world
        finally:
            await hub.close()
            await store.close()


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """A list that was judged apart from any daemon."""

    published: WalletList
    verdicts: Sequence[Verdict]


async def judge_list(
    wallets: WalletsSettings, registry: Registry, networks: dict[str, NetworkSettings], progress: Report
) -> JudgedFile:
    """Judge the signatures of the list at ``wallets.source``; ``networks`` are asked to confirm owners.

    Raises DocumentError when there is no list to judge. A network that does not answer confirms nobody.
    """
    published = await _read(wallets, registry)
    total = len(published.claims)
    verdicts = await asyncio.to_thread(
        ownership.judge_all,
        published.claims,
        registry.networks,
        messages=frozenset(wallets.messages) if wallets.messages is not None else None,
        progress=lambda done: progress("signatures", done, total),
    )
    async with _readers(networks, registry) as readers:
        for name in readers:
            verdicts = await _confirmed(published, verdicts, name, readers, registry)
    return JudgedFile(published, verdicts)


async def _confirmed(
    published: WalletList, verdicts: list[Verdict], name: str, readers: Mapping[str, ChainReader], registry: Registry
) -> list[Verdict]:
    asked: dict[int, OwnerQuestion] = {}
    for position, claim in enumerate(published.claims):
        if claim.network == name and verdicts[position].status is VerdictStatus.UNBOUND:
            question = ownership.question(claim, registry.networks[name])
            if question:
                asked[position] = question
    if not asked:
        return verdicts
    confirmed = list(verdicts)
    for position, answer in zip(asked, await ask_owners(name, list(asked.values()), readers), strict=True):
        before = verdicts[position]
        if isinstance(answer, ChainError):
            confirmed[position] = Verdict(before.status, f"{before.reason}; not confirmed on chain: {answer}")
        else:
            confirmed[position] = promoted(before, answer)
    return confirmed


@dataclass(frozen=True, slots=True)
class ComparedFile:
    """A list whose claimed amounts were compared with the chain."""

    published: WalletList
    comparisons: Sequence[Comparison]


async def compare_claims(
    wallets: WalletsSettings, registry: Registry, networks: dict[str, NetworkSettings], progress: Report
) -> ComparedFile:
    """Compare every claimed amount of the list at ``wallets.source`` with the chain at the claimed height.

    Raises DocumentError when there is no list.
    """
    published = await _read(wallets, registry)
    readable = {name: each for name, each in networks.items() if is_readable(registry.networks[name])}
    async with _readers(readable, registry) as readers:
        readings = await read_claimed(published.claims, readers, lambda done, total: progress("heights", done, total))
    return ComparedFile(published, [compare(claim, readings.found, readings.failures) for claim in published.claims])


async def _read(wallets: WalletsSettings, registry: Registry) -> WalletList:
    found = await fetch_wallets(wallets, registry)
    if found is None:
        raise RuntimeError("nothing was known before, so nothing can be unchanged")
    return found[0]


@asynccontextmanager
async def _readers(networks: dict[str, NetworkSettings], registry: Registry) -> AsyncIterator[dict[str, ChainReader]]:
    readers = {name: open_network(configured_network(name, each, registry), each) for name, each in networks.items()}
    try:
        yield readers
    finally:
        await asyncio.gather(*(reader.close() for reader in readers.values()))


async def _all(what: str, steps: Sequence[Awaitable[object]], progress: Report) -> None:
    """Do all steps side by side."""
    done = 0
    progress(what, done, len(steps))
    for step in asyncio.as_completed(steps):
        await step
        done += 1
        progress(what, done, len(steps))
