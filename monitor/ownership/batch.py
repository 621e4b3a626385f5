"""Whole lists: each distinct row judged once, on all cores, and the accepted messages over that."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Lock
from types import MappingProxyType
from typing import TypeVar

from monitor.model import Claim, Network, Verdict, VerdictStatus
from monitor.ownership.fingerprint import fingerprint
from monitor.ownership.together import judge_together

Judged = Mapping[bytes, Verdict]
"""Verdicts by :func:`fingerprint`."""

_CHUNK = 256
"""Rows judged side by side: few enough to stay in a core's cache from one step to the next."""
_MOST_THREADS = 8
"""Python's own part of a row, which one thread does at a time, is a seventh of it: more threads gain nothing."""
_NONE_KNOWN: Judged = MappingProxyType({})

T = TypeVar("T")


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
    ``workers`` is the number of threads, this one among them, by default one for each usable core. ``progress`` is told
    how many claims are done, 0 at first. Both functions are called on this thread, and end the judgement by raising.
    This blocks: call it from a thread.
    """
    rows = _Rows(claims, networks, known, prints)
    starts = range(0, len(claims), _CHUNK)
    tell = progress or (lambda _: None)
    tell(done := 0)
    with closing(_on_threads(rows.judge, starts, workers or _usable_cores())) as chunks:
        for count, judged in chunks:
            if judged and keep:
                keep(judged)
            tell(done := done + count)
    return accept(claims, rows.verdicts(), messages)


def accept(claims: Iterable[Claim], verdicts: Iterable[Verdict], messages: frozenset[str] | None) -> list[Verdict]:
    """``verdicts`` with every signed claim ``invalid`` whose message is not one of ``messages`` (None: any is).

    White space around a text changes nothing of what it says: it counts for the signature, and not here.
    """
    if messages is None:
        return list(verdicts)
    texts = frozenset(map(str.strip, messages))
    return [_accept(claim, verdict, texts) for claim, verdict in zip(claims, verdicts, strict=True)]


def _accept(claim: Claim, verdict: Verdict, texts: frozenset[str]) -> Verdict:
    if claim.message.strip() in texts or verdict.status in {VerdictStatus.UNSIGNED, VerdictStatus.INVALID}:
        return verdict
    return Verdict(VerdictStatus.INVALID, f"message {claim.message!r} is not one of the accepted ones")


class _Rows:
    """A list while several threads judge it."""

    def __init__(
        self, claims: Sequence[Claim], networks: Mapping[str, Network], known: Judged, prints: Sequence[bytes] | None
    ) -> None:
        self._claims, self._networks, self._known = claims, networks, known
        self._marked = prints is not None
        self._marks = [b""] * len(claims) if prints is None else list(prints)
        self._judged: dict[bytes, Verdict | None] = {}
        """None is what some thread is judging now, so that no other does."""
        self._lock = Lock()

    def judge(self, start: int) -> tuple[int, Judged]:
        """Judge what is new of the chunk at ``start``: how many rows it has, and the verdicts of the new ones."""
        chunk = slice(start, start + _CHUNK)
        claims = self._claims[chunk]
        if not self._marked:
            self._marks[chunk] = map(fingerprint, claims)
        with self._lock:
            new = {
                mark: claim
                for mark, claim in zip(self._marks[chunk], claims, strict=True)
                if mark not in self._judged and mark not in self._known
            }
            self._judged.update(dict.fromkeys(new))
        judged = judge_together(new, self._networks)
        self._judged.update(judged)
        return len(claims), judged

    def verdicts(self) -> list[Verdict]:
        """Of every row, when all chunks are judged."""
        return [self._judged.get(mark) or self._known[mark] for mark in self._marks]


def _usable_cores() -> int:
    return min(len(os.sched_getaffinity(0)), _MOST_THREADS)


def _on_threads(work: Callable[[int], T], items: range, threads: int) -> Generator[T]:
    """What ``work`` makes of each item, as it is done, on this thread and on others beside it."""
    rest = iter(items)  # a range hands out each item once, whichever thread asks
    done: deque[T] = deque()

    def work_too() -> None:
        for item in rest:
            done.append(work(item))

    with ThreadPoolExecutor(max(1, threads - 1)) as pool:
        helpers = [pool.submit(work_too) for _ in range(threads - 1)]
        try:
            for item in rest:
                done.append(work(item))
                while done:
                    yield done.popleft()
        finally:
            # Who stops in the middle leaves the others nothing to go on with.
            deque(rest, maxlen=0)
        for helper in helpers:
            helper.result()
        yield from done
