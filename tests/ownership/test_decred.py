"""Decred, whose hashes are BLAKE-256."""

import pytest
from base58 import b58encode
from btclib.hashes import ripemd160
from coincurve import PrivateKey

from monitor.model import Claim, Code, VerdictStatus
from monitor.ownership import judge
from monitor.ownership.digests import bitcoin_message
from monitor.registry import load
from monitor.registry.addresses.encodings.blake256 import blake256
from tests.support.ownership import MESSAGE, NOT_PROVEN, claim, compact

DECRED = load().networks["decred"]
KEY, OTHER = PrivateKey(b"\x01" * 32), PrivateKey(b"\x02" * 32)


def address(key: bytes, version: str = "073f") -> str:
    body = bytes.fromhex(version) + ripemd160(blake256(key))
    return b58encode(body + blake256(blake256(body))[:4]).decode()


def digest(message: str) -> bytes:
    raw = message.encode()
    return blake256(b"\x17Decred Signed Message:\n" + bytes((len(raw),)) + raw)


OWN = address(KEY.public_key.format())
WHOLE = address(KEY.public_key.format(compressed=False))
GOOD = compact(KEY, digest(MESSAGE), 31)


def row(text: str, *signatures: str, key: str = "", message: str = MESSAGE) -> Claim:
    return claim(DECRED, text, *signatures, key=key, message=message)


def test_dcrds_own_example_of_an_address_is_made_like_the_ones_below() -> None:
    """dcrd, dcrutil/address_test.go: the compressed key and its main net P2PKH address."""
    key = bytes.fromhex("028f53838b7639563f27c94845549a41e5146bcd52e7fef0ea6da143a02b0fe2ed")
    assert address(key) == "DsT4FDqBKYG1Xr8aGrT1rKP3kiv6TZ5K5th"


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        (OWN, GOOD),
        (OWN, compact(KEY, bitcoin_message("Bitcoin Signed Message:\n", MESSAGE.encode()), 31)),
    ],
)
def test_the_addresss_key_is_verified_under_dcrds_header_and_okxs(text: str, signature: str) -> None:
    assert judge(row(text, signature), DECRED).status is VerdictStatus.VERIFIED


@pytest.mark.parametrize(
    "altered",
    [
        row(OWN, GOOD, message=MESSAGE + "."),
        row(OWN, compact(OTHER, digest(MESSAGE), 31)),
        row(address(OTHER.public_key.format()), GOOD),
        row(WHOLE, GOOD),
        row(WHOLE, compact(KEY, digest(MESSAGE), 27)),
        row(OWN, compact(KEY, digest(MESSAGE), 27)),
        row(OWN, compact(KEY, digest(MESSAGE), 39)),
        row(OWN, GOOD, GOOD),
        row(OWN, GOOD[:-4]),
        row(OWN, "0x" + "11" * 65),
        row(OWN, GOOD, key=OTHER.public_key.format().hex()),
        row(OWN[:-1] + "1", GOOD),
    ],
)
def test_anything_altered_is_not_proven(altered: Claim) -> None:
    assert judge(altered, DECRED).status in NOT_PROVEN


def test_a_script_address_is_unsupported_as_dcrd_judges_none() -> None:
    assert judge(row(address(b"script", "071a"), GOOD), DECRED).status is VerdictStatus.UNSUPPORTED


@pytest.mark.parametrize("text", ["0x" + "1f" * 65, compact(KEY, digest(MESSAGE), 31)[:-4], "no signature"])
def test_what_is_no_signature_in_base64_is_unsupported_and_accuses_nobody(text: str) -> None:
    verdict = judge(row(OWN, text), DECRED)
    assert (verdict.code, "65 bytes in base64" in verdict.reason) == (Code.UNKNOWN_FORM, True)
