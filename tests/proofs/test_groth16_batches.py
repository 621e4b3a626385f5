"""A table's proofs on the executor that trees use: told how far it is, and going on where an earlier run was cut."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs import Done, Expected, verify
from monitor.proofs.executors import InProcess
from monitor.proofs.groth16 import fast
from monitor.proofs.groth16 import proofs as batches
from monitor.proofs.work import DIGEST_SIZE
from tests.support.groth16 import verify_once
from tests.support.proof_files import all_held, bytes_below

T = TypeVar("T")
R = TypeVar("R")

SETS = Path("tests/data/proofs/groth16-sets")
REPORT = {name: data for name, data in bytes_below(SETS / "honest/two-roots").items() if "user" not in name}
BATCHES = REPORT["proof.csv"].count(b"\n") - 1


@pytest.fixture(autouse=True, params=[True, False], ids=["groth16py", "py_ecc"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Either way to verify, and groth16py with one batch in a part."""
    monkeypatch.setattr(fast, "available", lambda: request.param)
    monkeypatch.setattr(batches, "_AT_ONCE", 1)
    verify_once(monkeypatch)


class Counting(InProcess):
    """Counts the proofs that it is given, and is cut before the one of number ``cut``."""

    def __init__(self, done: Done | None = None, cut: int = -1) -> None:
        self.told: list[tuple[str, int, int]] = []
        super().__init__(lambda *told: self.told.append(told), done)
        self.given = 0
        self._cut = cut

    def map(self, work: Callable[[T], R], parts: Iterable[T]) -> Iterator[R]:
        for part in parts:
            if isinstance(part, batches.Part):
                if self.given == self._cut:
                    raise KeyboardInterrupt
                self.given += 1
            yield work(part)


def judged(executor: Counting, **files: bytes) -> LiabilitiesProof:
    return verify(all_held({**REPORT, **files}), Expected(), executor=executor)


def test_each_batch_is_told_once_it_is_verified() -> None:
    executor = Counting()
    assert judged(executor).status is ProofStatus.PROVEN
    assert executor.told == [("proofs verified", done, BATCHES) for done in range(1, BATCHES + 1)]


def test_only_what_is_quick_is_given_out_many_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_AT_ONCE", BATCHES)
    executor = Counting()
    judged(executor)
    assert executor.given == (1 if fast.available() else BATCHES)


def test_what_was_verified_for_one_who_asked_is_no_run_that_was_cut() -> None:
    assert verify(all_held(REPORT)) == verify(all_held(REPORT))


def test_a_run_that_was_cut_goes_on_where_it_was_and_says_so(tmp_path: Path) -> None:
    state = tmp_path / "state/proofs"
    with pytest.raises(KeyboardInterrupt):
        judged(Counting(Done(state), cut=BATCHES - 1))
    assert state.stat().st_size == (BATCHES - 1) * DIGEST_SIZE
    with state.open("ab") as file:
        file.write(b"a piece")  # of a digest: the power failed
    executor = Counting(Done(state))
    found = judged(executor)
    assert (found.status, executor.given) == (ProofStatus.PROVEN, 1)
    assert executor.told == [("proofs verified", BATCHES, BATCHES)]
    assert state.stat().st_size == BATCHES * DIGEST_SIZE
    assert any(f"{BATCHES - 1} of them in an earlier run that was cut" in sentence for sentence in found.proven)
    executor.done.clear()
    assert not state.exists()
    Done().clear()
    executor = Counting(Done(state))
    judged(executor)
    assert executor.given == BATCHES


def test_a_proof_that_fails_is_never_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_SAMPLE", 0)  # of thousands of proofs, which it mostly misses
    files = bytes_below(SETS / "forged/two-roots-proofs-of-two-batches-swapped")
    for _ in range(2):
        assert judged(Counting(Done(tmp_path / "proofs")), **files).status is ProofStatus.INVALID


def test_what_is_noted_is_of_this_key_commitment_proof_and_way() -> None:
    seen: list[batches.Part] = []

    class Watching(Counting):
        def map(self, work: Callable[[T], R], parts: Iterable[T]) -> Iterator[R]:
            some = list(parts)
            seen.extend(part for part in some if isinstance(part, batches.Part))
            return super().map(work, some)

    judged(Watching())
    (place, proof, commitment), key = seen[0].rows[0], seen[0].key
    parts = [
        seen[0],
        replace(seen[0], key=replace(key, digest="00" * 32)),
        replace(seen[0], rows=((place, proof, commitment + 1),)),
        replace(seen[0], rows=((place, proof[::-1], commitment),)),
    ]
    digests = [part.digests(how)[0] for part in parts for how in ("py_ecc", "groth16py")]
    assert len(set(digests)) == len(digests)
    assert replace(seen[0], rows=(("elsewhere", proof, commitment),)).digests("py_ecc") == seen[0].digests("py_ecc")
