"""Keys recovered from signatures: each by the key that made it, and none where a signature could be spelled twice."""

import pytest
from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Code
from monitor.ownership.family import Refused
from monitor.ownership.secp256k1 import HIGHEST_S, ORDER, is_der, recover, verify

DIGEST = b"\x07" * 32
SIGNED = PrivateKey(b"\x01" * 32).sign_recoverable(DIGEST, hasher=None)
KEY = PrivateKey(b"\x01" * 32).public_key.format(compressed=False)
R = int.from_bytes(SIGNED[:32], "big")
S = int.from_bytes(SIGNED[32:64], "big")

OUT_OF_RANGE = "r or s of the signature is out of range"
MALLEABLE = "the signature is malleable (high s)"


def r_s(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@given(secret=st.binary(min_size=32, max_size=32), digest=st.binary(min_size=32, max_size=32))
def test_a_signature_gives_the_key_that_made_it(secret: bytes, digest: bytes) -> None:
    if not 0 < int.from_bytes(secret, "big") < ORDER:
        return
    signed = PrivateKey(secret).sign_recoverable(digest, hasher=None)
    key = PrivateKey(secret).public_key.format(compressed=False)
    assert recover(signed[:64], signed[64], digest) == key
    with pytest.raises(Refused, match=r"high s"):
        recover(signed[:32] + (ORDER - int.from_bytes(signed[32:64], "big")).to_bytes(32, "big"), signed[64], digest)


@pytest.mark.parametrize(
    ("r", "s", "why"),
    [
        *((0, S, OUT_OF_RANGE), (ORDER, S, OUT_OF_RANGE), (2**256 - 1, S, OUT_OF_RANGE)),
        *((R, 0, OUT_OF_RANGE), (R, ORDER, OUT_OF_RANGE), (R, 2**256 - 1, OUT_OF_RANGE)),
        *((R, ORDER - S, MALLEABLE), (R, HIGHEST_S + 1, MALLEABLE), (5, 5, "no key has this signature")),
    ],
)
def test_what_has_no_key_or_a_second_spelling_is_refused_with_the_reason(r: int, s: int, why: str) -> None:
    with pytest.raises(Refused) as refusal:
        recover(r_s(r, s), SIGNED[64], DIGEST)
    assert str(refusal.value) == why


def test_the_highest_s_is_not_too_high() -> None:
    assert recover(r_s(R, HIGHEST_S), SIGNED[64], DIGEST)[0] == 4


@given(st.binary(min_size=64, max_size=64), st.integers(0, 3))
def test_whatever_the_bytes_a_key_comes_out_or_a_refusal(raw: bytes, recovery_id: int) -> None:
    try:
        key = recover(raw, recovery_id, DIGEST)
    except Refused:
        return
    assert (len(key), key[0]) == (65, 4)


@pytest.mark.parametrize(
    ("raw", "recovery_id", "digest"),
    [
        (SIGNED[:63], 0, DIGEST),
        (SIGNED, 0, DIGEST),
        (SIGNED[:64], 4, DIGEST),
        (SIGNED[:64], -1, DIGEST),
        (SIGNED[:64], 0, DIGEST[1:]),
        (SIGNED[:63], 0, DIGEST + b"\0"),
    ],
)
def test_what_the_library_would_end_the_process_on_never_reaches_it(
    raw: bytes, recovery_id: int, digest: bytes
) -> None:
    with pytest.raises(ValueError, match="64 bytes and a number from 0 to 3, over 32 bytes"):
        recover(raw, recovery_id, digest)


def der(r: bytes, s: bytes, tag: int = 0x30, inner: tuple[int, int] = (2, 2)) -> bytes:
    body = bytes((inner[0], len(r))) + r + bytes((inner[1], len(s))) + s
    return bytes((tag, len(body))) + body


def test_der_is_told_by_each_of_its_marks_and_lengths() -> None:
    r, s = b"\x01" * 32, b"\x02" * 31
    good = der(r, s)
    assert is_der(good)
    for other in (
        der(r, s, tag=0x31),
        der(r, s, inner=(3, 2)),
        der(r, s, inner=(2, 3)),
        good + b"\0",
        good[:-1],
        good[:1] + bytes((good[1] + 1,)) + good[2:],
        b"",
        good[:5],
    ):
        assert not is_der(other), other.hex()


def test_a_signature_by_another_key_is_told_from_a_malleable_one() -> None:
    private = PrivateKey(b"\x01" * 32)
    key, signature = private.public_key.format(), private.sign(DIGEST, hasher=None)
    verify(signature, key, DIGEST)
    with pytest.raises(Refused) as other:
        verify(signature, PrivateKey(b"\x02" * 32).public_key.format(), DIGEST)
    assert other.value.code is Code.NOT_BY_KEY
    high = der(SIGNED[1:32], b"\0" + (ORDER - S).to_bytes(32, "big"))  # its r begins with a zero, its s then does not
    with pytest.raises(Refused) as malleable:
        verify(high, key, DIGEST)
    assert malleable.value.code is Code.HIGH_S
