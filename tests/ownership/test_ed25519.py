"""What may not pass as an Ed25519 signature, each case one that some verifier in use accepts."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.ownership.ed25519 import is_key, verifies
from tests.support.ed25519 import KEY, OTHER, Key

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
MESSAGE = b"message"
GOOD = KEY.sign(MESSAGE)

SMALL_ORDER = {
    "the identity": (1).to_bytes(32, "little"),
    "order 2": (PRIME - 1).to_bytes(32, "little"),
    "order 4": bytes(32),
    "order 4, negative": bytes(31) + b"\x80",
    "order 8": bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    "order 8, another": bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
}


def number(raw: bytes) -> int:
    return int.from_bytes(raw, "little")


def base_times(scalar: int) -> bytes:
    """Encoded scalar·B, by way of RFC 8032's formulas."""
    base = (
        15112221349535400772501151409588531511454012693041857206046113283949847762202,
        4 * pow(5, -1, PRIME) % PRIME,
    )
    return encode(times(scalar, base))


def times(scalar: int, point: tuple[int, int]) -> tuple[int, int]:
    total = (0, 1)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point, scalar = add(point, point), scalar >> 1
    return total


def add(first: tuple[int, int], second: tuple[int, int]) -> tuple[int, int]:
    (a, b), (c, d) = first, second
    mixed = -121665 * pow(121666, -1, PRIME) * a * b * c * d
    x = (a * d + b * c) * pow(1 + mixed, -1, PRIME) % PRIME
    y = (b * d + a * c) * pow(1 - mixed, -1, PRIME) % PRIME
    return x, y


def encode(point: tuple[int, int]) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def challenge(r: bytes, key: bytes, message: bytes) -> int:
    return number(hashlib.sha512(r + key + message).digest()) % ORDER


@settings(max_examples=30, deadline=None)
@given(secret=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200))
def test_what_openssl_signs_verifies(secret: bytes, message: bytes) -> None:
    key = Key(secret)
    assert verifies(key.public, key.sign(message), message)


@settings(max_examples=30, deadline=None)
@given(secret=st.binary(min_size=32, max_size=32))
def test_every_wallets_key_is_told_to_be_one(secret: bytes) -> None:
    assert is_key(Key(secret).public)


def test_most_hashes_and_what_nobody_can_sign_with_are_told_to_be_no_keys() -> None:
    hashes = [hashlib.sha256(bytes((number,))).digest() for number in range(200)]
    assert sum(map(is_key, hashes)) < 30
    assert not any(map(is_key, SMALL_ORDER.values()))


@settings(max_examples=60, deadline=None)
@given(bit=st.integers(0, 64 * 8 - 1))
def test_a_signature_with_any_bit_changed_does_not(bit: int) -> None:
    raw = bytearray(GOOD)
    raw[bit // 8] ^= 1 << bit % 8
    assert not verifies(KEY.public, bytes(raw), MESSAGE)


def test_neither_another_message_nor_another_key_does() -> None:
    assert verifies(KEY.public, GOOD, MESSAGE)
    assert not verifies(KEY.public, GOOD, MESSAGE + b".")
    assert not verifies(OTHER.public, GOOD, MESSAGE)


@pytest.mark.parametrize("multiple", [1, 2, 3, 7])
def test_an_s_that_is_not_reduced_is_refused(multiple: int) -> None:
    s = number(GOOD[32:]) + multiple * ORDER
    assert not verifies(KEY.public, GOOD[:32] + s.to_bytes(32, "little"), MESSAGE)


@pytest.mark.parametrize("key", SMALL_ORDER.values(), ids=SMALL_ORDER)
def test_a_key_of_small_order_signs_nothing(key: bytes) -> None:
    for r in SMALL_ORDER.values():
        assert not verifies(key, r + bytes(32), MESSAGE)
    forged = base_times(5)
    assert not verifies(key, forged + (5).to_bytes(32, "little"), MESSAGE)


def test_an_r_of_small_order_is_refused() -> None:
    secret = number(hashlib.sha512(KEY.secret).digest()[:32]) & (1 << 254) - 8 | 1 << 254
    assert base_times(secret) == KEY.public
    for r in SMALL_ORDER.values():
        s = challenge(r, KEY.public, MESSAGE) * secret % ORDER
        assert not verifies(KEY.public, r + s.to_bytes(32, "little"), MESSAGE)


def test_the_equation_must_hold_without_the_cofactor() -> None:
    secret = number(hashlib.sha512(KEY.secret).digest()[:32]) & (1 << 254) - 8 | 1 << 254
    torsion = (0, PRIME - 1)
    base = (
        15112221349535400772501151409588531511454012693041857206046113283949847762202,
        4 * pow(5, -1, PRIME) % PRIME,
    )
    honest, shifted = times(7, base), add(times(7, base), torsion)
    for point, expected in ((honest, True), (shifted, False)):
        r = encode(point)
        s = (7 + challenge(r, KEY.public, MESSAGE) * secret) % ORDER
        assert verifies(KEY.public, r + s.to_bytes(32, "little"), MESSAGE) is expected


@pytest.mark.parametrize("excess", range(19))
def test_a_key_that_is_not_canonical_is_refused(excess: int) -> None:
    for sign in (0, 1 << 255):
        key = (PRIME + excess | sign).to_bytes(32, "little")
        assert not verifies(key, base_times(5) + (5).to_bytes(32, "little"), MESSAGE)
        assert not verifies(key, GOOD, MESSAGE)
