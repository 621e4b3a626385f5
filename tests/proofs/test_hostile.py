"""Every field of published files replaced by what no exchange writes: never a crash, always an honest status."""

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs import verify
from monitor.proofs.groth16 import forms, published
from monitor.proofs.groth16 import proofs as batches
from monitor.proofs.groth16.forms import Form, Space
from monitor.proofs.groth16.poseidon import hash_padded
from monitor.proofs.stark_v2 import verify as stark_v2
from monitor.proofs.stark_v2.sums import Verified
from tests.support import trees
from tests.support.groth16 import table
from tests.support.proof_files import all_held, bytes_below

DATA = Path("tests/data/proofs")
DEEP: Any = []
for _ in range(99):
    DEEP = [DEEP]
VALUES: list[Any] = [None, True, -1, 1.5, 2**64, 10**90, "", "é\u202e", "[" * 99_999, [], {}, DEEP]
"""What a field of JSON is replaced by."""
TEXTS = ["9" * 5000, "-1", "[" * 99_999, "[]", '["a"]', "null", '"', "\x00", "é", "A" * 10_000, "1e99", ""]
"""What a cell of a table is replaced by."""


LONE = {
    "paths": (
        *("merkle-v1-proof.json", "merkle-v2-user.json", "bybit-mock_user_merkle_tree_path_40_v2.json"),
        *("bitget-numbers-merkel_tree_bg.json", "bitunix-merkle_tree_bitunix.json", "mexc-merkle_proof.json"),
        "coinex-merkle_proof_file.json",
    ),
    "trees": ("merkle-v2-tree.txt", "bitmex-liabilities-100-proof.csv"),
    "leaves": (
        *("networkfirm-input.csv", "networkfirm-output_merkle_tree.txt", "networkfirm-output_merkle_root.txt"),
        "networkfirm-output_total_balances.txt",
    ),
}
"""Sums of every other format: files that are each judged alone, but for the plain tree's leaves and rows."""


@cache
def files(name: str) -> dict[str, bytes]:
    """A set: table, sums, keys and one user of the Groth16 family; users alone; a zk-STARK V2; or those of ``LONE``."""
    if name in LONE:
        return trees.sample(*LONE[name])
    if name == "users":
        made = json.dumps(table(Form.BALANCE, Space(168, 12), 163)["user_config.json"]).encode()
        return {"user_htx.json": made, "user_gate.json": (DATA / "gate-2025-07/user_config.json").read_bytes()}
    if name == "stark-v2":
        held = {"sum_proof_data.json": gzip.decompress((DATA / "stark-v2/sum_proof_data.json.gz").read_bytes())}
        return {**held, "user_inclusion_proof.json": (DATA / "stark-v2/user2_inclusion_proof.json").read_bytes()}
    whole = bytes_below(DATA / "groth16-sets/honest" / name)
    return {file: data for file, data in whole.items() if not file.startswith("user") or "_0_" in file}


def _hashes(elements: list[int], filler: tuple[int, ...], counts: list[int], absorbed: int) -> Iterator[int]:
    return iter(_hashes_once(tuple(elements), filler, tuple(counts), absorbed))


