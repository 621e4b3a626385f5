"""Whole lists: each distinct row judged once, on all cores when there are many, and the accepted messages over that."""

import marshal
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple, cast

from monitor.model import Claim, ClaimKind, Network, Verdict, VerdictStatus
from monitor.ownership.fingerprint import fingerprint
from monitor.ownership.judging import judge
from monitor.workers import end_with_parent

POOL_FROM = 10_000
"""From so many unjudged rows on, starting further processes costs less than it saves."""

Judged = Mapping[bytes, Verdict]
"""Verdicts by :func:`fingerprint`."""

_CHUNK = 500
_AHEAD = 4
"""Chunks that each further process has before it, so that it finds the next one while this process judges its own."""
_NONE_KNOWN: Judged = MappingProxyType({})

_networks: Mapping[str, Network] = {}


def judge_all(
    claims: Sequence[Claim],
    networks: Mapping[str, Network],
    *,
    messages: frozenset[str] | None = None,
    prints: Sequence[bytes] | None = None,
    known: Judged = _NONE_KNOWN,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
    keep: Callable[[Judged], None] | None = None,
) -> list[Verdict]:
    """The verdicts of ``claims``, in their order.

    ``prints`` are the claims' fingerprints, where the caller has them already. ``known`` holds verdicts under the
    present ``RULES_VERSION`` by :func:`fingerprint`; those are not judged again. ``keep`` is given the others, some at
    a time, as they are found: who keeps them can go on after a stop in the middle.
    ``messages`` are the texts that the exchange may have signed (:func:`accept`); None accepts any. ``keep`` is given
    the verdicts from before that: what is kept must not depend on configuration.
    ``workers`` is the number of processes, this one among them, by default one for each usable core. ``progress`` is
    told how many claims are done, the known and the repeated ones first. This blocks: call it from a thread.
    """
    if prints is None:
        prints = [fingerprint(claim) for claim in claims]
    unjudged = {mark: claim for mark, claim in zip(prints, claims, strict=True) if mark not in known}
    done = len(prints) - len(unjudged)
    tell = progress or (lambda _: None)
    tell(done)
    judged: dict[bytes, Verdict] = {}
    for chunk in _judge_chunks(unjudged, networks, workers or len(os.sched_getaffinity(0))):
        judged.update(chunk)
        if keep:
            keep(chunk)
        done += len(chunk)
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


def _judge_chunks(unjudged: Mapping[bytes, Claim], networks: Mapping[str, Network], workers: int) -> Iterator[Judged]:
    rest = iter(unjudged.items())
    if workers == 1 or len(unjudged) < POOL_FROM:
        while chunk := dict(islice(rest, _CHUNK)):
            yield _judge_here(chunk, networks)
        return
    # "spawn" gives processes that share nothing with the threads and event loop of the one that starts them.
    pool = ProcessPoolExecutor(workers - 1, multiprocessing.get_context("spawn"), _begin, (dict(networks),))
    away: dict[Future[bytes], list[bytes]] = {}
    try:
        while True:
            while len(away) < _AHEAD * (workers - 1) and (chunk := dict(islice(rest, _CHUNK))):
                away[pool.submit(_judge_away, _packed(chunk.values()))] = list(chunk)
            # This process judges too: its rows need not be sent, and it does not wait for the others to start.
            own = dict(islice(rest, _CHUNK))
            if not own:
                break
            yield _judge_here(own, networks)
            for future in [future for future in away if future.done()]:
                yield dict(zip(away.pop(future), _unpacked(future.result()), strict=True))
        for future, marks in away.items():
            yield dict(zip(marks, _unpacked(future.result()), strict=True))
    finally:
        pool.shutdown(cancel_futures=True)


def _judge_here(chunk: Mapping[bytes, Claim], networks: Mapping[str, Network]) -> Judged:
    return {mark: judge(claim, networks.get(claim.network or "")) for mark, claim in chunk.items()}


# --- Other processes -------------------------------------------------------------------------------------------------


def _begin(networks: Mapping[str, Network]) -> None:
    """What a new process does first."""
    global _networks  # noqa: PLW0603 - once in a new process, instead of with every chunk
    _networks = networks
    end_with_parent()


def _judge_away(rows: bytes) -> bytes:
    """Status and reason of each row of :func:`_packed`, in the same spelling."""
    # Rows stand in for claims: to make one of these takes fifteen times as long.
    claims = [cast("Claim", _Row._make(row)) for row in marshal.loads(rows)]  # noqa: S302 - from our own parent
    verdicts = [judge(claim, _networks.get(claim.network or "")) for claim in claims]
    return marshal.dumps([(verdict.status.value, verdict.reason) for verdict in verdicts])


class _Row(NamedTuple):
    """What verdicts depend on, and what the log calls a row, under the names that a claim has for it."""

    file: str
    line: int
    coin: str
    network: str | None
    address: str
    account: str | None
    fault: str
    message: str
    signatures: tuple[str, ...]
    key: str
    owners: tuple[str, ...]
    kind_value: str

    @property
    def kind(self) -> ClaimKind:
        return ClaimKind(self.kind_value)


_row = attrgetter(*_Row._fields[:-1], "kind.value")


def _packed(claims: Iterable[Claim]) -> bytes:
    """A :class:`_Row` of each claim, as plain tuples: 0.7 µs to write and read; pickled claims take 5.6."""
    return marshal.dumps([_row(claim) for claim in claims])


def _unpacked(verdicts: bytes) -> Iterator[Verdict]:
    return (_verdict(*row) for row in marshal.loads(verdicts))  # noqa: S302 - from our own child


@lru_cache(64)
def _verdict(status: str, reason: str) -> Verdict:
    """One object for the many rows that the same is said of."""
    return Verdict(VerdictStatus(status), reason)
