"""Inclusion files of zk-STARK V1 in which one rule is broken, and every hash made to fit."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from monitor.proofs.executors import InProcess
from monitor.proofs.scheme import Expected, ProofError
from monitor.proofs.stark_v1 import SCHEME, hashing
from monitor.proofs.stark_v1.documents import TOTAL, TRUNK_ROWS, Config
from monitor.proofs.stark_v1.field import EXTENSION, PRIME
from monitor.proofs.stark_v1.hashing import check_paths, keccak, position
from monitor.proofs.stark_v1.inclusion import read_inclusion
from tests.support.proof_files import all_held, held
from tests.support.stark_v1 import Report, User, batch_user, prove

OF_OKX = json.loads(Path("tests/data/proofs/stark-v1/b0_user_2_inclusion_proof.json").read_text())
USER, BATCH = "batch_inclusion_proof", "trunk_inclusion_proof"
CONFIG = Config(("BTC", "ETH"), 1)


def fitting(user: dict[str, Any], batch: dict[str, Any], of: dict[str, Any] = OF_OKX) -> dict[str, Any]:
    """A file with these fields, and with leaves and roots that follow from them."""
    document: dict[str, Any] = json.loads(json.dumps(of))
    for part, root, identity, more in (
        (USER, "batch_mtree_root", "user_id", user),
        (BATCH, "trunk_mtree_root", "batch_id", batch),
    ):
        fields = document[part]
        if part == BATCH:
            fields[identity] = document[USER]["batch_mtree_root"]
        fields.update(more)
        uts = document[USER]["uts"] if part == USER else TRUNK_ROWS
        number = document[USER]["user_index" if part == USER else "batch_index"]
        coins = b"".join((int(fields[coin]) % PRIME).to_bytes(32) for coin in document["config"]["coins"])
        words = bytes.fromhex(fields[identity]), bytes.fromhex(fields["random_number"])
        node = keccak((int(fields[TOTAL]) % PRIME).to_bytes(32) + keccak(coins) + b"".join(words))
        path, index = fields["merkle_path"], EXTENSION * (uts * (number + 1) + uts - 2)
        if path and index < 1 << len(path) - 1:
            path[0], there = node.hex(), position(index, 1 << len(path) - 1)
            for sibling in map(bytes.fromhex, path[1:]):
                node = keccak(sibling + node if there & 1 else node + sibling)
                there >>= 1
        fields[root] = node.hex()
    return document


def holding(total: int, **coins: int) -> dict[str, str]:
    """Amounts; the coins that are not named hold nothing."""
    named = {coin: str(coins.get(coin, 0)) for coin in OF_OKX["config"]["coins"]}
    return {TOTAL: str(total), **named}


def test_what_was_made_to_fit_is_proven() -> None:
    read_inclusion(held("inclusion_proof.json", OF_OKX))
    assert fitting({}, {}) == OF_OKX
    most = 4**30 - 1
    read_inclusion(held("inclusion_proof.json", fitting(holding(most, BTC=most), holding(most, BTC=most))))
    deepest = [*OF_OKX[BATCH]["merkle_path"], *["22" * 32] * 24][:24]
    read_inclusion(held("inclusion_proof.json", fitting({}, {"merkle_path": deepest})))


@pytest.mark.parametrize(
    ("user", "batch", "rule"),
    [
        ({"uts": 128}, {}, "uts: 128 rows per user, not 16 or 32"),
        ({"more": 1}, {}, f"{USER}: unknown field 'more'"),
        ({}, {"more": 1}, f"{BATCH}: unknown field 'more'"),
        ({}, {"batch_id": "11" * 32}, "batch_id is 1111.*, not the batch's root"),
        (holding(4**30, BTC=4**30), {}, f"{USER}: total_value: {4**30} is not from 0"),
        ({}, holding(4**30, BTC=4**30), f"{BATCH}: total_value: {4**30} is not from 0"),
        (holding(0), holding(5, BTC=-5, ETH=10), f"{BATCH}: a batch's sum is negative"),
        (holding(7, BTC=7), holding(6, BTC=6), "7 is more than the 6 of the whole batch"),
        ({"user_id": "00" * 32}, {}, "user_id: an entry that fills up a batch"),
        (holding(7, BTC=6), {}, "total_value: 7, but the coins add up to 6"),
        (holding(0, BTC=PRIME // 2 + 1, ETH=-(PRIME // 2) - 1), {}, "BTC: .* is beyond half the field's prime"),
        ({"merkle_path": []}, {}, f"{USER}: merkle_path: 0 hashes, not 1 to 24"),
        ({}, {"merkle_path": ["22" * 32] * 25}, f"{BATCH}: merkle_path: 25 hashes, not 1 to 24"),
        ({"user_index": 10**6}, {}, r"merkle_path: the tree has \d+ leaves, the leaf would be number 5120"),
    ],
    ids=str,
)
def test_a_file_that_breaks_one_rule_alone_is_refused_by_it(
    user: dict[str, Any], batch: dict[str, Any], rule: str
) -> None:
    with pytest.raises(ProofError, match=rule):
        read_inclusion(held("inclusion_proof.json", fitting(user, batch)))


@pytest.fixture(autouse=True)
def _little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "WORK_BITS", 4)


@cache
def made() -> Report:
    """An honest report of two batches."""
    first, second = prove(CONFIG, [User(1, (5, 6))], 16), prove(CONFIG, [User(2, (7, 8))], 32)
    trunk = prove(CONFIG, [batch_user(first), batch_user(second)], TRUNK_ROWS)
    return Report(CONFIG, {"a0": first, "b0": second}, trunk)


def judge(report: Report, inclusion: dict[str, Any], *without: str) -> None:
    files = {**report.documents(), "inclusion_proof.json": inclusion}
    kept = {name: data for name, data in files.items() if not any(part in name for part in without)}
    SCHEME.verify(all_held(kept), Expected(), InProcess())


def test_a_file_that_fits_by_itself_must_be_of_the_report() -> None:
    honest = made().inclusion("b0", 0)
    judge(made(), honest)
    judge(made(), honest, "trunk")
    doubled = {**honest[USER], "uts": 16, "user_index": 2}  # the same row of the table, counted in other steps
    with pytest.raises(ProofError, match="uts: 16, but the batch has 32 rows per user"):
        judge(made(), {**honest, USER: doubled})
    with pytest.raises(ProofError, match="batch_mtree_root: no batch here has the root"):
        judge(made(), honest, "trunk", "b0/")
    with pytest.raises(ProofError, match="batch_index: 2, but there are 2 batches"):
        judge(made(), fitting({"batch_index": 2}, {}, honest))  # an entry that only fills the trunk up


def test_a_batch_shown_with_other_sums_than_the_published_ones_is_refused() -> None:
    first, second = made().batches.values()
    other = User(int.from_bytes(second.root), (6, 9))
    trunk = prove(CONFIG, [batch_user(first), batch_user(second)], TRUNK_ROWS, shown={1: other})
    told = Report(CONFIG, made().batches, trunk)
    with pytest.raises(ProofError, match="the amounts are not the sums published for the batch b0"):
        judge(told, told.inclusion("b0", 0))


def test_a_batch_that_the_trunk_names_by_another_root_is_refused() -> None:
    first, second = made().batches.values()
    other = User(int.from_bytes(first.root), second.totals)
    trunk = prove(CONFIG, [batch_user(first), batch_user(second)], TRUNK_ROWS, shown={1: other})
    told = Report(CONFIG, made().batches, trunk)
    inclusion = told.inclusion("b0", 0)
    inclusion[USER] = {**told.inclusion("a0", 0)[USER], "batch_index": 1}
    inclusion[BATCH]["batch_id"] = first.root.hex()
    with pytest.raises(ProofError, match=r"batch_mtree_root: .* but b0 was published with"):
        judge(told, inclusion)
    both = {"a_inclusion_proof.json": told.inclusion("a0", 0), "b_inclusion_proof.json": made().inclusion("a0", 0)}
    with pytest.raises(ProofError, match="two trunks, so the inclusion files are of two reports"):
        SCHEME.verify(all_held(both), Expected(), InProcess())


def test_paths_that_disagree_or_lead_elsewhere_are_refused() -> None:
    leaves = [bytes([i]) * 32 for i in range(4)]
    pairs = [keccak(leaves[0] + leaves[1]), keccak(leaves[2] + leaves[3])]
    root = keccak(pairs[0] + pairs[1])
    first, second = (leaves[0], leaves[1], pairs[1]), (leaves[2], leaves[3], pairs[0])
    check_paths(root, 4, [0, 2], [first, second], "here")
    with pytest.raises(ProofError, match="two paths disagree about the node 3"):
        check_paths(root, 4, [0, 0], [first, (leaves[0], leaves[1], pairs[0])], "here")
    with pytest.raises(ProofError, match="node 3 of the tree is not the hash of its children"):
        check_paths(root, 4, [0, 2], [(leaves[0], leaves[1], bytes(32)), (leaves[2], leaves[3], b"")], "here")
    with pytest.raises(ProofError, match="the paths lead to"):
        check_paths(bytes(32), 4, [0], [first], "here")
