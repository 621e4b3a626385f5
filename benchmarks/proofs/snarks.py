"""``python -m benchmarks.proofs.snarks``: OKX zk-STARK V2 and Groth16 proofs, and the whole commands.

One V2 proof is of OKX's own circuits, of degree 2^15. Real ones have 2^19 and are published by OKX alone: the other is
made up by the parameters of round 508787475, so that all of its openings hold and only the identity's last comparison
fails; every hash and product of a real one is computed. The Groth16 proofs are those of Binance's circuits, again and
again. CPU time, since other work on the machine adds to the rest.
"""

import argparse
import base64
import csv
import io
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from monitor.proofs import ProofError, ProofFile, gather, verify
from monitor.proofs.fields import Fields, load
from monitor.proofs.groth16 import fast
from monitor.proofs.groth16.keys import read_key
from monitor.proofs.groth16.proofs import Part, quickly, slowly
from monitor.proofs.stark_v2 import known
from monitor.proofs.stark_v2.challenges import draw
from monitor.proofs.stark_v2.circuit import check_circuit, read_circuit
from monitor.proofs.stark_v2.fri import check_openings
from monitor.proofs.stark_v2.identity import check_identity
from monitor.proofs.stark_v2.proof import read_proof
from tests.support.stark_v2 import MadeUp, as_json, made_up

_DATA = Path("tests/data/proofs")
_STARK = _DATA / "stark-v2/sum_proof_data.json.gz"
_GROTH16 = {"two-roots": "zkpor2.vk.save", "one-root": "zkpor50_2.vk"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.proofs.snarks", description=__doc__)
    parser.add_argument("--proofs", type=int, default=150, help="Groth16 proofs (default: %(default)s)")
    asked = parser.parse_args()
    print(f"load before: {os.getloadavg()[0]:.1f}")
    print(f"okx-stark-v2, degree 2^15: {_seconds(lambda: verify(gather([_STARK]))):.2f} s of CPU")
    large = _large()
    print(
        f"okx-stark-v2, degree 2^19: {_seconds(lambda: _verify_large(*large)):.2f} s of CPU, {_peak():.0f} MiB at most"
    )
    for name, key in _GROTH16.items():
        part = _part(_DATA / "groth16-sets/honest" / name, key, asked.proofs)
        few = Part(part.key, part.rows[:2])
        print(f"groth16 {name}: py_ecc {len(few.rows) / _seconds(partial(slowly, few)):.2f} proofs/s of a core")
        if fast.available():
            print(f"groth16 {name}: groth16py {asked.proofs / _seconds(partial(quickly, part)):.0f}")
    print(f"peak memory so far: {_peak():.0f} MiB")
    for path in (
        _STARK,
        _DATA / "groth16-sets/honest/two-roots",
        _DATA / "stark-v1",
        _DATA / "trees/merkle-v2-tree.txt",
    ):
        print(f"liabilities {path}: {_command(path):.2f} s of CPU")


def _large() -> tuple[MadeUp, bytes]:
    forged = made_up(read_circuit(known.of_round(508787475), "round 508787475"))
    return forged, json.dumps(as_json(forged.proof)).encode()


def _verify_large(forged: MadeUp, data: bytes) -> None:
    """All that is done with a published file, in its order."""
    circuit, place = forged.circuit, "proof.json"
    check_circuit(circuit, place)
    file = ProofFile(place, len(data), partial(io.BytesIO, data))
    proof = read_proof(Fields(load(file), place), circuit)
    drawn = replace(draw(circuit, forged.inputs, proof), work=0)
    with suppress(ProofError):
        check_identity(circuit, forged.inputs, proof.openings, drawn, place)
    check_openings(circuit, proof, drawn, place)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _part(folder: Path, key: str, proofs: int) -> Part:
    (file,) = gather([folder / key])
    rows = [
        ("", base64.b64decode(row["proof_info"]), int.from_bytes(base64.b64decode(row["batch_commitment"])))
        for row in csv.DictReader(io.StringIO((folder / "proof.csv").read_text()))
    ]
    return Part(read_key(file), tuple(rows[i % len(rows)] for i in range(proofs)))


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _command(path: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "monitor", "liabilities", str(path), "--json"], capture_output=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
