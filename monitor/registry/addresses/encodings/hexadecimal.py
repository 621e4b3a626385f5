"""Addresses that are plain hexadecimal, with a prefix and no checksum."""

from __future__ import annotations

import re

from monitor.registry.addresses.decoded import AddressError

_HEX = re.compile(r"[0-9a-fA-F]*")


def decode(text: str, size: int, *, prefix: str = "0x", missing: int = 0) -> bytes:
    """``size`` bytes written after ``prefix``; up to ``missing`` leading zero digits may have been left out."""
    if not text.startswith(prefix):
        raise AddressError(f"does not begin with {prefix}")
    digits = text[len(prefix) :]
    if not _HEX.fullmatch(digits):
        raise AddressError(f"holds a character that is not hexadecimal after {prefix}")
    if not 2 * size - missing <= len(digits) <= 2 * size:
        raise AddressError(f"has {len(digits)} hexadecimal digits, not {2 * size}")
    return bytes.fromhex(digits.rjust(2 * size, "0"))


def has_case(digits: str) -> bool:
    """Whether the letters of ``digits`` are of both cases, as a checksum in their case makes them."""
    return digits not in (digits.lower(), digits.upper())
