"""Addresses that are plain hexadecimal, with a prefix and no checksum. ``0x`` may be left out, as it says nothing."""

from __future__ import annotations

import re

from monitor.registry.addresses.decoded import AddressError

_HEX = re.compile(r"[0-9a-fA-F]*")


def decode(text: str, size: int, *, prefix: str = "0x", missing: int = 0) -> bytes:
    """``size`` bytes written after ``prefix``; up to ``missing`` leading zero digits may be missing after it."""
    digits = digits_of(text) if prefix == "0x" else text[len(prefix) :]
    if not text.startswith(prefix) and not (prefix == "0x" and _HEX.fullmatch(digits)):
        raise AddressError(f"does not begin with {prefix}")
    if not _HEX.fullmatch(digits):
        raise AddressError(f"holds a character that is not hexadecimal after {prefix}")
    fewest = 2 * size - missing if len(digits) < len(text) else 2 * size
    if not fewest <= len(digits) <= 2 * size:
        raise AddressError(f"has {len(digits)} hexadecimal digits, not {2 * size}")
    return bytes.fromhex(digits.rjust(2 * size, "0"))


def digits_of(text: str) -> str:
    """``text`` without ``0x`` or ``0X``."""
    return text[2:] if text.startswith(("0x", "0X")) else text


def is_hex(text: str) -> bool:
    """Whether ``text`` is hexadecimal, with or without ``0x``."""
    return bool(_HEX.fullmatch(digits_of(text)))


def has_case(digits: str) -> bool:
    """Whether the letters of ``digits`` are of both cases, as a checksum in their case makes them."""
    return digits not in (digits.lower(), digits.upper())
