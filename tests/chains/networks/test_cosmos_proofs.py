"""Proofs of ICS-23 and headers of CometBFT: real ones are verified, and whatever is altered in one is refused."""

import copy
import json
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains.cosmos import ics23
from monitor.chains.cosmos.headers import header_of
from monitor.chains.cosmos.proofs import proven_value
from monitor.chains.protobuf import Message, always, field
from tests.support.networks import cosmos_trees


def _absent(proof: Any) -> Message:
    return Message(Message(b64decode(proof[2]["ops"][0]["data"])).bytes(2))


DATA = json.loads((Path(__file__).parents[2] / "data" / "chains" / "cosmos.json").read_text())
ROOT = b64decode(DATA["app_hash"])
PROOFS: list[tuple[bytes, bytes | None, Any]] = [
    (b64decode(each["key"]), b64decode(each["value"]) if each["value"] else None, each["proofOps"])
    for each in DATA["proofs"]
]
THERE = next(each for each in PROOFS if each[1] is not None)
BETWEEN = next(each for each in PROOFS if each[1] is None and 2 in _absent(each) and 3 in _absent(each))
KEYS = st.sets(st.binary(min_size=1, max_size=4), min_size=1, max_size=20)


# --- real ones ---


@pytest.mark.parametrize(("key", "value", "operations"), PROOFS, ids=range(len(PROOFS)))
def test_what_the_sdks_own_store_proves_is_proven(key: bytes, value: bytes | None, operations: Any) -> None:
    assert proven_value(operations, b"bank", key, ROOT) == value


def test_some_of_them_are_absent_on_every_side() -> None:
    sides = {(2 in _absent(each), 3 in _absent(each)) for each in PROOFS if each[1] is None}
    assert sides == {(True, True), (True, False), (False, True)}


def test_what_a_node_of_wasmd_proved_is_proven() -> None:
    recorded = DATA["recorded"]
    key, (_, outer) = b64decode(recorded["key"]), recorded["proofOps"]["ops"]
    _, root = ics23.root_of(ics23.SIMPLE, b64decode(outer["data"]), b"bank")
    assert proven_value(recorded["proofOps"], b"bank", key, root) == b"400000000"


@pytest.mark.parametrize("recorded", DATA["headers"], ids=["usual", "first"])
def test_a_header_makes_the_hash_that_cometbft_makes_of_it(recorded: Any) -> None:
    assert header_of(recorded["header"]).hash == recorded["hash"]


# --- altered ones ---


@pytest.mark.parametrize("proof", [THERE, BETWEEN], ids=["there", "absent"])
@pytest.mark.parametrize("operation", [0, 1])
def test_a_proof_with_any_bit_altered_proves_nothing(proof: Any, operation: int) -> None:
    key, _, operations = proof
    data = b64decode(operations["ops"][operation]["data"])
    for place in range(len(data)):
        for bit in range(8):
            altered = bytearray(data)
            altered[place] ^= 1 << bit
            with pytest.raises((ValueError, TypeError, LookupError)):
                proven_value(_with(operations, operation, bytes(altered)), b"bank", key, ROOT)


@pytest.mark.parametrize("proof", [THERE, BETWEEN], ids=["there", "absent"])
def test_a_proof_proves_nothing_of_another_key_store_or_state(proof: Any) -> None:
    key, _, operations = proof
    for store, asked, root in (
        (b"bank", key + b"\0", ROOT),
        (b"bank", key[:-1], ROOT),
        (b"acc", key, ROOT),
        (b"bank", key, bytes(32)),
        (b"bank", key, b""),
    ):
        with pytest.raises(ValueError, match=r"of|root"):
            proven_value(operations, store, asked, root)


@pytest.mark.parametrize(
    "operations",
    [
        None,
        {},
        {"ops": []},
        {"ops": THERE[2]["ops"][:1]},
        {"ops": THERE[2]["ops"][::-1]},
        {"ops": [*THERE[2]["ops"], THERE[2]["ops"][1]]},
        {"ops": [{**THERE[2]["ops"][0], "type": "ics23:smt"}, THERE[2]["ops"][1]]},
        {"ops": [{**THERE[2]["ops"][0], "data": None}, THERE[2]["ops"][1]]},
        {"ops": [{**THERE[2]["ops"][0], "data": "?"}, THERE[2]["ops"][1]]},
    ],
    ids=range(9),
)
def test_what_is_not_the_two_proofs_is_none(operations: Any) -> None:
    with pytest.raises((ValueError, TypeError, LookupError)):
        proven_value(operations, b"bank", THERE[0], ROOT)


def test_a_proof_of_another_kind_of_hashing_is_none() -> None:
    """Each parameter that ICS-23 leaves to the proof, and that this tree does not: all of these hash to something."""
    leaves = [(b"a", b"1"), (b"b", b"2"), (b"c", b"3")]
    root, proof = cosmos_trees.root(cosmos_trees.IAVL, leaves), cosmos_trees.proof(cosmos_trees.IAVL, leaves, b"b")
    assert ics23.value_at(ics23.IAVL, proof, b"b", root) == b"2"
    with pytest.raises(ics23.NoProofError, match="hashed otherwise"):
        ics23.value_at(ics23.SIMPLE, proof, b"b", root)
    simple = cosmos_trees.proof(cosmos_trees.SIMPLE, leaves, b"b")
    with pytest.raises(ics23.NoProofError, match=r"cut off|hashed otherwise"):
        ics23.value_at(ics23.IAVL, simple, b"b", cosmos_trees.root(cosmos_trees.SIMPLE, leaves))
    for kind in (3, 4):  # a batch, a compressed one
        with pytest.raises(ics23.NoProofError):
            ics23.value_at(ics23.IAVL, always(kind, Message(proof).bytes(1)), b"b", root)


