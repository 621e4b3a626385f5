"""Validators who sign with their BLS key. Signers: py_ecc, and the group operations of another library."""

from typing import Any

import pytest
from coincurve import PrivateKey
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st
from py_arkworks_bls12381 import G1Point, G2Point, Scalar
from py_ecc.bls.ciphersuites import G2ProofOfPossession

from monitor.model import Claim, Code, Verdict, VerdictStatus
from monitor.ownership import judge, question
from monitor.ownership.digests import personal_message_of_hash
from monitor.ownership.families.beacon import bls_verifies
from monitor.ownership.family import Refused
from tests.support.ownership import BEACON, MESSAGE, claim, evm_signature

POP = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"
DIGEST = keccak(b"\x19Ethereum Signed Message:\n32" + keccak(MESSAGE.encode()))
ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
SECRET = 987654321


def public(secret: int) -> bytes:
    return (G1Point() * Scalar(secret)).to_compressed_bytes()


def sign(secret: int = SECRET, digest: bytes = DIGEST, suite: bytes = POP) -> bytes:
    return (G2Point.hash_to_curve(digest, suite) * Scalar(secret)).to_compressed_bytes()


def row(signature: bytes | str, *, key: str = "", message: str = MESSAGE, validator: bytes = public(SECRET)) -> Claim:
    text = signature if isinstance(signature, str) else "0x" + signature.hex()
    return claim(BEACON, "0x" + validator.hex(), text, key=key, message=message)


def judged(made: Claim) -> Verdict:
    return judge(made, BEACON)


def test_a_signature_of_another_library_proves_the_validators_key() -> None:
    signature = G2ProofOfPossession.Sign(SECRET, DIGEST)
    assert bytes(signature) == sign()
    made = row(bytes(signature), validator=bytes(G2ProofOfPossession.SkToPk(SECRET)))
    verdict = judged(made)
    assert (verdict.code, "the BLS key that is the account" in verdict.reason) == (Code.OWN_KEY, True)
    assert question(made, BEACON) is None


