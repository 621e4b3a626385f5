"""Lists of signed rows, made once on all cores and then kept."""

import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from pathlib import Path

from benchmarks.ownership.mix import MIXES, Row, row

_KEPT = Path(".cache/benchmarks/ownership")
_CHUNK = 1_000


def load(mix: str, rows: int) -> Iterator[Row]:
    """``rows`` rows of ``mix``, the kinds well mixed."""
    with _path(mix, rows).open("rb") as file:
        for _ in range(0, rows, _CHUNK):
            yield from pickle.load(file)


def prepare(mix: str, rows: int) -> None:
    """Make and keep the list, unless an earlier run did."""
    path = _path(mix, rows)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with ProcessPoolExecutor() as pool, part.open("wb") as file:
        starts = range(0, rows, _CHUNK)
        for made in pool.map(_make, [mix] * len(starts), starts, [min(start + _CHUNK, rows) for start in starts]):
            pickle.dump(made, file, pickle.HIGHEST_PROTOCOL)
    part.rename(path)


def _path(mix: str, rows: int) -> Path:
    """Lists of another making have another name: what ``mix.py`` holds is part of it."""
    made = sha256(Path(__file__).with_name("mix.py").read_bytes()).hexdigest()[:8]
    return _KEPT / f"{mix}-{rows}-{made}.pickle"


def _make(mix: str, start: int, end: int) -> list[Row]:
    kinds = list(_kinds(mix))
    # 37 is prime to 100: neighbours are of different kinds, and every hundred rows hold the mix.
    return [row(kinds[number * 37 % 100], number) for number in range(start, end)]


def _kinds(mix: str) -> Iterator[str]:
    for kind, share in MIXES[mix].items():
        yield from [kind] * share
