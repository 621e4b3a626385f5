"""XRP Ledger: signatures as ripple-keypairs makes them. OKX's form is among the keyed accounts."""

from dataclasses import replace
from hashlib import sha512

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Claim, Code, VerdictStatus
from monitor.ownership import judge
from monitor.registry import load
from tests.support import keys
from tests.support.keys import ORDER, Key
from tests.support.ownership import MESSAGE, NOT_PROVEN, claim

XRP = load().networks["xrp"]
SECRETS = st.binary(min_size=32, max_size=32).filter(lambda raw: 0 < int.from_bytes(raw, "big") < ORDER)
MESSAGES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


def integer(value: bytes) -> bytes:
    body = value.lstrip(b"\0")
    body = b"\0" + body if body[0] & 0x80 else body
    return b"\x02" + bytes((len(body),)) + body


def der(r_s: bytes) -> bytes:
    body = integer(r_s[:32]) + integer(r_s[32:64])
    return b"\x30" + bytes((len(body),)) + body


def half(message: str) -> bytes:
    return sha512(message.encode()).digest()[:32]


def secp256k1_row(secret: bytes, message: str = MESSAGE) -> Claim:
    key = Key(secret)
    return claim(
        XRP, keys.xrp(key.compressed), der(key.sign(half(message))).hex(), message=message, key=key.compressed.hex()
    )


def ed25519_row(secret: bytes, message: str = MESSAGE, header: bytes = b"") -> Claim:
    private = Ed25519PrivateKey.from_private_bytes(secret)
    key = b"\xed" + private.public_key().public_bytes_raw()
    signed = private.sign(header + message.encode()).hex().upper()
    return claim(XRP, keys.xrp(key), signed, message=message, key=key.hex().upper())


def okx_header(message: str) -> bytes:
    return b"\x14OKX Signed Message:\n" + bytes((len(message.encode()),))


ROWS = {"secp256k1": secp256k1_row(b"\x01" * 32), "ed25519": ed25519_row(b"\x01" * 32)}
OTHERS = {"secp256k1": secp256k1_row(b"\x02" * 32), "ed25519": ed25519_row(b"\x02" * 32)}
EACH = pytest.mark.parametrize("kind", ROWS)


def status(row: Claim) -> VerdictStatus:
    return judge(row, XRP).status


@settings(max_examples=10, deadline=None)
@given(secret=SECRETS, message=MESSAGES)
def test_a_fresh_keys_signature_is_verified(secret: bytes, message: str) -> None:
    assert status(secp256k1_row(secret, message)) is VerdictStatus.VERIFIED
    assert status(ed25519_row(secret, message)) is VerdictStatus.VERIFIED


def test_okxs_header_counts_for_ed25519_keys_too() -> None:
    verdict = judge(ed25519_row(b"\x01" * 32, header=okx_header(MESSAGE)), XRP)
    assert (verdict.code, "OKX header" in verdict.reason) == (Code.OWN_KEY, True)


@EACH
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_signature_with_any_byte_changed_is_not_proven(kind: str, data: st.DataObject) -> None:
    row = ROWS[kind]
    raw = bytearray.fromhex(row.signatures[0])
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    assert status(replace(row, signatures=(raw.hex(),))) in NOT_PROVEN


@EACH
def test_anything_else_altered_is_not_proven(kind: str) -> None:
    row, other = ROWS[kind], OTHERS[kind]
    signature = row.signatures[0]
    for altered in (
        replace(row, message=MESSAGE + "."),
        replace(row, account=other.account),
        replace(row, key=other.key),
        replace(row, key=""),
        replace(row, key=row.key[:-2]),
        replace(row, key=row.key + "00"),
        replace(row, key="rubbish"),
        replace(row, signatures=other.signatures),
        replace(row, signatures=(signature, signature)),
        *(replace(row, signatures=(text,)) for text in (signature + "00", signature[:-2], signature + " ", "0x", "xx")),
    ):
        verdict = judge(altered, XRP)
        assert verdict.status in NOT_PROVEN, altered
        assert verdict.code is not Code.DEFECT


def test_the_key_of_another_account_is_not_proven_by_standing_in_the_row() -> None:
    """OKX's tool compares the key with the row's only: a valid signature by any key would pass for any account."""
    stolen = replace(secp256k1_row(b"\x01" * 32), account=OTHERS["secp256k1"].account)
    assert judge(stolen, XRP).reason.endswith("which is not the account's")


def test_a_der_signature_with_high_s_is_malleable_and_one_with_padding_malformed() -> None:
    key = Key(b"\x01" * 32)
    raw = key.sign(half(MESSAGE))
    high = raw[:32] + (ORDER - int.from_bytes(raw[32:64], "big")).to_bytes(32, "big")
    row = ROWS["secp256k1"]
    assert judge(replace(row, signatures=(der(high).hex(),)), XRP).code is Code.HIGH_S
    r, s = integer(raw[:32]), integer(raw[32:64])
    padded = b"\x02" + bytes((r[1] + 1,)) + b"\0" + r[2:]
    body = padded + s
    long_form = (b"\x30" + bytes((len(body),)) + body).hex()
    assert judge(replace(row, signatures=(long_form,)), XRP).code is Code.MALFORMED


def test_what_is_no_der_accuses_nobody_and_needs_a_key() -> None:
    row = ROWS["secp256k1"]
    for other in (Key(b"\x01" * 32).sign(half(MESSAGE)).hex(), "00" * 70, row.signatures[0] + "00"):
        verdict = judge(replace(row, signatures=(other,)), XRP)
        assert (verdict.status, verdict.code) == (VerdictStatus.UNSUPPORTED, Code.UNKNOWN_FORM), other
    assert judge(replace(row, key=""), XRP).code is Code.NO_PUBLIC_KEY


def test_an_uncompressed_key_makes_no_account_of_the_ledger() -> None:
    key = Key(b"\x01" * 32)
    row = claim(XRP, keys.xrp(key.uncompressed), der(key.sign(half(MESSAGE))).hex(), key=key.uncompressed.hex())
    assert status(row) is VerdictStatus.UNSUPPORTED


def test_an_x_address_is_its_account() -> None:
    row = ROWS["ed25519"]
    private = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
    key = b"\xed" + private.public_key().public_bytes_raw()
    address = keys.x_address(key)
    assert claim(XRP, address).account == row.account
    assert status(claim(XRP, address, *row.signatures, key=row.key)) is VerdictStatus.VERIFIED