@settings(max_examples=15, deadline=None)
@given(secret=st.integers(1, ORDER - 1), message=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_every_key_proves_itself(secret: int, message: str) -> None:
    signature = sign(secret, personal_message_of_hash(message.encode()))
    assert judged(row(signature, message=message, validator=public(secret))).status is VerdictStatus.VERIFIED


def test_another_message_key_or_ciphersuite_is_invalid() -> None:
    assert judged(row(sign())).status is VerdictStatus.VERIFIED
    for altered in (
        row(sign(), message=MESSAGE + "."),
        row(sign(), validator=public(SECRET + 1)),
        row(sign(SECRET + 1)),
        row(sign(digest=MESSAGE.encode())),
        row(sign(suite=b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_")),
        row(sign(suite=b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_AUG_")),
    ):
        assert judged(altered).status is VerdictStatus.INVALID


@settings(max_examples=30, deadline=None)
@given(bit=st.integers(0, 96 * 8 - 1))
def test_a_signature_with_any_bit_changed_is_invalid(bit: int) -> None:
    raw = bytearray(sign())
    raw[bit // 8] ^= 1 << bit % 8
    verdict = judged(row(bytes(raw)))
    assert (verdict.status, verdict.code is Code.DEFECT) == (VerdictStatus.INVALID, False)


@pytest.mark.parametrize(
    "signature",
    ["", "0x", sign().hex()[:-2], sign().hex() + "00", " " + sign().hex(), "null", b"\xc0" + bytes(95), b"\xff" * 96],
)
def test_a_signature_that_is_no_point_is_not_proven(signature: bytes | str) -> None:
    verdict = judged(row(signature or "-"))
    status = VerdictStatus.INVALID if isinstance(signature, bytes) else VerdictStatus.UNSUPPORTED
    assert (verdict.status, verdict.code is Code.DEFECT) == (status, False)


def test_the_rows_public_key_must_be_the_validators() -> None:
    assert judged(row(sign(), key=public(SECRET).hex())).status is VerdictStatus.VERIFIED
    assert judged(row(sign(), key=public(SECRET + 1).hex())).code is Code.OTHER_KEY_STATED
    assert judged(row(sign(), key=public(SECRET).hex()[:-2])).code is Code.WRONG_LENGTH
    assert judged(row(sign(), key="key")).code is Code.UNKNOWN_SPELLING


def test_a_second_signature_is_unsupported() -> None:
    text = "0x" + sign().hex()
    made = claim(BEACON, "0x" + public(SECRET).hex(), text, text)
    assert judged(made).status is VerdictStatus.UNSUPPORTED


def outside_g1() -> bytes:
    """A point of the curve that is not in the subgroup."""
    for x in range(1, 99):
        data = b"\x80" + x.to_bytes(47, "big")
        try:
            point = G1Point.from_compressed_bytes_unchecked(data)
        except ValueError:
            continue
        if not point.is_in_subgroup():
            return data
    raise AssertionError


def outside_g2() -> bytes:
    for x in range(1, 99):
        data = b"\x80" + x.to_bytes(95, "big")
        try:
            point = G2Point.from_compressed_bytes_unchecked(data)
        except ValueError:
            continue
        if not point.is_in_subgroup():
            return data
    raise AssertionError


@pytest.mark.parametrize("key", [outside_g1(), b"\xc0" + bytes(47), b"\xff" * 48, bytes(48), b"\xe0" + bytes(47), b""])
def test_a_key_outside_the_subgroup_or_at_infinity_is_refused(key: bytes) -> None:
    with pytest.raises(Refused):
        bls_verifies(key, sign(), DIGEST)


@pytest.mark.parametrize("signature", [outside_g2(), b"\xc0" + bytes(95), b"\xff" * 96, bytes(96), b""])
def test_a_signature_outside_the_subgroup_or_at_infinity_is_refused(signature: bytes) -> None:
    with pytest.raises(Refused) as refused:
        bls_verifies(public(SECRET), signature, DIGEST)
    assert refused.value.code in {Code.NOT_ON_CURVE, Code.UNSAFE_POINT}


def test_the_identity_does_not_sign_for_everybody() -> None:
    with pytest.raises(Refused):
        bls_verifies(G1Point.identity().to_compressed_bytes(), G2Point.identity().to_compressed_bytes(), DIGEST)


WITHDRAWAL = PrivateKey(b"\x07" * 32)


def withdrawal(*signatures: str, **fields: Any) -> Claim:
    """A row of a withdrawal address: the validators whose coins go there, under the key of an execution account."""
    public_key = WITHDRAWAL.public_key.format(compressed=False)[1:]
    return claim(BEACON, "0x" + keccak(public_key)[-20:].hex(), *signatures, **fields)


def test_a_withdrawal_address_is_proven_as_an_account_of_the_execution_layer_is() -> None:
    made = withdrawal(evm_signature(WITHDRAWAL, DIGEST))
    verdict = judged(made)
    assert verdict.status is VerdictStatus.VERIFIED, verdict.reason
    assert question(made, BEACON) is None
    assert judged(withdrawal(evm_signature(PrivateKey(b"\x08" * 32), DIGEST))).status is VerdictStatus.INVALID


def test_the_owner_of_a_withdrawal_contract_is_asked_for_on_the_execution_layer() -> None:
    owner = PrivateKey(b"\x09" * 32)
    address = "0x" + keccak(owner.public_key.format(compressed=False)[1:])[-20:].hex()
    made = withdrawal(evm_signature(owner, DIGEST), owners=(address,))
    assert judged(made).status is VerdictStatus.UNBOUND
    asked = question(made, BEACON)
    assert asked is not None
    assert (asked.network, asked.account) == ("ethereum", made.account)
