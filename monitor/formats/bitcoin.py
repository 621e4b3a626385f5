"""Bitcoin's serialisation for every room: lengths, scripts, transactions and the hash over them, by python-bitcoinlib.

Of that library, nothing is used that depends on a chosen network (``bitcoin.SelectParams``, and so its addresses). It
reads leniently; what is read here must be written again as the same bytes, so that every length is in its shortest
spelling and no byte is left over.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from typing import TypeVar

from bitcoin.core import CBlock, CTransaction, CTxIn, CTxOut
from bitcoin.core.script import CScript, CScriptInvalidError, CScriptWitness
from bitcoin.core.serialize import (
    BytesSerializer,
    DeserializationExtraDataError,
    Serializable,
    SerializationError,
    VarIntSerializer,
    VectorSerializer,
)

S = TypeVar("S", bound=Serializable)

_TOKEN = 0xEF
_CATEGORY = 32
_HAS_COMMITMENT, _HAS_AMOUNT = 0x40, 0x10


if "ripemd160" in hashlib.algorithms_available:
    _RIPEMD160 = hashlib.new("ripemd160")
    """Of nothing yet. OpenSSL's takes an eighth of the time of pycryptodome's, and not every OpenSSL has it."""
else:
    from Crypto.Hash import RIPEMD160

    _RIPEMD160 = RIPEMD160.new()  # type: ignore[assignment]  # used alike


def sha256d(data: bytes) -> bytes:
    """Hash by SHA-256 twice, as transactions, messages, most headers and checksums are."""
    return sha256(sha256(data).digest()).digest()


def shown_hash(data: bytes) -> str:
    """Hash by SHA-256 twice and write it as ids of transactions and blocks are shown: reversed, in hexadecimal."""
    return sha256d(data)[::-1].hex()


def ripemd160(data: bytes) -> bytes:
    """Hash by RIPEMD-160, to 20 bytes."""
    hashed = _RIPEMD160.copy()
    hashed.update(data)
    return hashed.digest()


def hash160(data: bytes) -> bytes:
    """Hash by RIPEMD-160 of SHA-256, to 20 bytes."""
    return ripemd160(sha256(data).digest())


def sized(data: bytes) -> bytes:
    """Write ``data`` behind its length ("compact size")."""
    written: bytes = BytesSerializer.serialize(data)
    return written


# --- Scripts. Those of addresses are plain bytes: a CScript takes fifty times as long, and lists have a million.


def key_hash_script(hashed: bytes) -> bytes:
    """Write what P2PKH pays to: DUP HASH160 <hash> EQUALVERIFY CHECKSIG."""
    return b"\x76\xa9\x14" + hashed + b"\x88\xac"


def script_hash_script(hashed: bytes) -> bytes:
    """Write what P2SH pays to: HASH160 <hash> EQUAL; of 32 bytes HASH256 <hash> EQUAL (CHIP-2022-05)."""
    return (b"\xaa\x20" if len(hashed) == 32 else b"\xa9\x14") + hashed + b"\x87"


def witness_script(version: int, program: bytes) -> bytes:
    """Write what a witness program pays to (BIP 141): OP_0, or OP_1 to OP_16, and a push of the program."""
    return bytes((0x50 + version if version else 0, len(program))) + program


def pushes(script: bytes) -> list[bytes]:
    """Read what a script of data pushes leaves on the stack.

    Raises ValueError where it does anything else, or a push is not in its shortest form (MINIMALDATA).
    """
    try:
        pushed = [data for _, data, _ in CScript(script).raw_iter()]
    except CScriptInvalidError:
        raise ValueError("is cut short") from None
    if None in pushed or CScript(pushed) != script:
        raise ValueError("has something else than minimal data pushes")
    return pushed


def script_items(script: bytes) -> list[bytes | int]:
    """Read a script as its pushes and, as numbers, its other operations; OP_0 to OP_16 are the numbers that they push.

    Raises ValueError where the script is cut short.
    """
    try:
        return list(CScript(script))
    except CScriptInvalidError:
        raise ValueError("is cut short") from None


def script_of(items: Sequence[bytes | int]) -> bytes:
    """Write a script of pushes, numbers and operations (python-bitcoinlib's), each the shortest way."""
    return bytes(CScript(items))


# --- Transactions


def transaction(raw: bytes) -> CTransaction:
    """Read a transaction, with or without witnesses (BIP 144). Raises ValueError where ``raw`` is not exactly one."""
    return _exactly(CTransaction, raw)


def witness(raw: bytes) -> tuple[bytes, ...]:
    """Read a witness stack. Raises ValueError where ``raw`` is not exactly one."""
    return tuple(_exactly(CScriptWitness, raw))


def inputs_and_outputs(raw: bytes, start: int) -> tuple[list[CTxIn], list[CTxOut], int]:
    """Read inputs and outputs of a transaction from ``start`` on, and say where they end.

    For Bitcoin's kin, whose transactions have more before them or after. Raises ValueError where there are none.
    """
    stream = BytesIO(raw)
    stream.seek(start)
    try:
        spent = VectorSerializer.stream_deserialize(CTxIn, stream)
        made = VectorSerializer.stream_deserialize(CTxOut, stream)
    except SerializationError:
        raise ValueError(f"a transaction of {len(raw)} bytes ends in the middle") from None
    return spent, made, stream.tell()


def witnesses(raw: bytes, start: int, inputs: int) -> tuple[list[tuple[bytes, ...]], int]:
    """Read the witness stack of each input from ``start`` on, and say where they end.

    Raises ValueError where there are none.
    """
    stream = BytesIO(raw)
    stream.seek(start)
    try:
        stacks = [tuple(CScriptWitness.stream_deserialize(stream)) for _ in range(inputs)]
    except SerializationError:
        raise ValueError(f"a transaction of {len(raw)} bytes ends in the middle of its witnesses") from None
    return stacks, stream.tell()


def length(raw: bytes, start: int) -> tuple[int, int]:
    """Read a length ("compact size") at ``start``, and say where it ends. Raises ValueError where there is none."""
    stream = BytesIO(raw)
    stream.seek(start)
    try:
        return VarIntSerializer.stream_deserialize(stream), stream.tell()
    except SerializationError:
        raise ValueError("it ends in the middle of a length") from None


def data_pushes(script: bytes) -> list[bytes]:
    """Read what data a script pushes, whatever else it does, as far as it can be read."""
    found = []
    with suppress(CScriptInvalidError):
        for _, data, _ in CScript(script).raw_iter():
            if data is not None:
                found.append(data)
    return found


def merkle_root(hashes: Sequence[bytes]) -> bytes:
    """Work out the root of the tree over the ids of a block's transactions.

    Raises ValueError where there is none, or one comes twice: trees with repetitions have the root of others without
    them (CVE-2012-2459).
    """
    if not hashes or len(set(hashes)) < len(hashes):
        raise ValueError("it has no transaction, or one twice")
    root: bytes = CBlock.build_merkle_tree_from_txids(hashes)[-1]
    return root


def without_token(script: bytes) -> bytes:
    """Read an output's own script, where a CashToken may stand before it (CHIP-2022-02 of Bitcoin Cash).

    The token is 0xef, its category's 32 bytes, what of the rest there is, and that: a commitment and an amount.
    """
    if not script or script[0] != _TOKEN or len(script) < 2 + _CATEGORY:
        return script
    stream = BytesIO(script)
    stream.seek(1 + _CATEGORY)
    kind = stream.read(1)[0]
    try:
        if kind & _HAS_COMMITMENT:
            BytesSerializer.stream_deserialize(stream)
        if kind & _HAS_AMOUNT:
            VarIntSerializer.stream_deserialize(stream)
    except SerializationError:
        return script
    return stream.read()


def _exactly(kind: type[S], raw: bytes) -> S:
    """What all of ``raw`` is, read and written by the library's class ``kind``."""
    try:
        found: S = kind.deserialize(raw)
    except DeserializationExtraDataError:
        raise ValueError("it has bytes after its end") from None
    except SerializationError:
        raise ValueError("it ends too early for that") from None
    if found.serialize() != raw:
        raise ValueError("it has a length in a longer spelling than it needs, or no witness where it says so")
    return found
