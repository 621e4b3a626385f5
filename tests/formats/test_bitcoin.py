"""Bitcoin's serialisation: what is read has one spelling, and scripts are what python-bitcoinlib and btclib write."""

import bitcoin as library
import pytest
from bitcoin.core import COutPoint, CTransaction, CTxIn, CTxInWitness, CTxOut, CTxWitness
from bitcoin.core.script import (
    OP_CHECKSIG,
    OP_DUP,
    OP_EQUAL,
    OP_EQUALVERIFY,
    OP_HASH160,
    OP_HASH256,
    CScript,
    CScriptWitness,
)
from btclib.var_int import serialize as compact_size
from hypothesis import given
from hypothesis import strategies as st

from monitor.formats import bitcoin

SCRIPT = bytes.fromhex("76a914" + "11" * 20 + "88ac")
NUMBERS = [0, 1, 0xFC, 0xFD, 0xFFFF, 0x10000]
WIDTHS = ((0xFD, 2), (0xFE, 4), (0xFF, 8))
"""The byte before a longer length, and how many bytes that has."""

items = st.lists(st.binary(max_size=80), max_size=4)


def witnessed(stack: list[bytes], script: bytes = b"") -> CTransaction:
    witness = CTxWitness([CTxInWitness(CScriptWitness(stack))]) if stack else CTxWitness()
    spent = CTxIn(COutPoint(b"\x07" * 32, 1), CScript(script), 5)
    return CTransaction([spent], [CTxOut(9, CScript(SCRIPT))], 3, 2, witness)


def respelt(raw: bytes, at: int) -> list[bytes]:
    """``raw`` with the one-byte length at ``at`` in each longer spelling."""
    return [raw[:at] + bytes((first,)) + raw[at].to_bytes(width, "little") + raw[at + 1 :] for first, width in WIDTHS]


@pytest.mark.parametrize("length", NUMBERS)
def test_bytes_are_written_behind_the_shortest_length(length: int) -> None:
    assert bitcoin.sized(bytes(length)) == compact_size(length) + bytes(length)


@given(items)
def test_a_witness_stack_is_read_as_it_was_written(stack: list[bytes]) -> None:
    raw = bytes((len(stack),)) + b"".join(bitcoin.sized(item) for item in stack)
    assert bitcoin.witness(raw) == tuple(stack)
    for wrong in (raw + b"\0", raw[:-1], *respelt(raw, 0)):
        with pytest.raises(ValueError, match=r"ends too early|longer spelling|after its end"):
            bitcoin.witness(wrong)


@given(items, st.binary(max_size=80))
def test_a_transaction_is_read_as_it_was_written_and_in_no_other_spelling(stack: list[bytes], script: bytes) -> None:
    made = witnessed(stack, script)
    raw = made.serialize()
    assert bitcoin.transaction(raw) == made
    inputs = 6 if stack else 4
    for wrong in (raw + b"\0", raw[:-1], *respelt(raw, inputs), *respelt(raw, inputs + 1 + 36)):
        with pytest.raises(ValueError, match=r"ends too early|longer spelling|after its end"):
            bitcoin.transaction(wrong)


def test_a_transaction_that_says_it_has_witnesses_has_one() -> None:
    raw = witnessed([]).serialize()
    with pytest.raises(ValueError, match="no witness where it says so"):
        bitcoin.transaction(raw[:4] + b"\0\1" + raw[4:-4] + b"\0" + raw[-4:])


@given(st.binary(max_size=300))
def test_rubbish_is_read_exactly_or_refused(raw: bytes) -> None:
    try:
        assert bitcoin.transaction(raw).serialize() == raw
    except ValueError as refusal:
        assert str(refusal)  # noqa: PT017 - either is right


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (bitcoin.key_hash_script(b"h" * 20), [OP_DUP, OP_HASH160, b"h" * 20, OP_EQUALVERIFY, OP_CHECKSIG]),
        (bitcoin.script_hash_script(b"h" * 20), [OP_HASH160, b"h" * 20, OP_EQUAL]),
        (bitcoin.script_hash_script(b"h" * 32), [OP_HASH256, b"h" * 32, OP_EQUAL]),
        (bitcoin.witness_script(0, b"p" * 32), [0, b"p" * 32]),
        (bitcoin.witness_script(1, b"p" * 32), [1, b"p" * 32]),
        (bitcoin.witness_script(16, b"pp"), [16, b"pp"]),
    ],
)
def test_the_scripts_of_addresses_are_those_of_the_library(written: bytes, expected: list[bytes | int]) -> None:
    assert written == CScript(expected)


@given(st.lists(st.binary(max_size=600), max_size=5))
def test_minimal_pushes_are_read_and_no_others(pushed: list[bytes]) -> None:
    script = bytes(CScript(pushed))
    assert bitcoin.pushes(script) == pushed
    with pytest.raises(ValueError, match="something else than minimal data pushes"):
        bitcoin.pushes(script + b"\x51")
    with pytest.raises(ValueError, match="something else than minimal data pushes"):
        bitcoin.pushes(script + b"\x4c\x01x")
    with pytest.raises(ValueError, match="is cut short"):
        bitcoin.pushes(script + b"\x05abcd")


@pytest.mark.parametrize(
    "token",
    [
        b"\xef" + b"\xaa" * 32 + b"\x20",
        b"\xef" + b"\xaa" * 32 + b"\x62" + b"\x03abc",
        b"\xef" + b"\xaa" * 32 + b"\x10" + b"\xfd\xff\x00",
        b"\xef" + b"\xaa" * 32 + b"\x70" + b"\x01z" + b"\xff" + b"\x01" * 8,
    ],
)
def test_a_token_before_a_script_is_passed_over(token: bytes) -> None:
    assert bitcoin.without_token(token + SCRIPT) == SCRIPT
    assert bitcoin.without_token(SCRIPT) == SCRIPT


@given(st.binary(max_size=60).map(lambda rest: b"\xef" + rest) | st.binary(max_size=60))
def test_what_only_begins_like_a_token_stays_as_it_is_or_loses_its_beginning(script: bytes) -> None:
    assert script.endswith(bitcoin.without_token(script))


def test_nothing_depends_on_the_network_that_the_library_was_told() -> None:
    raw = witnessed([b"a"]).serialize()
    before = bitcoin.transaction(raw).GetTxid()
    library.SelectParams("regtest")
    try:
        assert bitcoin.transaction(raw).GetTxid() == before
    finally:
        library.SelectParams("mainnet")
