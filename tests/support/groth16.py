"""Reports in the forms of the Groth16 family, without proofs that verify: two users, one batch, all hashes fitting."""

import base64
import csv
import io
import json
from functools import cache
from typing import Any

import pytest

from monitor.proofs.fields import contents
from monitor.proofs.groth16 import keys, pairing, proofs
from monitor.proofs.groth16.forms import DEPTH, Form, Space, empty_root
from monitor.proofs.groth16.poseidon import hash_elements
from tests.support.proof_files import held

_read_proof, _verifies = cache(keys.read_proof), cache(pairing.verifies)
_read_key = keys.read_key


def verify_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The very same key and proof are read and verified by py_ecc once, which takes a second, whatever the files."""
    monkeypatch.setattr(keys, "read_key", lambda file: _key(file.name, contents(file)))
    monkeypatch.setattr(proofs, "read_proof", _read_proof)
    monkeypatch.setattr(proofs, "verifies", _verifies)


@cache
def _key(name: str, data: bytes) -> keys.Key:
    return _read_key(held(name, data))


def encoded(element: int) -> str:
    return base64.b64encode(element.to_bytes(32)).decode()


def table(form: Form, space: Space, total: int) -> dict[str, Any]:
    """HTX's form: two users of one asset, who hold ``total`` together."""
    balances = (32, total - 32)
    leaves = [hash_elements((7 + i, 100 + i, 0, _only(space, held))) for i, held in enumerate(balances)]
    root, paths = _tree(leaves, hash_elements((0, 0, 0, _only(space, 0))))
    before, after = _only(space, 0), _only(space, total)
    roots = (empty_root(form, space), root)
    return {
        "proof.csv": _csv(roots, (before, after)),
        "config.json": {
            "CexAssetsInfo": [
                {"TotalBalance": total if i == 0 else 0, "Symbol": "btc" if i == 0 else f"coin{i}", "Index": i}
                for i in range(space.room)
            ]
        },
        "user_config.json": {
            "AccountIndex": 0,
            "AccountIdHash": f"{7:064x}",
            "TotalEquity": 100,
            "TotalDebt": 0,
            "Assets": [{"Index": 0, "Balance": balances[0]}],
            "Root": f"{root:064x}",
            "Proof": [encoded(node) for node in paths[0]],
        },
    }


def sharing_one_root(*spans: tuple[int, int], root: int = 7) -> str:
    """A table in Binance's newer form, where all batches have one root and state their accounts."""
    made = io.StringIO()
    names = ["batch_number", "proof_info", "cex_asset_list_commitments", "account_tree_roots", "batch_commitment"]
    writer = csv.writer(made)
    writer.writerow([*names, "min_account_index", "max_account_index"])
    for i, (first, last) in enumerate(spans):
        commitment = hash_elements((root, 100 + i, 101 + i, first, last))
        sums, roots = json.dumps([encoded(100 + i), encoded(101 + i)]), json.dumps([encoded(root)])
        writer.writerow([i, "cHJvb2Y=", sums, roots, encoded(commitment), first, last])
    return made.getvalue()


def _only(space: Space, amount: int) -> int:
    """What is hashed of an amount of the first asset and nothing of all others."""
    return hash_elements([amount, *([0] * (space.room - 1))], space.absorbed)


def _tree(leaves: list[int], empty: int) -> tuple[int, list[list[int]]]:
    """The root, and every leaf's siblings."""
    level, node = list(leaves), empty
    paths: list[list[int]] = [[] for _ in leaves]
    places = list(range(len(leaves)))
    for _ in range(DEPTH):
        level += [node] * (len(level) % 2)
        for path, place in zip(paths, places, strict=True):
            path.append(level[place ^ 1])
        level = [hash_elements((level[i], level[i + 1])) for i in range(0, len(level), 2)]
        places = [place // 2 for place in places]
        node = hash_elements((node, node))
    return level[0], paths


def _csv(roots: tuple[int, int], sums: tuple[int, int]) -> str:
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(
        ["proof_info", "cex_asset_list_commitments", "account_tree_roots", "batch_commitment", "batch_number"]
    )
    commitment = hash_elements((*roots, *sums))
    both = [json.dumps([encoded(element) for element in pair]) for pair in (sums, roots)]
    writer.writerow(["cHJvb2Y=", *both, encoded(commitment), 0])
    return made.getvalue()
