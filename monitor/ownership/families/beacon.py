"""Validators of Ethereum's beacon chain: the account is a 48-byte BLS key, or the address that withdraws.

A row without owners is signed by that key itself (OKX's BETH): ``verified``, as the account is the key. It attests and
proposes for the validator; the coins go where the withdrawal credentials say, which only the beacon chain knows.

A row with owners proves the execution-layer key that is said to control the validator: ``unbound``, until withdrawal
credentials are read.

A withdrawal address is an account of the execution layer and judged as one: where it signed, it controls all
validators whose credentials name it, for that is which those are.

BLS signatures on BLS12-381 have keys in G1 and signatures in G2. The ciphersuite is that of proofs of possession,
``BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_`` (IETF draft ``bls-signature``, section 4.2.3; consensus specification,
phase 0). Points must be in the prime-order subgroup, in their one compressed encoding, and not the identity, under
which everything would be signed by everybody.
"""

from typing import TypeVar

from py_arkworks_bls12381 import GT, G1Point, G2Point

from monitor.model import Caip2, Claim, Code, Network, OwnerQuestion, Verdict
from monitor.ownership import accounts, owners, questions
from monitor.ownership.digests import personal_message_of_hash
from monitor.ownership.families import evm
from monitor.ownership.family import Description, Refused
from monitor.ownership.spellings import sized_hex
from monitor.registry.addresses.beacon import is_withdrawal

_EXECUTION_LAYER = Network(name="ethereum", caip2=Caip2("eip155:1"), family="evm", title="Ethereum")

DESCRIPTION = Description(
    addresses="The 48-byte BLS key of a validator, or the 20-byte withdrawal address of all of its validators, in hex.",
    messages="By the BLS key: OKX's digest of EVM networks. By owners in the row (EOA1, EOA2), or by a withdrawal "
    "address: as on EVM networks.",
    binding="The account is the BLS key, and nothing in the list ties an owner to the validator; or it is the address, "
    "as on EVM networks.",
    verified="The validator's own key signed, which is not the key that withdraws; or the withdrawal address did.",
    promotion="The validator's withdrawal credentials name the owner, or a contract that the owner controls.",
)

_SIGNATURE_SIZE = 96
_CIPHERSUITE = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"

Point = TypeVar("Point", G1Point, G2Point)


def judge(claim: Claim, network: Network) -> Verdict:
    """Judge whether the controlling accounts signed, or the validator's key or withdrawal address did."""
    if _is_withdrawal(claim):
        return evm.judge(claim, _EXECUTION_LAYER)
    if any(claim.owners):
        return owners.judge(claim, _EXECUTION_LAYER, evm.scheme_of)
    return _judge_key(claim, network)


def question(claim: Claim, network: Network) -> OwnerQuestion | None:
    """Ask whether the validator's coins go to an owner who signed, or to a contract of theirs.

    About a withdrawal address the execution layer itself is asked.
    """
    if _is_withdrawal(claim):
        return evm.question(claim, _EXECUTION_LAYER)
    return questions.of_owners(claim, network, _EXECUTION_LAYER, evm.scheme_of)


def _is_withdrawal(claim: Claim) -> bool:
    return claim.account is not None and is_withdrawal(claim.account)


def _judge_key(claim: Claim, network: Network) -> Verdict:
    text, key = accounts.only_signature(claim), accounts.decoded(claim, network).payload
    if claim.key and sized_hex(claim.key, len(key), "the public key") != key:
        raise Refused(Code.OTHER_KEY_STATED, "the row's public key is not the validator's")
    signature = sized_hex(text, _SIGNATURE_SIZE, "the signature")
    if not bls_verifies(key, signature, personal_message_of_hash(claim.message.encode())):
        raise Refused(Code.NOT_BY_KEY, "the signature is not by the validator's key over this message")
    return Verdict(Code.OWN_KEY, "signed by the BLS key that is the account (OKX digest)")


def bls_verifies(key: bytes, signature: bytes, message: bytes) -> bool:
    """Check whether ``signature`` (96 bytes) is by ``key`` (48 bytes) over ``message``.

    Raises:
        Refused: One of them is no point, or one that everybody could have made.

    """
    public, signed = _read_point(G1Point, key, "the key"), _read_point(G2Point, signature, "the signature")
    hashed = G2Point.hash_to_curve(message, _CIPHERSUITE)
    return GT.pairing_check([public, -G1Point()], [hashed, signed])  # G1Point() is the generator


def _read_point(group: type[Point], data: bytes, what: str) -> Point:
    try:
        point = group.from_compressed_bytes(data)
    except ValueError as error:
        raise Refused(Code.NOT_ON_CURVE, f"{what} is no compressed point of BLS12-381") from error
    if point == group.identity():
        raise Refused(Code.UNSAFE_POINT, f"{what} is the point at infinity")
    if not point.is_in_subgroup() or point.to_compressed_bytes() != data:
        raise Refused(Code.UNSAFE_POINT, f"{what} is no point of the prime-order subgroup in its canonical encoding")
    return point
