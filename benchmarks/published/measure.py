"""The measurements, each in a process of its own, so that none inherits another's memory or warm caches."""

import csv
import io
import multiprocessing
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, ParamSpec, TypeVar

from benchmarks.published import lists
from monitor.judgement import compare_lists
from monitor.model import Document, ListChanges, WalletList
from monitor.model.packed import PackedClaims
from monitor.published import read_wallets, unpack
from monitor.registry import Registry, load
from monitor.settings import DocumentSettings

_SPAWN = multiprocessing.get_context("spawn")

_LIMITS = DocumentSettings(source="okx.zip")

T = TypeVar("T")
P = ParamSpec("P")


class Taken(NamedTuple):
    """What one piece of work took."""

    wall: float
    """Seconds on the clock: what other work on the machine lengthens."""
    cpu: float
    """Seconds of CPU: what the clock would show on a core that is free."""


class Run(NamedTuple):
    """The steps of one way, in order, and the most memory that was resident, in KiB."""

    steps: tuple[Taken, ...]
    peak: int


def alone(work: Callable[[int], Run], rows: int) -> Run:
    """``work``, in a new process."""
    with ProcessPoolExecutor(1, _SPAWN) as pool:
        return pool.submit(work, rows).result()


def nothing(_rows: int) -> Run:
    """What a process has before it begins: the interpreter, the registry and what else is imported."""
    load()
    return Run((), _peak())


def bare(rows: int) -> Run:
    """The least that a reader in Python does: the archive hashed, inflated and split into cells, and no more."""
    return Run((_timed(_split, lists.archive("new", rows))[1],), _peak())


def ours(rows: int) -> Run:
    """What the daemon does between a new archive's arrival and the record of its changes."""
    registry = load()
    in_use = PackedClaims(_read(lists.archive("previous", rows), registry).claims)
    published, reading = _timed(_read, lists.archive("new", rows), registry)
    changes, comparing = _timed(_compare, in_use, published)
    peak = _peak()
    _check(rows, published, changes)
    return Run((reading, comparing), peak)


def _split(raw: bytes) -> None:
    sha256(raw).digest()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for name in archive.namelist():
            with archive.open(name) as member, io.TextIOWrapper(member, encoding="utf-8-sig", newline="") as text:
                for _ in csv.reader(text, strict=True):
                    pass


def _read(raw: bytes, registry: Registry) -> WalletList:
    document = Document("okx.zip", sha256(raw).hexdigest(), len(raw), datetime.now(UTC))
    return read_wallets(unpack(raw, document, _LIMITS), document, "okx", registry)


def _compare(in_use: PackedClaims, published: WalletList) -> ListChanges:
    return compare_lists(in_use, PackedClaims(published.claims))


def _check(rows: int, published: WalletList, changes: ListChanges) -> None:
    """Every row read and placed, every total right, every change found and no other."""
    exchanged = rows // lists.EXCHANGED
    expected = (rows, rows, exchanged, exchanged, lists.signed_anew(rows), 0)
    sound = sum(
        claim.account is not None and claim.amount is not None and not claim.fault for claim in published.claims
    )
    found = (len(published.claims), sound, len(changes.added), len(changes.removed), len(changes.altered))
    if (*found, len(published.differences)) != expected:
        raise SystemExit(
            f"the list was misread: {found} and {len(published.differences)} where {expected} are expected"
        )


def _timed(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> tuple[T, Taken]:
    before = Taken(time.perf_counter(), time.process_time())
    done = work(*args, **kwargs)
    after = Taken(time.perf_counter(), time.process_time())
    return done, Taken(*(end - start for start, end in zip(before, after, strict=True)))


def _peak() -> int:
    """Since this program began: ``ru_maxrss`` would count what the process was forked from."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].removesuffix("kB"))
