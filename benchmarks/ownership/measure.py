"""The measurements, each in new processes, so that none inherits another's memory or warm caches."""

import gc
import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing.synchronize import Barrier
from typing import NamedTuple

from coincurve import PublicKey
from nacl.signing import VerifyKey

from benchmarks.ownership import lists
from benchmarks.ownership.mix import Recovery, Verification
from monitor.model import Claim, Verdict, VerdictStatus
from monitor.ownership import fingerprint, judge_all
from monitor.registry import load

_SPAWN = multiprocessing.get_context("spawn")


class Taken(NamedTuple):
    """What one piece of work took."""

    wall: float
    """Seconds on the clock: what other work on the machine lengthens."""
    cpu: float
    """Seconds on the cores, of all its processes together."""


class Memory(NamedTuple):
    """KiB resident."""

    before: int
    """The list and the interpreter."""
    peak: int
    """At most."""


class Pass(NamedTuple):
    """``judge_all`` over one list, twice: with nothing known, and with every row known."""

    first: Taken
    second: Taken
    memory: Memory


def bare(mix: str, rows: int, workers: int) -> Taken:
    """The libraries alone: what they are given for each row, in a tight loop, the rows dealt out to ``workers``."""
    barrier = _SPAWN.Barrier(workers)
    with ProcessPoolExecutor(workers, _SPAWN, _share, (barrier,)) as pool:
        taken = list(pool.map(_bare, [mix] * workers, [rows] * workers, range(workers), [workers] * workers))
    return Taken(max(one.wall for one in taken), sum(one.cpu for one in taken))


def judged(mix: str, rows: int, workers: int) -> Pass:
    """``judge_all`` over the list, from its call to its last verdict, on so many threads."""
    with ProcessPoolExecutor(1, _SPAWN) as pool:
        return pool.submit(_judged, mix, rows, workers).result()


def _share(barrier: Barrier) -> None:
    global _together  # noqa: PLW0603 - a barrier can be handed to a process only as it starts
    _together = barrier


_together: Barrier


def _bare(mix: str, rows: int, part: int, workers: int) -> Taken:
    work = [one for row in islice(lists.load(mix, rows), part, None, workers) for one in row.bare]
    recoveries = [one for one in work if isinstance(one, Recovery)]
    verifications = [one for one in work if isinstance(one, Verification)]
    recover = PublicKey.from_signature_and_message
    gc.freeze()
    _together.wait()
    before = _clocks()
    for signature, digest in recoveries:
        recover(signature, digest, hasher=None)
    for key, message, signature in verifications:
        VerifyKey(key).verify(message, signature)
    return _since(before)


def _judged(mix: str, rows: int, workers: int) -> Pass:
    claims = [row.claim for row in lists.load(mix, rows)]
    networks = load().networks
    gc.freeze()
    resident = _peak()
    before = _clocks()
    verdicts = judge_all(claims, networks, workers=workers)
    first = _since(before)
    memory = Memory(resident, _peak())
    _check(claims, verdicts)
    kept = {fingerprint(claim): verdict for claim, verdict in zip(claims, verdicts, strict=True)}
    before = _clocks()
    judge_all(claims, networks, workers=workers, known=kept)
    return Pass(first, _since(before), memory)


def _check(claims: list[Claim], verdicts: list[Verdict]) -> None:
    for claim, verdict in zip(claims, verdicts, strict=True):
        if verdict.status is not VerdictStatus.VERIFIED:
            raise SystemExit(f"{claim.address} on {claim.network} is {verdict.status}: {verdict.reason}")


def _clocks() -> Taken:
    """Processes that have ended count in."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return Taken(time.perf_counter(), sum(one.ru_utime + one.ru_stime for one in used))


def _since(before: Taken) -> Taken:
    now = _clocks()
    return Taken(now.wall - before.wall, now.cpu - before.cpu)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
