"""The two transactions of BIP-322, ``to_spend`` and ``to_sign``, and the hashes that sign the second.

``to_sign`` has one input and one output that pays nothing to OP_RETURN, so its signature hashes (legacy, BIP 143,
BIP 341) are short here, for SIGHASH_ALL and taproot's default only: BIP-322 allows no other.
"""

from dataclasses import dataclass
from hashlib import sha256

from monitor.ownership.bitcoin.hashing import tagged
from monitor.ownership.bitcoin.reader import Reader
from monitor.ownership.digests import sha256d, sized
from monitor.ownership.family import NotJudged, Refused

SIGHASH_DEFAULT = 0
SIGHASH_ALL = 1

_NOTHING_SPENT = bytes(8)
_OUTPUT = _NOTHING_SPENT + b"\x01\x6a"
_MESSAGE_TAG = "BIP0322-signed-message"


def to_spend_id(script_pubkey: bytes, message: bytes) -> bytes:
    """The id of the transaction that pays to ``script_pubkey`` and commits to ``message``, in serialised byte order."""
    commitment = b"\x00\x20" + tagged(_MESSAGE_TAG, message)
    source = bytes(32) + b"\xff\xff\xff\xff" + sized(commitment) + bytes(4)
    return sha256d(bytes(4) + b"\x01" + source + b"\x01" + _NOTHING_SPENT + sized(script_pubkey) + bytes(4))


@dataclass(frozen=True, slots=True)
class ToSign:
    """The transaction that a signature satisfies; what varies in it."""

    spent: bytes
    """Id of ``to_spend``."""
    witness: tuple[bytes, ...]
    script_sig: bytes | None = None
    """None in a simple signature, which leaves it to the address."""
    version: int = 0
    sequence: int = 0
    lock_time: int = 0

    def _outpoint(self) -> bytes:
        return self.spent + bytes(4)

    def legacy_hash(self, script: bytes) -> bytes:
        """SIGHASH_ALL over the transaction with ``script`` in place of its input's."""
        return sha256d(
            self.version.to_bytes(4, "little")
            + (b"\x01" + self._outpoint() + sized(script) + self.sequence.to_bytes(4, "little"))
            + (b"\x01" + _OUTPUT)
            + self.lock_time.to_bytes(4, "little")
            + SIGHASH_ALL.to_bytes(4, "little")
        )

    def witness_hash(self, script_code: bytes) -> bytes:
        """SIGHASH_ALL of witness version 0 (BIP 143)."""
        sequence = self.sequence.to_bytes(4, "little")
        return sha256d(
            self.version.to_bytes(4, "little")
            + (sha256d(self._outpoint()) + sha256d(sequence))
            + (self._outpoint() + sized(script_code) + _NOTHING_SPENT + sequence)
            + sha256d(_OUTPUT)
            + self.lock_time.to_bytes(4, "little")
            + SIGHASH_ALL.to_bytes(4, "little")
        )

    def taproot_hash(self, script_pubkey: bytes, hash_type: int) -> bytes:
        """The key path's hash of witness version 1, without annex (BIP 341)."""
        return tagged(
            "TapSighash",
            bytes((0, hash_type))
            + self.version.to_bytes(4, "little")
            + self.lock_time.to_bytes(4, "little")
            + sha256(self._outpoint()).digest()
            + sha256(_NOTHING_SPENT).digest()
            + sha256(sized(script_pubkey)).digest()
            + sha256(self.sequence.to_bytes(4, "little")).digest()
            + sha256(_OUTPUT).digest()
            + bytes(5),  # spend type: key path, no annex; index of the input
        )


def read_simple(raw: bytes, spent: bytes) -> ToSign:
    """A *simple* signature: the witness stack alone."""
    reader = Reader(raw)
    witness = reader.stack()
    reader.end()
    return ToSign(spent, witness)


def read_full(raw: bytes, spent: bytes) -> ToSign:
    """A *full* signature: the whole transaction, which must have the shape that BIP-322 gives it."""
    reader = Reader(raw)
    version = reader.number(4)
    inputs = reader.compact_size()
    segwit = inputs == 0
    if segwit:
        if reader.number(1) != 1:
            raise NotJudged("the signature is neither compact nor BIP-322: it is no transaction")
        inputs = reader.compact_size()
    outpoint, script_sig, sequence = reader.take(36), reader.sized(), reader.number(4)
    if inputs != 1:
        raise NotJudged("BIP-322 signatures with further inputs (proofs of funds) are not judged")
    if reader.take(1 + len(_OUTPUT)) != b"\x01" + _OUTPUT:
        raise Refused("the BIP-322 signature has outputs other than the one that pays nothing to OP_RETURN")
    witness = reader.stack() if segwit else ()
    if segwit and not witness:
        raise Refused("the BIP-322 signature is marked as segwit and has no witness")
    lock_time = reader.number(4)
    reader.end()
    if outpoint != spent + bytes(4):
        raise Refused("the BIP-322 signature is for another address or message")
    if version not in {0, 2}:
        raise NotJudged(f"the BIP-322 signature has version {version}; only 0 and 2 are judged")
    return ToSign(spent, witness, script_sig, version, sequence, lock_time)
