"""Strict readers of the texts in which lists write bytes: one spelling, whole, or refused."""

import base64
import binascii
import re

from base58 import b58decode

from monitor.ownership.faults import Refused

_HEX = re.compile(r"(?:0x)?((?:[0-9a-fA-F]{2})+)")


def hex_bytes(text: str, what: str) -> bytes:
    """Whole bytes in hex, with or without ``0x``. ``what`` names the cell in the reason for a refusal."""
    match = _HEX.fullmatch(text)
    if not match:
        raise Refused(f"{what} is not hex")
    return bytes.fromhex(match[1])


def sized_hex(text: str, size: int, what: str) -> bytes:
    """Exactly ``size`` bytes in hex, with or without ``0x``."""
    raw = hex_bytes(text, what)
    if len(raw) != size:
        raise Refused(f"{what} has {len(raw)} bytes, not {size}")
    return raw


def base58_bytes(text: str, what: str) -> bytes:
    """Base58 with nothing after it: the library passes over spaces there. It takes quadratic time: limit the length."""
    if text != text.rstrip():
        raise Refused(f"{what} has spaces after its end")
    try:
        return b58decode(text)
    except ValueError as error:
        raise Refused(f"{what} is not base58") from error


def base64_bytes(text: str, what: str) -> bytes:
    """Base64 with its padding and nothing else: no spaces, no stray bits, so that each signature has one spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(f"{what} is not base64") from error
    if base64.b64encode(raw).decode() != text:
        raise Refused(f"{what} is not canonical base64")
    return raw
