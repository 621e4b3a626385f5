"""Proofs from tries that another implementation built."""

from collections.abc import Mapping

import pytest
import rlp
from hypothesis import example, given
from hypothesis import strategies as st
from trie.hexary import HexaryTrie

from monitor.chains.evm.proofs.trie import EMPTY_ROOT, StateProofError, Trie, keccak

Proof = list[str]

numbers = st.integers(0, 2**64 - 1)
short = st.dictionaries(st.binary(min_size=2, max_size=2), st.binary(min_size=1, max_size=40), min_size=1, max_size=40)
"""Short keys and values make what hashed keys hardly ever do: extensions, and nodes held within others."""


def built(content: Mapping[bytes, bytes]) -> HexaryTrie:
    trie = HexaryTrie({})
    for key, value in content.items():
        trie[key] = value
    return trie


def proof(trie: HexaryTrie, key: bytes) -> Proof:
    """As ``eth_getProof`` tells it: without the nodes that others hold."""
    encoded = [rlp.encode(node) for node in trie.get_proof(key)]  # type: ignore[no-untyped-call]
    return ["0x" + node.hex() for level, node in enumerate(encoded) if not level or len(node) >= 32]


def hashed(content: Mapping[int, int]) -> dict[bytes, bytes]:
    return {keccak(key.to_bytes(8, "big")): value.to_bytes(32, "big") for key, value in content.items()}


MANY = hashed({number: number**5 for number in range(700)})
LARGE = built(MANY)


@given(short, st.binary(min_size=2, max_size=2))
@example({b"\x12\x34": b"only"}, b"\x12\x35")
@example({b"\x12\x34": b"a", b"\x12\x35": b"b"}, b"\x13\x34")
@example({b"\x12\x34": bytes(33), b"\x92\x35": bytes(33)}, b"\x72\x00")
def test_what_is_in_a_trie_is_proven_and_what_is_not_is_proven_absent(content: dict[bytes, bytes], key: bytes) -> None:
    oracle = built(content)
    trie = Trie(oracle.root_hash)
    for each in (*content, key):
        assert trie.get(each, proof(oracle, each)) == content.get(each)


def test_nothing_is_in_an_empty_trie() -> None:
    assert HexaryTrie({}).root_hash == EMPTY_ROOT
    assert Trie(EMPTY_ROOT).get(bytes(32), []) is None
    assert Trie(EMPTY_ROOT).get(bytes(32), ["0x80"]) is None
    with pytest.raises(StateProofError):
        Trie(keccak(b"another")).get(bytes(32), [])


@given(st.data(), st.booleans())
def test_a_proof_with_any_byte_altered_is_refused(data: st.DataObject, known: bool) -> None:
    number = data.draw(st.integers(0, 900))  # those from 700 on are absent
    key = keccak(number.to_bytes(8, "big"))
    nodes = proof(LARGE, key)
    trie = Trie(LARGE.root_hash)
    if known:
        assert trie.get(key, nodes) == MANY.get(key)
    level = data.draw(st.integers(0, len(nodes) - 1))
    node = bytearray.fromhex(nodes[level][2:])
    node[data.draw(st.integers(0, len(node) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(StateProofError):
        trie.get(key, [*nodes[:level], "0x" + node.hex(), *nodes[level + 1 :]])
    assert trie.get(key, nodes) == MANY.get(key)


@given(st.data())
def test_every_byte_of_a_proof_with_nodes_held_in_others_counts(data: st.DataObject) -> None:
    content = data.draw(short)
    key = data.draw(st.one_of(st.sampled_from(sorted(content)), st.binary(min_size=2, max_size=2)))
    oracle = built(content)
    nodes = proof(oracle, key)
    level = data.draw(st.integers(0, len(nodes) - 1))
    node = bytearray.fromhex(nodes[level][2:])
    node[data.draw(st.integers(0, len(node) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(StateProofError):
        Trie(oracle.root_hash).get(key, [*nodes[:level], "0x" + node.hex(), *nodes[level + 1 :]])


@given(st.integers(0, 900), st.data())
def test_a_proof_with_nodes_too_few_too_many_or_in_another_order_is_refused(number: int, data: st.DataObject) -> None:
    key = keccak(number.to_bytes(8, "big"))
    nodes = proof(LARGE, key)
    other = proof(LARGE, keccak((number + 1).to_bytes(8, "big")))
    place = data.draw(st.integers(0, len(nodes) - 1))
    for altered in (
        nodes[:place] + nodes[place + 1 :],
        nodes[: place + 1] + nodes[place:],
        [*nodes, other[-1]],
        nodes[::-1],
        [],
    ):
        with pytest.raises(StateProofError):
            Trie(LARGE.root_hash).get(key, altered)


@given(st.integers(0, 900), st.integers(0, 900))
def test_the_proof_of_one_key_never_tells_the_value_of_another(one: int, other: int) -> None:
    key, wrong = (keccak(number.to_bytes(8, "big")) for number in (one, other))
    try:
        found = Trie(LARGE.root_hash).get(wrong, proof(LARGE, key))
    except StateProofError:
        return
    assert found == MANY.get(wrong)


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        ("0x8101", "short string"),
        ("0xc0", "neither leaf, extension nor branch"),
        ("0x" + rlp.encode([b"\x40", b"value"]).hex(), "hex-prefix"),
        ("0x" + rlp.encode([b"\x21", b"value"]).hex(), "hex-prefix"),
        ("0x" + rlp.encode([b"", b"value"]).hex(), "hex-prefix"),
        ("0x" + rlp.encode([b"\x20" + bytes(32), b""]).hex(), "no value"),
        ("0x" + rlp.encode([b"\x20" + bytes(32), [b"value"]]).hex(), "no value"),
        ("0x" + rlp.encode([b"\x10", b"no hash"]).hex(), "no hash"),
        ("0x" + rlp.encode([[b"\x20" + bytes(31), bytes(32)]] * 16 + [b""]).hex(), "stand alone"),
        ("0xfg", "not data"),
        (None, "not data"),
    ],
)
def test_a_node_that_no_trie_has_is_refused_though_its_hash_is_right(node: object, reason: str) -> None:
    root = keccak(bytes.fromhex(node[2:])) if isinstance(node, str) and node != "0xfg" else bytes(32)
    with pytest.raises(StateProofError, match=reason):
        Trie(root).get(bytes(32), [node])


def test_what_is_not_of_the_trie_is_not_even_decoded() -> None:
    deep = "0x" + "c1" * 100_000
    with pytest.raises(StateProofError, match="another hash"):
        Trie(bytes(32)).get(bytes(32), [deep])


def test_a_short_node_is_held_by_its_parent_and_never_alone() -> None:
    leaf = rlp.encode([b"\x31", b"v"])
    branch = rlp.encode([keccak(leaf)] + [b""] * 16)
    nodes = ["0x" + branch.hex(), "0x" + leaf.hex()]
    with pytest.raises(StateProofError, match="too short"):
        Trie(keccak(branch)).get(b"\x01", nodes)
