"""One pass without a server: what the commands `check` and `ownership` do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from monitor import ownership
from monitor.chains import ChainError, ChainReader, open_network
from monitor.daemon.clock import SteadyClock, utc_now
from monitor.daemon.hub import Hub, configured_network
from monitor.daemon.judged import with_answer
from monitor.daemon.owners import Owners
from monitor.metrics import Metrics
from monitor.model import Confirmation, Verdict, WalletList, World
from monitor.published import Unchanged, fetch_wallets
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
        hub = Hub(store, session, Metrics(lambda: None), SteadyClock())
        try:
            await hub.start(settings, registry)
            documents: list[Awaitable[object]] = [hub.refresh_wallets(name) for name in settings.exchanges]
            documents += [hub.refresh_liabilities(name) for name in settings.exchanges]
            await _all("documents", documents, progress)
            await _all("proofs", [hub.refresh_proof(name) for name in settings.exchanges], progress)
            beside = [name for name in settings.networks if registry.networks[name].execution]
            await _all("networks", [hub.poll(name) for name in settings.networks if name not in beside], progress)
            if beside:  # they are read at the blocks of the others
                await _all("staked coins", [hub.poll(name) for name in beside], progress)
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
    published = await read_list(wallets, registry)
    total = len(published.claims)
    verdicts = await asyncio.to_thread(
        ownership.judge_all,
        published.claims,
        registry.networks,
        messages=frozenset(wallets.messages) if wallets.messages is not None else None,
        progress=lambda done: progress("signatures", done, total),
    )
    asked = await asyncio.to_thread(ownership.asked, published.claims, verdicts, registry.networks)
    async with open_readers(networks, registry) as readers:
        for name in readers:
            await _confirm(asked, name, readers)
    return JudgedFile(published, asked.verdicts)


async def _confirm(asked: ownership.Asked, network: str, readers: Mapping[str, ChainReader]) -> None:
    """Ask ``network``, and put what it says into the verdicts."""
    questions = {mark: question for mark, question in asked.questions.items() if question.network == network}
    now = utc_now()
    answers = await Owners().ask(network, list(questions.values()), readers)
    for (mark, question), answer in zip(questions.items(), answers, strict=True):
        for position in asked.positions[mark]:
            before = asked.verdicts[position]
            if isinstance(answer, ChainError):
                reason = f"{before.reason}; not confirmed on chain: {answer}"
                asked.verdicts[position] = Verdict(before.status, reason)
            else:
                asked.verdicts[position] = with_answer(before, question, Confirmation(answer, now), now)


async def read_list(wallets: WalletsSettings, registry: Registry) -> WalletList:
    """The list at ``wallets.source``. Raises DocumentError when there is none."""
    match await fetch_wallets(wallets, registry):
        case Unchanged():
            raise RuntimeError("nothing was known before, so nothing can be unchanged")
        case published, _:
            return published


@asynccontextmanager
async def open_readers(
    networks: Mapping[str, NetworkSettings], registry: Registry
) -> AsyncIterator[dict[str, ChainReader]]:
    """The readers of ``networks`` by name, until the end of the block."""
    readers = {
        name: open_network(configured_network(name, each, registry), each, balance_slots=registry.balance_slots(name))
        for name, each in networks.items()
    }
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
