from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.registry.addresses.decoded import AddressError
from monitor.registry.addresses.encodings import base32
from monitor.registry.addresses.encodings.bits import octets, quintets
from monitor.registry.addresses.encodings.blake256 import blake256


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "716f6e863f744b9ac22c97ec7b76ea5f5908bc5b2f67c61510bfc4751384ea7a"),
        (bytes(1), "0ce8d4ef4dd7cd8d62dfded9d4edb0a774ae6a41929a74da23109e8f11139c87"),
        (bytes(72), "d419bad32d504fb7d44d460c42c5593fe544fa4c135dec31e21bd9abdcc22d41"),
    ],
)
def test_blake256_gives_the_digests_of_its_specification(data: bytes, digest: str) -> None:
    assert blake256(data).hex() == digest


@pytest.mark.parametrize("size", [54, 55, 56, 63, 64, 65])
def test_blake256_pads_every_length_to_whole_blocks(size: int) -> None:
    assert len({blake256(bytes(size)), blake256(bytes(size + 1)), blake256(bytes(size) + b"\x80")}) == 3


@given(st.binary())
def test_five_bit_digits_give_back_their_bytes(data: bytes) -> None:
    assert octets([*quintets(data)]) == data


@pytest.mark.parametrize("digits", [[0], [0, 1], [31, 31], [0, 0, 0], [0] * 6, [0, 0, 0, 1]])
def test_bits_that_belong_to_no_byte_are_refused(digits: list[int]) -> None:
    with pytest.raises(AddressError, match="bits that belong to no byte"):
        octets(digits)


@given(st.binary(max_size=60))
def test_base32_gives_back_its_bytes(data: bytes) -> None:
    assert base32.decode(base32.encode(data)) == data


@pytest.mark.parametrize("text", ["AB", "AAAAAAB", "aaaaaaaa", "A", "AAA", "AAAAAA", "AA======", "A1"])
def test_base32_has_one_spelling(text: str) -> None:
    with pytest.raises(AddressError):
        base32.decode(text)
