"""What the leaves of proofs mean, by an answer of geth and by tries that another implementation built."""

import json
from pathlib import Path
from typing import Any

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st
from trie.hexary import HexaryTrie

from monitor.chains.evm.proofs import verifying
from monitor.chains.evm.proofs.account import ABSENT, NO_CODE, account, word
from monitor.chains.evm.proofs.trie import EMPTY_ROOT, StateProofError, Trie, keccak
from monitor.chains.evm.proofs.verifying import StateContradictionError

GETH: dict[str, Any] = json.loads(Path("tests/data/chains/evm.json").read_text(encoding="utf-8"))["proof"]["answer"]
ROOT = keccak(bytes.fromhex(GETH["accountProof"][0][2:]))
ADDRESS = "0x" + "aa" * 20
PLACE = (7).to_bytes(32, "big")


def with_leaf(key: bytes, leaf: bytes) -> tuple[Trie, list[str]]:
    """A trie in which ``leaf`` stands alone, and its proof."""
    oracle = HexaryTrie({})
    oracle[keccak(key)] = leaf
    return Trie(oracle.root_hash), ["0x" + rlp.encode(oracle.root_node.raw).hex()]


def test_what_geth_proves_is_what_it_tells() -> None:
    state = verifying.state(Trie(ROOT), GETH["address"], GETH)
    assert (state.balance, "0x" + state.code_hash.hex()) == (1, GETH["codeHash"])
    assert "0x" + state.storage_root.hex() == GETH["storageHash"]
    place = (1).to_bytes(32, "big")
    assert verifying.words(Trie(state.storage_root), {ADDRESS: place}, GETH) == {ADDRESS: 0}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"balance": "0x2"}, StateContradictionError),
        ({"balance": "0x"}, ValueError),
        ({"balance": None}, ValueError),
        ({"accountProof": None}, ValueError),
        ({"accountProof": []}, ValueError),
    ],
)
def test_an_answer_that_contradicts_its_proof_or_is_none_is_refused(
    change: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error, match=GETH["address"]):
        verifying.state(Trie(ROOT), GETH["address"], GETH | change)


@pytest.mark.parametrize(
    "proofs", [[], [None], [{"value": "0x0"}], [{"proof": [], "value": "0x1"}], [{"proof": [], "value": "0x0"}] * 2]
)
def test_storage_proofs_that_are_not_those_of_the_places_are_refused(proofs: list[object]) -> None:
    with pytest.raises((ValueError, StateContradictionError)):
        verifying.words(Trie(EMPTY_ROOT), {ADDRESS: PLACE}, {"storageProof": proofs})


@given(st.integers(0, 2**256 - 1), st.integers(0, 2**64 - 1), st.binary(min_size=32, max_size=32))
def test_an_account_is_read_from_its_leaf(balance: int, nonce: int, root: bytes) -> None:
    trie, proof = with_leaf(bytes.fromhex(ADDRESS[2:]), rlp.encode([nonce, balance, root, NO_CODE]))
    state = account(trie, ADDRESS, proof)
    assert (state.balance, state.storage_root, state.code_hash) == (balance, root, NO_CODE)


@given(st.integers(1, 2**256 - 1))
def test_a_word_is_read_from_its_leaf(value: int) -> None:
    trie, proof = with_leaf(PLACE, rlp.encode(value))
    assert word(trie, PLACE, proof) == value


def test_who_is_in_no_trie_has_nothing() -> None:
    assert account(Trie(EMPTY_ROOT), ADDRESS, []) == ABSENT
    assert word(Trie(EMPTY_ROOT), PLACE, []) == 0


@pytest.mark.parametrize(
    "leaf",
    [
        rlp.encode([b"\1", b"\0\1", EMPTY_ROOT, NO_CODE]),
        rlp.encode([b"\0", b"\1", EMPTY_ROOT, NO_CODE]),
        rlp.encode([b"", b"\1" * 33, EMPTY_ROOT, NO_CODE]),
        rlp.encode([b"", b"", EMPTY_ROOT]),
        rlp.encode([b"", b"", EMPTY_ROOT, NO_CODE, b""]),
        rlp.encode([b"", [], EMPTY_ROOT, NO_CODE]),
        rlp.encode([b"", b"", EMPTY_ROOT[:31], NO_CODE]),
        rlp.encode([b"", b"", EMPTY_ROOT, b""]),
        rlp.encode(b"four"),
        b"\xc0" * 2 + bytes(40),
    ],
)
def test_a_leaf_that_is_no_account_is_refused(leaf: bytes) -> None:
    trie, proof = with_leaf(bytes.fromhex(ADDRESS[2:]), leaf)
    with pytest.raises(StateProofError, match="leaf"):
        account(trie, ADDRESS, proof)


@pytest.mark.parametrize(
    "leaf", [rlp.encode(b""), rlp.encode(b"\0\1"), rlp.encode(b"\1" * 33), rlp.encode([]), b"\x81\1"]
)
def test_a_leaf_that_is_no_word_is_refused(leaf: bytes) -> None:
    trie, proof = with_leaf(PLACE, leaf)
    with pytest.raises(StateProofError, match="leaf"):
        word(trie, PLACE, proof)
