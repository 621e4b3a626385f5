"""The measurements, each in new processes, so that none inherits another's memory or warm caches."""

import gc
import multiprocessing
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing.synchronize import Barrier
from typing import NamedTuple

from coincurve import PublicKey
from nacl.signing import VerifyKey

from benchmarks.ownership import lists
from benchmarks.ownership.mix import Recovery, Verification
from monitor.model import Claim, Network, Verdict, VerdictStatus
from monitor.ownership import VerdictsByPrint, fingerprint, judge
from monitor.registry import load

_SPAWN = multiprocessing.get_context("spawn")


class Taken(NamedTuple):
    """What one piece of work took."""

    wall: float
    """Seconds on the clock: what other work on the machine lengthens."""
    cpu: float
    """Seconds on the cores, of all processes together."""


class Judged(NamedTuple):
    """One list judged twice."""

    first: Taken
    """With nothing known."""
    second: Taken
    """With every row known."""


def bare(mix: str, rows: int, workers: int) -> Taken:
    """The libraries alone: what they are given for each row, in a tight loop, the rows dealt out to ``workers``."""
    return _together(_bare, mix, rows, workers)[0]


def judged(mix: str, rows: int, workers: int) -> Judged:
    """``judge`` of every row that is not known by its fingerprint, the rows dealt out to as many processes."""
    return Judged(*_together(_judged, mix, rows, workers))


def _together(work: Callable[[str, int, int, int], list[Taken]], mix: str, rows: int, workers: int) -> list[Taken]:
    """Each step of ``work``: until the slowest worker has done it, and what it took of all cores."""
    barrier = _SPAWN.Barrier(workers)
    with ProcessPoolExecutor(workers, _SPAWN, _share, (barrier,)) as pool:
        taken = list(pool.map(work, [mix] * workers, [rows] * workers, range(workers), [workers] * workers))
    return [Taken(max(one.wall for one in step), sum(one.cpu for one in step)) for step in zip(*taken, strict=True)]


def _share(barrier: Barrier) -> None:
    global _start  # noqa: PLW0603 - a barrier can be handed to a process only as it starts
    _start = barrier


_start: Barrier


def _bare(mix: str, rows: int, part: int, workers: int) -> list[Taken]:
    work = [one for row in islice(lists.load(mix, rows), part, None, workers) for one in row.bare]
    recoveries = [one for one in work if isinstance(one, Recovery)]
    verifications = [one for one in work if isinstance(one, Verification)]
    recover = PublicKey.from_signature_and_message
    gc.freeze()
    _start.wait()
    before = _clocks()
    for signature, digest in recoveries:
        recover(signature, digest, hasher=None)
    for key, message, signature in verifications:
        VerifyKey(key).verify(message, signature)
    return [_since(before)]


def _judged(mix: str, rows: int, part: int, workers: int) -> list[Taken]:
    claims = [row.claim for row in islice(lists.load(mix, rows), part, None, workers)]
    networks = load().networks
    gc.freeze()
    _start.wait()
    before = _clocks()
    verdicts = _judge(claims, networks, {})
    first = _since(before)
    _check(claims, verdicts)
    known = {fingerprint(claim): verdict for claim, verdict in zip(claims, verdicts, strict=True)}
    _start.wait()
    before = _clocks()
    _judge(claims, networks, known)
    return [first, _since(before)]


def _judge(claims: list[Claim], networks: Mapping[str, Network], known: VerdictsByPrint) -> list[Verdict]:
    return [known.get(fingerprint(claim)) or judge(claim, networks.get(claim.network or "")) for claim in claims]


def _check(claims: list[Claim], verdicts: list[Verdict]) -> None:
    for claim, verdict in zip(claims, verdicts, strict=True):
        if verdict.status is not VerdictStatus.VERIFIED:
            raise SystemExit(f"{claim.address} on {claim.network} is {verdict.status}: {verdict.reason}")


def _clocks() -> Taken:
    return Taken(time.perf_counter(), time.process_time())


def _since(before: Taken) -> Taken:
    now = _clocks()
    return Taken(now.wall - before.wall, now.cpu - before.cpu)
