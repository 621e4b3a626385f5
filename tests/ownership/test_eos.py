"""Antelope chains: a key proven, and no account."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from base58 import b58encode
from btclib.hashes import ripemd160
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Claim, Code, VerdictStatus
from monitor.ownership import judge
from monitor.registry import load
from tests.support.keys import ORDER, Key
from tests.support.ownership import MESSAGE, NOT_PROVEN, claim, with_high_s

EOS, WAX = load().networks["eos"], load().networks["wax"]
KEY, OTHER = Key(b"\x01" * 32), Key(b"\x02" * 32)
SECRETS = st.binary(min_size=32, max_size=32).filter(lambda raw: 0 < int.from_bytes(raw, "big") < ORDER)
MESSAGES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)
ACCOUNT = "okbwallet1tr"


def checked(data: bytes, suffix: bytes = b"K1") -> str:
    return b58encode(data + ripemd160(data + suffix)[:4]).decode()


def legacy(key: Key) -> str:
    return "EOS" + checked(key.compressed, b"")


def modern(key: Key) -> str:
    return "PUB_K1_" + checked(key.compressed)


def okx(message: str) -> bytes:
    raw = message.encode()
    size = bytes((len(raw),)) if len(raw) < 253 else b"\xfd" + len(raw).to_bytes(2, "little")
    return sha256(b"\x14OKX Signed Message:\n" + size + raw).digest()


def written(raw: bytes) -> str:
    return "SIG_K1_" + checked(raw)


def sign(key: Key, digest: bytes) -> str:
    raw = key.sign(digest, 31)
    return written(raw[64:] + raw[:64])


GOOD = sign(KEY, okx(MESSAGE))
ONE_AND_A_NUMBER = json.dumps({"publicKey1": legacy(KEY), "publicKey2": 2})
TWO = json.dumps({"publicKey1": legacy(KEY), "publicKey2": legacy(OTHER)})


def row(*signatures: str, key: str = "", message: str = MESSAGE) -> Claim:
    return claim(EOS, ACCOUNT, *signatures, key=key or legacy(KEY), message=message)


def status(one: Claim) -> VerdictStatus:
    return judge(one, EOS).status


@settings(max_examples=10, deadline=None)
@given(secret=SECRETS, message=MESSAGES)
def test_a_stated_keys_signature_is_unbound_in_either_form_and_spelling(secret: bytes, message: str) -> None:
    key = Key(secret)
    for stated in (legacy(key), modern(key)):
        for digest in (okx(message), sha256(message.encode()).digest()):
            verdict = judge(row(sign(key, digest), key=stated, message=message), EOS)
            assert verdict.status is VerdictStatus.UNBOUND
            assert verdict.code is Code.UNBOUND_KEY


def test_wax_is_judged_alike() -> None:
    assert judge(claim(WAX, ACCOUNT, GOOD, key=legacy(KEY)), WAX).status is VerdictStatus.UNBOUND


def test_two_stated_keys_must_both_sign_in_their_columns() -> None:
    other = sign(OTHER, okx(MESSAGE))
    assert status(row(GOOD, other, key=TWO)) is VerdictStatus.UNBOUND
    assert status(row(other, GOOD, key=TWO)) in NOT_PROVEN
    assert status(row(GOOD, key=TWO)) in NOT_PROVEN
    assert status(row(GOOD, GOOD, key=TWO)) in NOT_PROVEN
    assert status(row(GOOD, other)) in NOT_PROVEN


def test_one_key_stated_twice_is_invalid_however_it_is_spelled() -> None:
    for second in (legacy(KEY), modern(KEY)):
        stated = json.dumps({"publicKey1": legacy(KEY), "publicKey2": second})
        assert judge(row(GOOD, GOOD, key=stated), EOS).code is Code.NAMED_TWICE


@settings(max_examples=30, deadline=None)
@given(position=st.integers(0, 64), change=st.integers(1, 255))
def test_a_signature_with_any_byte_changed_is_not_proven(position: int, change: int) -> None:
    signed = KEY.sign(okx(MESSAGE), 31)
    raw = bytearray(signed[64:] + signed[:64])
    raw[position] ^= change
    assert status(row(written(bytes(raw)))) in NOT_PROVEN


def test_the_twin_of_a_signature_is_malleable() -> None:
    signed = KEY.sign(okx(MESSAGE), 31)
    twin = bytes((63 - signed[64],)) + with_high_s(signed[:64])
    assert judge(row(written(twin)), EOS).code is Code.HIGH_S


@pytest.mark.parametrize("header", [0, 27, 30, 35, 255])
def test_only_the_headers_of_compressed_keys_are_known(header: int) -> None:
    assert judge(row(written(bytes((header,)) + KEY.sign(okx(MESSAGE))[:64])), EOS).code is Code.HEADER_UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        *(
            GOOD + " ",
            GOOD + "1",
            GOOD[:-1],
            GOOD[:-1] + "0",
            "SIG_K1_",
            "EOS",
            GOOD.removeprefix("SIG_K1_"),
            "A" * 500,
        ),
        *("SIG_K1_" + checked(b"\x1f" + bytes(65)), "SIG_K1_" + checked(bytes(65), b"R1"), "SIG_K1_" + "z" * 5000),
    ],
)
def test_a_signature_of_another_shape_is_not_proven(text: str) -> None:
    assert status(row(text)) in NOT_PROVEN


@pytest.mark.parametrize(
    "stated",
    [
        *(legacy(OTHER), legacy(KEY)[:-1], legacy(KEY) + " ", "EOS", "PUB_K1_" + checked(KEY.compressed, b"")),
        *("EOS" + checked(KEY.compressed), "EOS" + checked(KEY.uncompressed, b""), KEY.compressed.hex(), "null"),
        *(
            "{",
            "{}",
            json.dumps({"publicKey1": legacy(KEY), "publicKey2": 2}),
            '{"publicKey1": 1, "publicKey2": 2}',
            '{"publicKey1": "EOS"}',
            '{"a":' * 100_000,
        ),
    ],
)
def test_a_key_that_is_another_or_no_key_is_not_proven(stated: str) -> None:
    verdict = judge(row(GOOD, key=stated), EOS)
    assert verdict.status in NOT_PROVEN
    assert verdict.code is not Code.DEFECT


def test_a_row_without_a_key_is_invalid_and_says_why() -> None:
    assert judge(replace(row(GOOD), key=""), EOS).code is Code.NO_PUBLIC_KEY


@pytest.mark.parametrize("kind", ["R1", "WA"])
def test_other_curves_and_rows_with_owners_are_unsupported(kind: str) -> None:
    signature, key = judge(row(f"SIG_{kind}_111"), EOS), judge(row(GOOD, key=f"PUB_{kind}_111"), EOS)
    assert (signature.status, key.status) == (VerdictStatus.UNSUPPORTED, VerdictStatus.UNSUPPORTED)
    assert signature.reason == f"signatures of the kind SIG_{kind} are not judged"
    assert key.reason == f"keys of the kind PUB_{kind} are not judged"
    assert status(replace(row(GOOD), owners=(ACCOUNT,))) is VerdictStatus.UNSUPPORTED


@settings(max_examples=60, deadline=None)
@given(signatures=st.lists(st.text(max_size=120), max_size=3), key=st.text(max_size=120))
def test_whatever_a_row_holds_it_is_judged_and_never_proven(signatures: list[str], key: str) -> None:
    verdict = judge(row(*signatures, key=key), EOS)
    assert verdict.status is not VerdictStatus.UNBOUND
    assert verdict.code is not Code.DEFECT


@pytest.mark.parametrize("further", [b"", b"\0"])
def test_a_good_signature_or_key_with_a_byte_more_is_not_judged_though_its_checksum_fits(further: bytes) -> None:
    raw = KEY.sign(okx(MESSAGE), 31)
    signature, key = written(raw[64:] + raw[:64] + further), "PUB_K1_" + checked(KEY.compressed + further)
    fitting = VerdictStatus.UNSUPPORTED if further else VerdictStatus.UNBOUND
    assert status(row(signature)) is fitting
    assert status(row(GOOD, key=key)) is fitting