def test_a_node_of_the_tree_is_not_taken_for_a_leaf() -> None:
    """It reads as one whose key is the hash of its left child, and whose value is what makes that of the right one."""
    leaves = [(b"a", b"1"), (b"c", b"3")]
    left = cosmos_trees.root(cosmos_trees.IAVL, leaves[:1])
    right = cosmos_trees.IAVL.leaf + b"\x01c\x20" + sha256(b"3").digest()
    leaf = field(1, 1) + field(3, 1) + field(4, 1) + field(5, cosmos_trees.IAVL.inner(1, 2))
    proof = always(1, field(1, left) + field(2, right) + always(3, leaf))
    with pytest.raises(ics23.NoProofError, match="hashed otherwise"):
        ics23.value_at(ics23.IAVL, proof, left, cosmos_trees.root(cosmos_trees.IAVL, leaves))


class Flat(cosmos_trees.Form):
    """A tree in which all nodes say that they are leaves."""

    def inner(self, height: int, size: int) -> bytes:
        return super().inner(0 * height, size)


def test_a_node_above_others_must_say_so() -> None:
    leaves, form = [(b"a", b"1"), (b"c", b"3")], Flat(*cosmos_trees.IAVL)
    with pytest.raises(ics23.NoProofError, match="no node of this tree"):
        ics23.value_at(ics23.IAVL, cosmos_trees.proof(form, leaves, b"a"), b"a", cosmos_trees.root(form, leaves))


def test_a_header_with_any_field_altered_makes_another_hash() -> None:
    header, hash_ = DATA["headers"][0]["header"], DATA["headers"][0]["hash"]
    for path in _leaves(header):
        altered = copy.deepcopy(header)
        place = altered
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = _other(place[path[-1]])
        assert header_of(altered).hash != hash_, path


@pytest.mark.parametrize("value", [None, "", 7, "2026-11-29", "2026-11-29T18:52:04+00:00", "2026-13-29T18:52:04Z"])
def test_a_header_without_a_time_is_none(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        header_of({**DATA["headers"][0]["header"], "time": value})


# --- any tree ---


@given(KEYS, st.binary(min_size=1, max_size=4), st.sampled_from(["IAVL", "SIMPLE"]))
def test_what_is_in_a_tree_is_proven_and_what_is_not_is_proven_to_be_absent(
    keys: set[bytes], key: bytes, name: str
) -> None:
    form, tree = getattr(cosmos_trees, name), getattr(ics23, name)
    leaves = [(each, b"value of " + each) for each in sorted(keys)]
    proof, root = cosmos_trees.proof(form, leaves, key), cosmos_trees.root(form, leaves)
    assert ics23.value_at(tree, proof, key, root) == (b"value of " + key if key in keys else None)


@given(KEYS, st.data())
def test_neighbours_with_something_between_them_prove_no_absence(keys: set[bytes], data: st.DataObject) -> None:
    """Whatever two leaves of the tree are shown for what is there: it is there."""
    leaves = [(each, b"1") for each in sorted(keys)]
    key = data.draw(st.sampled_from(sorted(keys)))
    shown = [b"", *(cosmos_trees.exists(cosmos_trees.IAVL, leaves, place) for place in range(len(leaves)))]
    left, right = data.draw(st.sampled_from(shown)), data.draw(st.sampled_from(shown))
    claimed = always(2, field(1, key) + field(2, left) + field(3, right))
    with pytest.raises(ics23.NoProofError):
        ics23.value_at(ics23.IAVL, claimed, key, cosmos_trees.root(cosmos_trees.IAVL, leaves))


@given(st.binary(max_size=60))
def test_rubbish_is_no_proof(data: bytes) -> None:
    with pytest.raises(ics23.NoProofError):
        ics23.value_at(ics23.IAVL, data, b"key", ROOT)


@given(st.integers(0, 2**64 - 1), st.binary(max_size=20))
def test_messages_are_read_as_they_are_written(number: int, data: bytes) -> None:
    message = Message(always(1, number) + always(2, data) + always(2, b"") + field(300, 7))
    assert (message.number(1), message.all(2), message.number(300)) == (number, [data, b""], 7)


@pytest.mark.parametrize(
    "data", [b"\x08", b"\x08" + b"\xff" * 10, b"\x0a\x05abc", b"\x0b", b"\x00\x01", b"\x08" + b"\xff" * 9 + b"\x7f"]
)
def test_what_is_cut_off_is_no_message(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"cut off|64 bits|number 0"):
        Message(data)


def _with(operations: Any, place: int, data: bytes) -> Any:
    altered = copy.deepcopy(operations)
    altered["ops"][place]["data"] = b64encode(data).decode()
    return altered


def _leaves(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(value, dict):
        return [path]
    return [found for name, each in value.items() for found in _leaves(each, (*path, name))]


def _other(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    digit = len(value) - 2 if len(value) > 1 else 0
    return value[:digit] + ("1" if value[digit] != "1" else "2") + value[digit + 1 :]
