"""Five-bit digits to bytes, as bech32, cashaddr and CIP-37 write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.registry.addresses.decoded import AddressError


def octets(digits: Sequence[int]) -> bytes:
    """The bytes in ``digits``. The bits left over are under five and zero (BIP-173), or there were two spellings."""
    value = 0
    for digit in digits:
        value = value << 5 | digit
    size, padding = divmod(len(digits) * 5, 8)
    if padding >= 5 or value & ((1 << padding) - 1):
        raise AddressError("its last character holds bits that belong to no byte")
    return (value >> padding).to_bytes(size, "big")


def quintets(data: bytes) -> Iterable[int]:
    """``data`` as five-bit digits, filled up with zero bits."""
    count = -(-len(data) * 8 // 5)
    value = int.from_bytes(data, "big") << (count * 5 - len(data) * 8)
    return (value >> shift & 31 for shift in range((count - 1) * 5, -1, -5))
