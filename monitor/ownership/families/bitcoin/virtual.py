"""The two transactions of BIP-322, ``to_spend`` and ``to_sign``, and the hashes that sign the second.

``to_sign`` has one input and one output that pays nothing to OP_RETURN. It is signed with SIGHASH_ALL, or taproot's
default: BIP-322 allows no other.
"""

from dataclasses import dataclass
from hashlib import sha256

from bitcoin.core import COutPoint, CTransaction, CTxIn, CTxOut
from bitcoin.core.script import OP_RETURN, SIGHASH_ALL, SIGVERSION_WITNESS_V0, CScript, RawSignatureHash, SignatureHash

from monitor.formats import bitcoin
from monitor.model import Code
from monitor.ownership.digests import tagged
from monitor.ownership.family import NotJudged, Refused

SIGHASH_DEFAULT = 0

_NOTHING = 0
"""The amount that is spent and made."""
_MESSAGE_TAG = "BIP0322-signed-message"
_MADE = CTxOut(_NOTHING, CScript([OP_RETURN]))


def to_spend_id(script_pubkey: bytes, message: bytes) -> bytes:
    """Make the id, in serialised byte order, of the transaction that pays to the script and commits to the message."""
    commitment = CTxIn(COutPoint(), CScript([0, tagged(_MESSAGE_TAG, message)]), nSequence=0)
    spent: bytes = CTransaction([commitment], [CTxOut(_NOTHING, CScript(script_pubkey))], nVersion=0).GetTxid()
    return spent


@dataclass(frozen=True, slots=True)
class ToSign:
    """The transaction that a signature satisfies."""

    transaction: CTransaction
    witness: tuple[bytes, ...]
    script_sig: bytes | None = None
    """None in a simple signature, which leaves it to the address."""

    def legacy_hash(self, script: bytes) -> bytes:
        """Hash the transaction by SIGHASH_ALL with ``script``, which must be whole, in place of its input's."""
        digest: bytes = RawSignatureHash(CScript(script), self.transaction, 0, SIGHASH_ALL)[0]
        return digest

    def witness_hash(self, script_code: bytes) -> bytes:
        """Hash the transaction by SIGHASH_ALL of witness version 0 (BIP 143)."""
        signed = self.transaction
        digest: bytes = SignatureHash(script_code, signed, 0, SIGHASH_ALL, _NOTHING, SIGVERSION_WITNESS_V0)
        return digest

    def taproot_hash(self, script_pubkey: bytes, hash_type: int) -> bytes:
        """Hash for the key path of witness version 1, without annex (BIP 341); python-bitcoinlib cannot."""
        (spending,) = self.transaction.vin
        return tagged(
            "TapSighash",
            bytes((0, hash_type))
            + self.transaction.nVersion.to_bytes(4, "little")
            + self.transaction.nLockTime.to_bytes(4, "little")
            + sha256(spending.prevout.serialize()).digest()
            + sha256(_NOTHING.to_bytes(8, "little")).digest()
            + sha256(bitcoin.sized(script_pubkey)).digest()
            + sha256(spending.nSequence.to_bytes(4, "little")).digest()
            + sha256(_MADE.serialize()).digest()
            + bytes(5),  # spend type: key path, no annex; index of the input
        )


def simple(spent: bytes, witness: tuple[bytes, ...]) -> ToSign:
    """Make what a *simple* signature of the transaction ``spent``, its witness stack alone, satisfies."""
    return ToSign(CTransaction([CTxIn(COutPoint(spent, 0), nSequence=0)], [_MADE], nVersion=0), witness)


def read_simple(raw: bytes, spent: bytes) -> ToSign:
    """Read a *simple* signature: the witness stack alone."""
    try:
        return simple(spent, bitcoin.witness(raw))
    except ValueError as error:
        raise _is_neither(error) from None


def read_full(raw: bytes, spent: bytes) -> ToSign:
    """Read a *full* signature: the whole transaction, which must have the shape that BIP-322 gives it."""
    try:
        found = bitcoin.transaction(raw)
    except ValueError as error:
        raise _is_neither(error) from None
    if len(found.vin) != 1:
        raise NotJudged(
            Code.PROOF_NOT_JUDGED, "BIP-322 signatures with further inputs (proofs of funds) are not judged"
        )
    if found.vout != (_MADE,):
        raise Refused(
            Code.BIP322_RULE, "the BIP-322 signature has outputs other than the one that pays nothing to OP_RETURN"
        )
    if found.vin[0].prevout != COutPoint(spent, 0):
        raise Refused(Code.NOT_BY_ACCOUNT, "the BIP-322 signature is for another address or message")
    if found.nVersion not in {0, 2}:
        raise NotJudged(
            Code.HEADER_UNKNOWN, f"the BIP-322 signature has version {found.nVersion}; only 0 and 2 are judged"
        )
    witness = tuple(found.wit.vtxinwit[0].scriptWitness) if found.has_witness() else ()
    return ToSign(found, witness, bytes(found.vin[0].scriptSig))


def _is_neither(error: ValueError) -> NotJudged:
    return NotJudged(Code.UNKNOWN_FORM, f"the signature is neither compact nor BIP-322: {error}")
