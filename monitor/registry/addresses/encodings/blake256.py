"""BLAKE-256, the SHA-3 finalist (not BLAKE2), which Decred's checksum uses and no kept library offers.

Specification: "SHA-3 proposal BLAKE", version 1.3, section 2.1: fourteen rounds over 32-bit words, here without salt.
"""

from __future__ import annotations

import struct

_MASK = 0xFFFFFFFF
_ROUNDS = 14

# The initial value of SHA-256.
_INITIAL = (
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
)  # fmt: skip

# The first digits of pi.
_PI = (
    0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0, 0x082EFA98, 0xEC4E6C89,
    0x452821E6, 0x38D01377, 0xBE5466CF, 0x34E90C6C, 0xC0AC29B7, 0xC97C50DD, 0x3F84D5B5, 0xB5470917,
)  # fmt: skip

# The order in which a round takes the message words; round ten begins again with the first.
_ORDERS = tuple(
    tuple(int(word, 16) for word in order)
    for order in (
        "0123456789abcdef", "ea489fd61c02b753", "b8c052fdae367194", "7931dcbe265a40f8", "905724afe1bc683d",
        "2c6a0b834d75fe19", "c51fed4a0763928b", "db7ec13950f4862a", "6fe9b308c2d714a5", "a2847615fb9e3cd0",
    )
)  # fmt: skip

# The words of the state that each step of a round mixes: four columns, then four diagonals.
_STEPS = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)  # fmt: skip


def blake256(data: bytes) -> bytes:
    """The 32-byte digest of ``data``."""
    padded = _padded(data)
    chain: tuple[int, ...] = _INITIAL
    for start in range(0, len(padded), 64):
        counter = 8 * min(len(data), start + 64) if start < len(data) else 0  # message bits so far; none in a pure pad
        chain = _compress(chain, struct.unpack_from(">16I", padded, start), counter)
    return struct.pack(">8I", *chain)


def _padded(data: bytes) -> bytes:
    """``data``, a one bit, zeros, a one bit, and the length in bits: whole blocks of 64 bytes."""
    count = -(len(data) + 8) % 64 or 64
    filler = bytearray(count)
    filler[0] |= 0x80
    filler[-1] |= 0x01
    return data + filler + struct.pack(">Q", len(data) * 8)


def _compress(chain: tuple[int, ...], message: tuple[int, ...], counter: int) -> tuple[int, ...]:
    low, high = counter & _MASK, counter >> 32
    state = [*chain, *_PI[:4], _PI[4] ^ low, _PI[5] ^ low, _PI[6] ^ high, _PI[7] ^ high]
    for number in range(_ROUNDS):
        order = _ORDERS[number % 10]
        for step, words in enumerate(_STEPS):
            first, second = order[2 * step], order[2 * step + 1]
            _mix(state, words, message[first] ^ _PI[second], message[second] ^ _PI[first])
    return tuple(word ^ state[index] ^ state[index + 8] for index, word in enumerate(chain))


def _mix(state: list[int], words: tuple[int, int, int, int], first: int, second: int) -> None:
    """The function G of the specification."""
    a, b, c, d = words
    for word, right, left in ((first, 16, 12), (second, 8, 7)):
        state[a] = (state[a] + state[b] + word) & _MASK
        state[d] = _rotate(state[d] ^ state[a], right)
        state[c] = (state[c] + state[d]) & _MASK
        state[b] = _rotate(state[b] ^ state[c], left)


def _rotate(word: int, count: int) -> int:
    return (word >> count | word << (32 - count)) & _MASK
