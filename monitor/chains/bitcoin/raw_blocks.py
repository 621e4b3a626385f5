"""Whole blocks as nodes hand them on: proven by their own hash, and which accounts each transaction may spend from.

A block's header makes its hash, the tree over all transaction ids the root in that header, and the tree over all
transactions with their witnesses the commitment in the first one (BIP 141). So nothing can be left out, repeated or
altered by whoever hands the block on.

A block does not tell which outputs its inputs spend. But whoever spends must show what the output's script is the hash
of: the key of P2PKH and P2WPKH, the script of P2SH and P2WSH. Only taproot's key path shows nothing.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from monitor.chains.bitcoin.transactions import Output
from monitor.formats import bitcoin

_HEADER = 80
_KEY_LENGTHS = frozenset({33, 65})
_COMMITMENT = bytes.fromhex("6a24aa21a9ed")
"""How the output of the first transaction begins that commits to all witnesses; the last such one counts."""
_SHOWN = (
    re.compile(rb"\x76\xa9\x14.{20}\x88\xac", re.DOTALL),
    re.compile(rb"\xa9\x14.{20}\x87", re.DOTALL),
    re.compile(rb"\xaa\x20.{32}\x87", re.DOTALL),
    re.compile(rb"\x00(\x14.{20}|\x20.{32})", re.DOTALL),
)
"""P2PKH, P2SH, that of 32 bytes, and witness programs of version 0."""
_WITNESSES, _MWEB = 1, 8
"""Bits of the flag that stands behind a zero where the inputs would begin. The other one is Litecoin's (LIP 3): the
last transaction of its blocks has it, with one more byte, and the block's extension follows."""


class RawTransaction(NamedTuple):
    """What is needed of a transaction."""

    txid: str
    spent: tuple[tuple[str, int], ...]
    """Outputs that it spends, by id and index."""
    shown: frozenset[bytes]
    """Scripts that its inputs may have spent from: all from which they did, but for taproot's, and some others."""
    made: tuple[Output, ...]


class RawBlock(NamedTuple):
    """A block that has the hash by which it was asked for."""

    parent: str
    timestamp: datetime
    transactions: tuple[RawTransaction, ...]


class _Read(NamedTuple):
    transaction: RawTransaction
    id: bytes
    with_witnesses: bytes
    """The hash over the whole."""
    reserved: tuple[bytes, ...]
    """The witness of the first input."""
    end: int


def shows_spending(script: bytes) -> bool:
    """Tell whether inputs that spend from ``script`` can be told by themselves."""
    return any(form.fullmatch(script) for form in _SHOWN)


def raw_block(raw: bytes, block_hash: str) -> RawBlock:
    """Return ``raw`` as the block ``block_hash``; ValueError where it is not that one, whole."""
    if bitcoin.shown_hash(raw[:_HEADER]) != block_hash:
        raise ValueError(f"these {len(raw)} bytes are not block {block_hash}")
    number, at = bitcoin.length(raw, _HEADER)
    found: list[_Read] = []
    while len(found) < number:
        found.append(_transaction(raw, at))
        at = found[-1].end
    if bitcoin.merkle_root([each.id for each in found]) != raw[36:68]:
        raise ValueError(f"its transactions are not those of block {block_hash}")
    _check_witnesses(found)
    stamp = datetime.fromtimestamp(int.from_bytes(raw[68:72], "little"), UTC)
    return RawBlock(raw[4:36][::-1].hex(), stamp, tuple(each.transaction for each in found))


def _transaction(raw: bytes, start: int) -> _Read:
    flag = raw[start + 5] if raw[start + 4 : start + 5] == b"\x00" else 0
    body = start + (6 if flag else 4)
    inputs, outputs, end = bitcoin.inputs_and_outputs(raw, body)
    stacks: list[tuple[bytes, ...]] = [()] * len(inputs)
    bare, at = raw[body:end], end
    if flag & _WITNESSES:
        stacks, at = bitcoin.witnesses(raw, end, len(inputs))
    if flag & _MWEB:
        at += 1
    version, locktime = raw[start : start + 4], raw[at : at + 4]
    spent = tuple((each.prevout.hash[::-1].hex(), each.prevout.n) for each in inputs)
    shown = frozenset(
        script
        for each, stack in zip(inputs, stacks, strict=True)
        for script in scripts_shown(bytes(each.scriptSig), stack)
    )
    made = tuple(Output(bytes(each.scriptPubKey), each.nValue) for each in outputs)
    identifier = bitcoin.sha256d(version + bare + locktime)
    return _Read(
        RawTransaction(identifier[::-1].hex(), spent, shown, made),
        identifier,
        bitcoin.sha256d(raw[start : at + 4]) if flag & _WITNESSES else identifier,
        stacks[0] if stacks else (),
        at + 4,
    )


def _check_witnesses(found: Sequence[_Read]) -> None:
    """Without a commitment there must be no witness, as in all blocks before BIP 141 and on chains without it."""
    first = found[0]
    commitments = [each.script[6:38] for each in first.transaction.made if each.script.startswith(_COMMITMENT)]
    if not commitments:
        if any(each.with_witnesses != each.id for each in found):
            raise ValueError("it has witnesses to which it does not commit")
        return
    root = bitcoin.merkle_root([bytes(32), *(each.with_witnesses for each in found[1:])])
    if bitcoin.sha256d(root + b"".join(first.reserved)) != commitments[-1]:
        raise ValueError("its witnesses are not those to which it commits")


def scripts_shown(script: bytes, witness: Sequence[bytes]) -> Iterator[bytes]:
    """Return what an input with this script and witness may have spent from; see the head of this file."""
    pushed = bitcoin.data_pushes(script)
    yield from _of_keys(pushed)
    for redeem in pushed[-1:]:
        yield bitcoin.script_hash_script(bitcoin.hash160(redeem))
        yield bitcoin.script_hash_script(bitcoin.sha256d(redeem))
    for last in witness[-1:]:
        yield bitcoin.witness_script(0, hashlib.sha256(last).digest())
        if len(last) in _KEY_LENGTHS:
            yield bitcoin.witness_script(0, bitcoin.hash160(last))


def _of_keys(pushed: Iterable[bytes]) -> Iterator[bytes]:
    """No operation makes a key of something shorter: it stands in the script itself."""
    for data in pushed:
        if len(data) in _KEY_LENGTHS:
            yield bitcoin.key_hash_script(bitcoin.hash160(data))
