"""One list, read and judged apart from any daemon: what the command `ownership` does."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor import ownership
from monitor.chains import ChainError, ChainReader
from monitor.daemon import Report
from monitor.daemon.clock import utc_now
from monitor.daemon.judged import with_answer
from monitor.daemon.owners import Owners
from monitor.model import Confirmation, Verdict, WalletList
from monitor.published import Unchanged, fetch_wallets
from monitor.registry import Registry
from monitor.settings import NetworkSettings, WalletsSettings


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
    if not networks:
        return JudgedFile(published, asked.verdicts)
    from monitor.daemon.readers import open_readers  # noqa: PLC0415 - slow to import, and most lists are judged offline

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
