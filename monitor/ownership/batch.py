"""Whole lists: each distinct row judged once, on all cores when there are many, and the accepted messages over that."""

import multiprocessing
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from types import MappingProxyType
from typing import Any

from monitor.model import Claim, Network, Verdict, VerdictStatus
from monitor.ownership.fingerprint import fingerprint
from monitor.ownership.judging import judge

POOL_FROM = 10_000
"""From so many unjudged rows on, starting further processes costs less than it saves."""

_CHUNK = 500
_AHEAD = 4
"""Chunks that each further process has before it, so that it finds the next one while this process judges its own."""
_NONE_KNOWN: Mapping[bytes, Verdict] = MappingProxyType({})

_networks: Mapping[str, Network] = {}


def judge_all(
    claims: Sequence[Claim],
    networks: Mapping[str, Network],
    *,
    messages: frozenset[str] | None = None,
    prints: Sequence[bytes] | None = None,
    known: Mapping[bytes, Verdict] = _NONE_KNOWN,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Verdict]:
    """The verdicts of ``claims``, in their order.

    ``prints`` are the claims' fingerprints, where the caller has them already. ``known`` holds verdicts under the
    present ``RULES_VERSION`` by :func:`fingerprint`; those are not judged again.
    ``messages`` are the texts that the exchange may have signed (:func:`accept`); None accepts any. To keep verdicts
    for later, judge with None, keep those, and call :func:`accept`: what is kept must not depend on configuration.
    ``workers`` is the number of processes, this one among them, by default one for each usable core. ``progress`` is
    told how many claims are done, the known ones first. This blocks: call it from a thread.
    """
    if prints is None:
        prints = [fingerprint(claim) for claim in claims]
    rows = Counter(mark for mark in prints if mark not in known)
    unjudged = {mark: claim for mark, claim in zip(prints, claims, strict=True) if mark in rows}
    done = len(prints) - rows.total()
    tell = progress or (lambda _: None)
    tell(done)
    judged: dict[bytes, Verdict] = {}
    for marks, verdicts in _judge_chunks(unjudged, networks, workers or len(os.sched_getaffinity(0))):
        judged.update(zip(marks, verdicts, strict=True))
        done += sum(rows[mark] for mark in marks)
        tell(done)
    found = [judged[mark] if mark in judged else known[mark] for mark in prints]
    return accept(claims, found, messages)


def accept(claims: Iterable[Claim], verdicts: Iterable[Verdict], messages: frozenset[str] | None) -> list[Verdict]:
    """``verdicts`` with every signed claim ``invalid`` whose message is not one of ``messages`` (None: any is)."""
    if messages is None:
        return list(verdicts)
    return [_accept(claim, verdict, messages) for claim, verdict in zip(claims, verdicts, strict=True)]


def _accept(claim: Claim, verdict: Verdict, messages: frozenset[str]) -> Verdict:
    if claim.message in messages or verdict.status in {VerdictStatus.UNSIGNED, VerdictStatus.INVALID}:
        return verdict
    return Verdict(VerdictStatus.INVALID, f"message {claim.message!r} is not one of the accepted ones")


def _judge_chunks(
    unjudged: Mapping[bytes, Claim], networks: Mapping[str, Network], workers: int
) -> Iterator[tuple[list[bytes], list[Verdict]]]:
    """Fingerprints and their verdicts, chunk by chunk."""
    chunks = _chunks(unjudged)
    if workers == 1 or len(unjudged) < POOL_FROM:
        for marks in chunks:
            yield marks, [_judge(unjudged[mark], networks) for mark in marks]
        return
    # "spawn" gives processes that share nothing with the threads and event loop of the one that starts them.
    pool = ProcessPoolExecutor(workers - 1, multiprocessing.get_context("spawn"), _begin, (dict(networks),))
    away: dict[Future[list[Verdict]], list[bytes]] = {}
    try:
        while True:
            for marks in islice(chunks, _AHEAD * (workers - 1) - len(away)):
                away[pool.submit(_judge_chunk, [_pack(unjudged[mark]) for mark in marks])] = marks
            # This process judges too: its rows need not be sent, and it does not wait for the others to start.
            own = next(chunks, None)
            if own is None:
                break
            yield own, [_judge(unjudged[mark], networks) for mark in own]
            for future in [future for future in away if future.done()]:
                yield away.pop(future), future.result()
        for future, marks in away.items():
            yield marks, future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _chunks(marks: Iterable[bytes]) -> Iterator[list[bytes]]:
    rest = iter(marks)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _begin(networks: Mapping[str, Network]) -> None:
    """What a new process does first."""
    global _networks  # noqa: PLW0603 - once in a new process, instead of with every chunk
    _networks = networks
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Whoever is killed cannot end its workers, and they would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _pack(claim: Claim) -> tuple[object, ...]:
    """The arguments that make ``claim``, without what no verdict depends on: far quicker to send than a claim."""
    return (
        claim.file,
        claim.line,
        claim.coin,
        claim.network,
        None,
        claim.address,
        claim.account,
        claim.fault,
        claim.kind,
        None,
        None,
        claim.message,
        claim.signatures,
        claim.key,
        claim.owners,
    )


def _judge_chunk(rows: Sequence[tuple[Any, ...]]) -> list[Verdict]:
    return [_judge(Claim(*row), _networks) for row in rows]


def _judge(claim: Claim, networks: Mapping[str, Network]) -> Verdict:
    return judge(claim, networks.get(claim.network) if claim.network else None)
