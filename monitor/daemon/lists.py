"""One list, read and judged apart from any daemon: what the command `ownership` does."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from monitor.chains import ChainError, ChainReader
from monitor.daemon import Report
from monitor.daemon.clock import utc_now
from monitor.daemon.judged import JudgedList, with_answer
from monitor.daemon.list_judge import ListJudge, NothingKnown
from monitor.daemon.list_reading import ListTask
from monitor.daemon.owners import Owners
from monitor.model import Code, Confirmation, Verdict, WalletList
from monitor.published import Unchanged, fetch_list, fetch_wallets
from monitor.registry import Registry
from monitor.settings import NetworkSettings, WalletsSettings


async def judge_list(
    wallets: WalletsSettings, registry: Registry, networks: dict[str, NetworkSettings], progress: Report
) -> JudgedList:
    """Judge the signatures of the list at ``wallets.source``; ``networks`` are asked to confirm owners.

    Raises DocumentError when there is no list to judge. A network that does not answer confirms nobody.
    """
    match await fetch_list(wallets):
        case Unchanged():
            raise RuntimeError("nothing was known before, so nothing can be unchanged")
        case fetched:
            pass
    task = ListTask(fetched.document, wallets, registry, utc_now())
    new = await ListJudge(NothingKnown()).judge(task, fetched.raw, progress=partial(progress, "signatures"))
    if not networks:
        return new.judged
    from monitor.chains.opening import open_readers  # noqa: PLC0415 - slow to import, and most lists are judged offline

    changed: dict[int, Verdict] = {}
    async with open_readers(networks, registry) as readers:
        for name in readers:
            changed |= await _confirm(new.judged, name, readers)
    return replace(new.judged, verdicts=new.judged.verdicts.with_changes(changed))


async def _confirm(judged: JudgedList, network: str, readers: Mapping[str, ChainReader]) -> dict[int, Verdict]:
    """Ask ``network``: what it says makes these verdicts, by position."""
    questions = {mark: question for mark, question in judged.questions.items() if question.network == network}
    now = utc_now()
    answers = await Owners().ask(network, list(questions.values()), readers)
    changed: dict[int, Verdict] = {}
    for (mark, question), answer in zip(questions.items(), answers, strict=True):
        for position in judged.asked[mark]:
            before = judged.verdicts[position]
            if isinstance(answer, ChainError):
                changed[position] = Verdict(Code.CHAIN_SILENT, f"{before.reason}; not confirmed on chain: {answer}")
            else:
                changed[position] = with_answer(before, question, Confirmation(answer, now), now)
    return changed


async def read_list(wallets: WalletsSettings, registry: Registry) -> WalletList:
    """The list at ``wallets.source``. Raises DocumentError when there is none."""
    match await fetch_wallets(wallets, registry):
        case Unchanged():
            raise RuntimeError("nothing was known before, so nothing can be unchanged")
        case published, _:
            return published
