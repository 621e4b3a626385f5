"""``python -m benchmarks.proofs.stark``: how fast an OKX zk-STARK V1 report is verified.

The report is that of OKX's own figure: two batches of 152 coins, their trunk and one inclusion file, for which OKX's
validator (pure Python) took 0.24 s on the two-core machine where its facts were gathered. Since that program is not
here, the same run measures a plain recomputation of what it checks: every path by itself, every polynomial by
Lagrange's formula, every quotient by a division, one hash after another with a library that is written in Python around
its core. It stops short of everything that is checked here in addition.
"""

import argparse
import json
import os
import random
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from Crypto.Hash import keccak as pycryptodome

from monitor.proofs.executors import InProcess
from monitor.proofs.files import ProofFile
from monitor.proofs.scheme import Expected
from monitor.proofs.stark_v1 import SCHEME
from monitor.proofs.stark_v1.documents import Config
from monitor.proofs.stark_v1.field import PRIME, root_of_unity
from monitor.proofs.stark_v1.hashing import position, sample
from tests.support.proof_files import all_held
from tests.support.stark_v1 import User, report

_COINS, _MAIN, _USERS = 152, 22, 15


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.proofs.stark", description=__doc__)
    parser.add_argument("--coins", type=int, default=_COINS)
    parser.add_argument("--users", type=int, default=_USERS, help="of each of the two batches (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=20, help="medians are over so many rounds (default: %(default)s)")
    asked = parser.parse_args()
    print(f"load before: {os.getloadavg()[0]:.1f}; proving two batches of {asked.coins} coins and their trunk ...")
    documents = made(asked.coins, asked.users)
    files = all_held(documents)
    print(f"{len(files)} files, {sum(file.size for file in files):,} bytes; medians of {asked.rounds} rounds")
    ways: dict[str, Callable[[], object]] = {
        "monitor": lambda: SCHEME.verify(files, Expected(), InProcess()),
        "plain recomputation": lambda: plain(files, documents),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(asked.rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            taken[name].append(time.perf_counter() - start)
    for name, seconds in taken.items():
        print(f"{name:<22}{median(seconds) * 1000:8.1f} ms   (least {min(seconds) * 1000:.1f} ms)")


def made(coins: int, users: int) -> dict[str, Any]:
    """A whole report of generated users."""
    drawn = random.Random(1)
    config = Config(tuple(f"COIN{i}" for i in range(coins)), min(_MAIN, coins))
    batches = {
        name: [User(drawn.getrandbits(256), tuple(drawn.randrange(10**5) for _ in config.coins)) for _ in range(users)]
        for name in ("a0", "a1")
    }
    proven = report(config, batches)
    return {**proven.documents(), "user_1_inclusion_proof.json": proven.inclusion("a0", 1)}


def plain(files: Sequence[ProofFile], documents: dict[str, Any]) -> None:
    """What OKX's validator is documented to check of the sum proofs, written as it comes to mind."""
    texts = {file.name: file.open().read() for file in files}
    config = json.loads(texts["sum_proof_data/config.json"])
    for name in documents:
        if name.endswith("sum_proof.json"):
            values = json.loads(texts[name.replace("sum_proof.json", "sum_values.json")])
            sums = [values["total_value"], *(values[coin] for coin in config["coins"])]
            _plain_proof(json.loads(texts[name]), sums, config["main_coins_num"])


def _hash(data: bytes) -> bytes:
    return pycryptodome.new(digest_bits=256, data=data).digest()


def _number(word: str | bytes) -> int:
    return int(word, 16) if isinstance(word, str) else int.from_bytes(word)


def _words(text: str) -> list[int]:
    return [int(text[i : i + 64], 16) for i in range(0, len(text), 64)]


def _plain_proof(proof: dict[str, Any], sums: Sequence[int], main: int) -> None:
    steps, uts, coins = proof["steps"], proof["uts"], len(sums) - 1
    size = 16 * steps
    w, users = root_of_unity(size), steps // uts
    indices = sample(bytes.fromhex(proof["l_mtree_root"]), size)
    opened = [(index + span) % size for index in indices for span in (0, 16, 16 * (uts - 1), 16 * uts)]
    _plain_paths(proof["mtree_root"], size, opened, proof["mtree_branches"])
    _plain_paths(proof["l_mtree_root"], size, indices, proof["l_mtree_branches"])
    nonce = bytes.fromhex(proof["pow_nonce"])
    drawn = [_number(_hash(nonce + i.to_bytes(32))) % PRIME for i in range(6 * coins + 10)]
    first, end = pow(w, 16 * (uts - 1), PRIME), pow(w, 16 * (steps - 1), PRIME)
    for n, index in enumerate(indices):
        entries = proof["mtree_entries_data"][4 * n : 4 * n + 4]
        row, last, wrapped = _words(entries[0]), *([_number(e[0]), *_words(e[1])] for e in entries[2:])
        hashes = [
            _hash(bytes.fromhex(entries[0][64 : 64 * (coins + 1)])),
            *(_hash(bytes.fromhex(e[1])) for e in entries[2:]),
        ]
        x = pow(w, index, PRIME)
        blocks, rows = pow(x, users, PRIME), pow(x, steps, PRIME)
        digit = _number(entries[1][0]) - 4 * row[0]
        edge, before = pow(w, 16 * users * (uts - 1), PRIME), pow(w, 16 * users * (uts - 2), PRIME)
        tc = row[coins + 2 : coins + 6]
        good = len(hashes) == 3 and row[0] == tc[0] * (blocks - 1) % PRIME
        divisor = (rows - 1) * pow((blocks - before) * (blocks - edge), -1, PRIME)
        good = good and digit * (digit - 1) * (digit - 2) * (digit - 3) % PRIME == tc[1] * divisor % PRIME
        quotients = [(tc[2], tc[3]), *((row[i], row[i + 1]) for i in range(coins + 6, coins + 6 + 2 * main, 2))]
        for column, (running, ends) in enumerate(quotients):
            step = wrapped[column] - last[column] - row[column]
            good = good and step % PRIME == running * (blocks - edge) * pow(x - end, -1, PRIME) % PRIME
            line = sums[column] * (x - first) * pow(end - first, -1, PRIME)
            good = good and (row[column] - line) % PRIME == ends * (x - first) * (x - end) % PRIME
        shift, combined = pow(x, 3 * steps, PRIME), tc[1]
        for i, value in enumerate([*row[: coins + 3], *row[coins + 4 :]]):
            combined = (combined + value * (drawn[2 * i] + drawn[2 * i + 1] * shift)) % PRIME
        if not good or combined != _number(proof["l_mtree_branches"][n][0]):
            raise RuntimeError("the plain recomputation disagrees with the proof")
    _plain_folds(proof["low_degree_proof"], proof["l_mtree_root"], size, 4 * steps)


def _plain_paths(root: str, leaves: int, indices: Sequence[int], paths: Sequence[Sequence[str]]) -> None:
    known: dict[int, str] = {}
    nodes = [leaves + position(index, leaves) for index in indices]
    for node, path in zip(nodes, paths, strict=True):
        for level, value in enumerate(path):
            if value:
                known[node if level == 0 else (node >> (level - 1)) ^ 1] = value
    for level in range(leaves.bit_length() - 1):
        for node in {node >> level for node in nodes}:
            pair = known[node & ~1] + known[node | 1]
            known[node >> 1] = _hash(bytes.fromhex(pair)).hex()
    for node, path in zip(nodes, paths, strict=True):
        value = path[0]
        for _ in path[1:]:
            pair = known[node ^ 1] + value if node & 1 else value + known[node ^ 1]
            value, node = _hash(bytes.fromhex(pair)).hex(), node >> 1  # noqa: PLW2901
        if value != root:
            raise RuntimeError("a path does not lead to its root")


def _plain_folds(proof: Sequence[Any], root: str, size: int, bound: int) -> None:
    queries = sample(bytes.fromhex(proof[0][0]), size // 4)
    for below, columns, rows in proof[:-1]:
        w, quarter = root_of_unity(size), size // 4
        queries = [query % quarter for query in queries]
        _plain_paths(below, quarter, queries, columns)
        _plain_paths(root, size, [query + j * quarter for query in queries for j in range(4)], rows)
        for n, query in enumerate(queries):
            points = [pow(w, query + j * quarter, PRIME) for j in range(4)]
            values = [_number(path[0]) for path in rows[4 * n : 4 * n + 4]]
            if _lagrange(points, values, _number(root) % PRIME) != _number(columns[n][0]):
                raise RuntimeError("a value is not the fold of its four")
        root, size, bound = below, quarter, bound // 4
    w = root_of_unity(size)
    free = [i for i in range(size) if i % 16]
    points, values = [pow(w, i, PRIME) for i in free], [_number(proof[-1][i]) for i in free]
    for point, value in zip(points[bound:], values[bound:], strict=True):
        if _lagrange(points[:bound], values[:bound], point) != value:
            raise RuntimeError("the last values are not of low degree")


def _lagrange(points: Sequence[int], values: Sequence[int], at: int) -> int:
    total = 0
    for i, point in enumerate(points):
        above, below = values[i], 1
        for j, other in enumerate(points):
            if i != j:
                above, below = above * (at - other) % PRIME, below * (point - other) % PRIME
        total += above * pow(below, -1, PRIME)
    return total % PRIME


if __name__ == "__main__":
    main()