@cache
def _hashes_once(*asked: Any) -> list[int]:
    """The very same elements are hashed once."""
    return list(hash_padded(*asked))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what takes seconds, and has tests of its own: py_ecc's sample, hundreds of rooms tried, V2's proof."""
    monkeypatch.setattr(batches, "_SAMPLE", 0)
    monkeypatch.setattr(published, "MOST_ASSETS", 60)
    monkeypatch.setattr(published, "hash_padded", _hashes)
    for form, room in ((Form.COLLATERAL, 56), (Form.PRICED, 350), (Form.BALANCE, 168)):
        monkeypatch.setitem(forms.ROOMS, form, (room,))
    monkeypatch.setattr(stark_v2, "verify_sums", lambda published, _pinned: Verified(published, ""))


def beside(name: str, changed: str) -> tuple[str, ...]:
    """The files that give a changed one its meaning: users' of the Groth16 family state their root themselves.

    To verify a table's proofs takes a second, and nothing bears on it but the table and its keys.
    """
    if name in {"paths", "trees"} or (changed.startswith("user") and name != "stark-v2"):
        return ()
    keys = changed == "proof.csv"
    return tuple(
        file for file in files(name) if file != changed and not file.startswith("user") and (keys or ".vk" not in file)
    )


@cache
def honest(name: str, *some: str) -> LiabilitiesProof:
    return verify(all_held({file: files(name)[file] for file in some}))


def check(name: str, changed: str, data: bytes, what: object, others: tuple[str, ...] | None = None) -> None:
    """Refused with a reason that somebody foresaw; or nothing is said but what the honest files say."""
    others = beside(name, changed) if others is None else others
    own = honest(name, changed, *others).scheme if name in LONE else "auto"  # naming it saves detecting it each time
    found = verify(all_held({**{file: files(name)[file] for file in others}, changed: data}), scheme=own)
    if found.holds:
        expected = honest(name, changed, *others)
        assert found.root == expected.root, what
        if found.totals and found.totals != expected.totals:  # names of assets stand in no commitment
            assert any("which asset each sum is of" in sentence for sentence in found.not_proven), what
            assert len(found.totals.keys() & expected.totals.keys()) >= len(expected.totals) - 1, what
            assert all(name.strip() and amount for name, amount in found.totals.items()), what
    else:
        assert found.status in {ProofStatus.INVALID, ProofStatus.UNREADABLE}, what
        assert found.reason, what
        assert "cannot be judged" not in found.reason, (what, found.reason)
        assert len(found.reason) < 2000, what
        assert found.totals == {}, what


def shapes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Each place of a document's form once: of lists and of objects in lists the first item."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from shapes(inner, (*path, key))
    elif isinstance(value, list) and value:
        yield from shapes(value[0], (*path, 0))


def with_value(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    key, *rest = path
    copied = document.copy()
    copied[key] = with_value(document[key], tuple(rest), value)
    return copied


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def others(old: Any) -> list[Any]:
    if isinstance(old, list):
        return [*VALUES, old[:-1], [*old, *old], [*old, None], [0] * 100_000]
    if isinstance(old, dict):
        return [*VALUES, {**old, "more": 1}, dict(list(old.items())[1:])]
    return VALUES


FIELDS = [
    (name, file, path)
    for name in ("two-roots", "one-root", "users", "stark-v2", "paths")
    for file, data in files(name).items()
    if file.endswith(".json") and not file.startswith("sum_proof")  # test_stark_v2_proof.py takes that to pieces
    for path in shapes(json.loads(data))
]


@pytest.mark.parametrize(("name", "file", "path"), FIELDS, ids=str)
def test_every_field_out_of_form_has_an_honest_status(name: str, file: str, path: tuple[Any, ...]) -> None:
    document = json.loads(files(name)[file])
    for value in others(at(document, path)):
        if value != at(document, path):
            check(name, file, json.dumps(with_value(document, path, value)).encode(), value)


def columns() -> Iterator[tuple[str, str]]:
    for name in ("two-roots", "one-root"):
        header = next(csv.reader(io.StringIO(files(name)["proof.csv"].decode())))
        yield from ((name, column) for column in header if not column.endswith(("id", "_at")))


@pytest.mark.parametrize(("name", "column"), list(columns()), ids=str)
def test_every_cell_of_a_table_out_of_form_has_an_honest_status(name: str, column: str) -> None:
    rows = list(csv.DictReader(io.StringIO(files(name)["proof.csv"].decode())))
    old = rows[1][column]
    keys = tuple(file for file in files(name) if ".vk" in file)
    for text in (*TEXTS, old[:-1], old + old, old + "=", old[::-1], rows[0][column]):
        rows[1][column] = text
        written = io.StringIO()
        writer = csv.DictWriter(written, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        check(name, "proof.csv", written.getvalue().encode(), text, keys if column == "proof_info" else ())


@pytest.mark.parametrize(("name", "file"), [(name, file) for name in ("trees", "leaves") for file in LONE[name]])
def test_every_cell_of_a_tree_out_of_form_has_an_honest_status(name: str, file: str) -> None:
    lines = files(name)[file].decode().splitlines(keepends=True)
    for number in sorted({0, len(lines) - 1}):
        for cell in re.finditer(r'[^,:{}"\s]+', lines[number]):
            for text in ("9" * 5000, "-1", "\x00", "é", "1e99", "", cell[0][:-1], cell[0] * 2, "0" + cell[0]):
                if text != cell[0]:
                    line = lines[number][: cell.start()] + text + lines[number][cell.end() :]
                    made = "".join([*lines[:number], line, *lines[number + 1 :]]).encode()
                    check(name, file, made, (number, cell[0], text[:20]))


@pytest.mark.parametrize(("name", "file"), [("two-roots", "zkpor2.vk.save"), ("one-root", "zkpor50_2.vk")])
def test_a_key_of_any_other_bytes_and_lengths_has_an_honest_status(name: str, file: str) -> None:
    key = files(name)[file]
    for place in range(0, len(key), 29):
        check(name, file, key[:place] + bytes([key[place] ^ 0xFF]) + key[place + 1 :], place, ("proof.csv",))
    for made in (b"", key[:-1], key + key, key[: len(key) // 2], b"\xff" * len(key), b"\xff" * 10**6):
        check(name, file, made, len(made), ("proof.csv",))


@pytest.mark.parametrize("name", ["two-roots", "one-root", "stark-v2", *LONE])
def test_a_file_that_is_cut_or_not_there_has_an_honest_status(name: str) -> None:
    for file, data in files(name).items():
        for share in range(0, 16, 3):
            check(name, file, data[: len(data) * share // 16], (file, share))
