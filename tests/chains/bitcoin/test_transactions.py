"""Raw transactions, against python-bitcoinlib's own serialisation of Bitcoin's, and by hand for its kin."""

import hashlib

import pytest
from bitcoin.core import (
    COutPoint,
    CScript,
    CTransaction,
    CTxIn,
    CTxInWitness,
    CTxOut,
    CTxWitness,
    b2lx,
)
from bitcoin.core.script import CScriptWitness
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains.bitcoin.transactions import transaction

SCRIPT = bytes.fromhex("76a914" + "11" * 20 + "88ac")

outpoints = st.tuples(st.binary(min_size=32, max_size=32), st.integers(0, 2**32 - 1))
outputs = st.tuples(st.integers(0, 2**63 - 1), st.binary(max_size=300))


@st.composite
def transactions(draw: st.DrawFn) -> CTransaction:
    spent = draw(st.lists(outpoints, min_size=1, max_size=4))
    made = draw(st.lists(outputs, max_size=4))
    inputs = [CTxIn(COutPoint(*each), CScript(draw(st.binary(max_size=300)))) for each in spent]
    witnesses = [CTxInWitness(CScriptWitness(draw(st.lists(st.binary(max_size=80), max_size=3)))) for _ in spent]
    witness = CTxWitness(witnesses) if draw(st.booleans()) else CTxWitness()
    return CTransaction(inputs, [CTxOut(amount, CScript(script)) for amount, script in made], 7, 2, witness)


def txid(raw: bytes) -> str:
    return hashlib.sha256(hashlib.sha256(raw).digest()).digest()[::-1].hex()


@given(transactions())
def test_every_transaction_is_read_as_it_was_made_with_and_without_witness(made: CTransaction) -> None:
    found = transaction(made.serialize(), b2lx(made.GetTxid()))
    assert found.spent == tuple((b2lx(each.prevout.hash), each.prevout.n) for each in made.vin)
    assert found.made == tuple((bytes(each.scriptPubKey), each.nValue) for each in made.vout)


@given(transactions(), st.data())
def test_a_transaction_with_any_byte_altered_before_its_witness_is_another(
    made: CTransaction, data: st.DataObject
) -> None:
    raw, name = bytearray(made.serialize()), b2lx(made.GetTxid())
    bare = CTransaction(made.vin, made.vout, made.nLockTime, made.nVersion).serialize()
    if raw != bare:
        raw = bytearray(bare)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match="transaction"):
        transaction(bytes(raw), name)


@given(st.binary(max_size=400))
def test_rubbish_is_no_transaction(raw: bytes) -> None:
    with pytest.raises(ValueError, match="transaction"):
        transaction(raw, "ab" * 32)


@given(st.binary(max_size=200))
def test_rubbish_with_its_own_id_is_read_or_refused_and_nothing_else(raw: bytes) -> None:
    try:
        transaction(raw, txid(raw))
    except ValueError as refusal:
        assert "transaction" in str(refusal)  # noqa: PT017 - either is right


def _body(amount: int = 5) -> bytes:
    made = amount.to_bytes(8, "little") + bytes([len(SCRIPT)]) + SCRIPT
    return b"\x01" + b"\x07" * 32 + b"\x01\0\0\0" + b"\0" + b"\xff" * 4 + b"\x01" + made


def test_litecoins_extension_block_is_no_part_of_the_id() -> None:
    """That of the transaction that moves coins into it: flag 8, and an empty extension before the lock time."""
    bare = b"\x02\0\0\0" + _body() + b"\x09\0\0\0"
    raw = b"\x02\0\0\0" + b"\x00\x08" + _body() + b"\x00" + b"\x09\0\0\0"
    assert transaction(raw, txid(bare)).made == ((SCRIPT, 5),)
    with pytest.raises(ValueError, match="transaction"):
        transaction(raw[:4] + b"\x00\x00" + raw[6:], txid(bare))


def test_dashs_payload_is_part_of_the_id() -> None:
    """Special transactions (DIP 2): the type in the upper half of the version, a payload behind the lock time."""
    raw = b"\x03\0\x05\0" + _body() + bytes(4) + b"\x03abc"
    assert transaction(raw, txid(raw)).spent == (("07" * 32, 1),)


def test_dashs_transactions_without_inputs_are_not_taken_for_such_with_witness() -> None:
    """Asset unlocks (DIP 27) spend nothing: their bytes begin like a witness transaction's."""
    made = (9).to_bytes(8, "little") + bytes([len(SCRIPT)]) + SCRIPT
    raw = b"\x03\0\x09\0" + b"\x00" + b"\x01" + made + bytes(4) + b"\x03abc"
    assert transaction(raw, txid(raw)) == ((), ((SCRIPT, 9),))
