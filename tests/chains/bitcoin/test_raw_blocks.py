"""A whole block proves itself: what is left out, told twice or altered makes it another one."""

import hashlib
from collections.abc import Callable

import pytest
from bitcoin.core import (
    CBlock,
    CMutableTransaction,
    CMutableTxIn,
    CMutableTxOut,
    COutPoint,
    CTransaction,
    CTxInWitness,
    CTxWitness,
)
from bitcoin.core.script import CScript, CScriptWitness
from btclib.hashes import hash160

from monitor.chains.bitcoin.raw_blocks import raw_block, scripts_shown, shows_spending

KEY = bytes([2]) + bytes(range(32))
REDEEM = bytes([0x51, 0x21]) + KEY + bytes([0x51, 0xAE])
TO_KEY = b"\x76\xa9\x14" + hash160(KEY) + b"\x88\xac"
TO_SCRIPT = b"\xa9\x14" + hash160(REDEEM) + b"\x87"
TO_WITNESS_KEY = b"\x00\x14" + hash160(KEY)
TO_WITNESS_SCRIPT = b"\x00\x20" + hashlib.sha256(REDEEM).digest()
NESTED = b"\xa9\x14" + hash160(TO_WITNESS_KEY) + b"\x87"
SIGNATURE = b"\x30" * 71


def spending(number: int, script: bytes = b"", witness: tuple[bytes, ...] = ()) -> CTransaction:
    source = CMutableTxIn(COutPoint(bytes([number]) * 32, number), CScript(script))
    transaction = CMutableTransaction([source], [CMutableTxOut(1000 + number, CScript(TO_KEY))], nVersion=2)
    if witness:
        transaction.wit = CTxWitness([CTxInWitness(CScriptWitness(witness))])
    return CTransaction.from_tx(transaction)


def block(*transactions: CTransaction, commits: bool = True) -> CBlock:
    """A block with a first transaction that commits to the witnesses."""
    hashes = [bytes(32), *(each.GetHash() for each in transactions)]
    root = CBlock.build_merkle_tree_from_txids(hashes)[-1]
    commitment = hashlib.sha256(hashlib.sha256(root + bytes(32)).digest()).digest()
    outputs = [CMutableTxOut(50, CScript(TO_SCRIPT))]
    if commits:
        outputs.append(CMutableTxOut(0, CScript(bytes.fromhex("6a24aa21a9ed") + commitment)))
    first = CMutableTransaction([CMutableTxIn(scriptSig=CScript(b"\x01\x07\x21" + KEY))], outputs)
    if commits:
        first.wit = CTxWitness([CTxInWitness(CScriptWitness([bytes(32)]))])
    return CBlock(2, b"\x11" * 32, nTime=1_700_000_000, vtx=[CTransaction.from_tx(first), *transactions])


TRANSACTIONS = (
    spending(1, bytes([len(SIGNATURE)]) + SIGNATURE + b"\x21" + KEY),
    spending(2, witness=(SIGNATURE, KEY)),
    spending(3, b"\x16" + TO_WITNESS_KEY, (SIGNATURE, KEY)),
    spending(4, witness=(b"", SIGNATURE, REDEEM)),
    spending(5, b"\x00" + bytes([len(SIGNATURE)]) + SIGNATURE + bytes([len(REDEEM)]) + REDEEM),
    spending(6, witness=(b"\x07" * 64,)),
)


def name(of: CBlock) -> str:
    hashed: bytes = of.GetHash()
    return hashed[::-1].hex()


def test_a_block_tells_what_it_makes_and_who_may_have_spent() -> None:
    whole = block(*TRANSACTIONS)
    read = raw_block(whole.serialize(), name(whole))
    assert read.parent == "11" * 32
    assert int(read.timestamp.timestamp()) == 1_700_000_000
    assert [each.txid for each in read.transactions] == [each.GetTxid()[::-1].hex() for each in whole.vtx]
    assert read.transactions[0].made[0] == (TO_SCRIPT, 50)
    assert [each.spent for each in read.transactions[1:]] == [((f"{n:02x}" * 32, n),) for n in range(1, 7)]
    spent_from = (TO_KEY, TO_WITNESS_KEY, NESTED, TO_WITNESS_SCRIPT, TO_SCRIPT)
    for transaction, script in zip(read.transactions[1:], spent_from, strict=False):
        assert script in transaction.shown


def test_blocks_without_witnesses_need_no_commitment() -> None:
    old = block(TRANSACTIONS[0], commits=False)
    assert len(raw_block(old.serialize(), name(old)).transactions) == 2
    unfounded = block(TRANSACTIONS[1], commits=False)
    with pytest.raises(ValueError, match="does not commit"):
        raw_block(unfounded.serialize(), name(unfounded))


def _with(whole: CBlock, transactions: list[CTransaction]) -> bytes:
    """The header of ``whole`` before other transactions."""
    count = bytes([len(transactions)])
    raw: bytes = whole.serialize()[:80] + count + b"".join(each.serialize() for each in transactions)
    return raw


def _stripped(transaction: CTransaction) -> CTransaction:
    return CTransaction(transaction.vin, transaction.vout, transaction.nLockTime, transaction.nVersion)


@pytest.mark.parametrize(
    "alter",
    [
        lambda whole: _with(whole, list(whole.vtx[:-1])),
        lambda whole: _with(whole, [*whole.vtx, whole.vtx[-1]]),  # of seven: the root stays the same (CVE-2012-2459)
        lambda whole: _with(whole, [*whole.vtx[:2], whole.vtx[3], whole.vtx[2], *whole.vtx[4:]]),
        lambda whole: _with(whole, [whole.vtx[0], *map(_stripped, whole.vtx[1:])]),
        lambda whole: _with(whole, [*map(_stripped, whole.vtx)]),
        lambda whole: _with(whole, [*whole.vtx[:-1], spending(6, witness=(b"\x08" * 64,))]),
        lambda whole: whole.serialize()[:-1],
        lambda whole: whole.serialize()[:90],
        lambda whole: whole.serialize()[:40],
        lambda whole: b"<html>",
        lambda whole: b"",
        lambda whole: block(*TRANSACTIONS[:3]).serialize(),
    ],
)
def test_what_is_not_the_whole_block_is_refused(alter: Callable[[CBlock], bytes]) -> None:
    whole = block(*TRANSACTIONS)
    with pytest.raises((ValueError, IndexError)):
        raw_block(alter(whole), name(whole))


def test_of_each_account_form_it_is_known_whether_spending_shows() -> None:
    for script in (TO_KEY, TO_SCRIPT, TO_WITNESS_KEY, TO_WITNESS_SCRIPT, b"\xaa\x20" + bytes(32) + b"\x87"):
        assert shows_spending(script)
    for script in (b"\x51\x20" + bytes(32), b"\x52\x20" + bytes(32), b"", b"\x21" + KEY + b"\xac", TO_KEY + b"\x00"):
        assert not shows_spending(script)


def test_a_script_that_cannot_be_read_to_its_end_shows_what_stands_before() -> None:
    assert TO_KEY in set(scripts_shown(b"\x21" + KEY + b"\x4c\xff\x00", ()))
    assert TO_KEY in set(scripts_shown(b"\x51\x21" + KEY + b"\x61", ())), "other operations hide no key"
