"""Strict readers of the texts in which lists write bytes: whole, in one spelling, or not judged.

``what`` names the cell in the reason.
"""

import base64
import binascii

from based58 import b58decode

from monitor.model import Code, Network
from monitor.ownership.family import NotJudged, Refused
from monitor.registry.addresses import AddressError, Decoded, decode


def hex_bytes(text: str, what: str) -> bytes:
    """Read whole bytes in hex, with or without ``0x``."""
    digits = text.removeprefix("0x")
    try:
        raw = bytes.fromhex(digits)
    except ValueError:
        raw = b""
    # fromhex() passes over spaces between bytes.
    if not raw or 2 * len(raw) != len(digits):
        raise NotJudged(Code.UNKNOWN_SPELLING, f"{what} is not hex, and no other spelling of it is judged here")
    return raw


def sized_hex(text: str, size: int, what: str) -> bytes:
    """Read exactly ``size`` bytes in hex, with or without ``0x``."""
    raw = hex_bytes(text, what)
    if len(raw) != size:
        raise NotJudged(Code.WRONG_LENGTH, f"{what} has {len(raw)} bytes; only {size} bytes are judged")
    return raw


def base58_bytes(text: str, what: str) -> bytes:
    """Read base58 and nothing else. It takes quadratic time: limit the length."""
    try:
        return b58decode(text.encode())
    except ValueError as error:
        raise NotJudged(
            Code.UNKNOWN_SPELLING, f"{what} is not base58, and no other spelling of it is judged here"
        ) from error


def base64_bytes(text: str, what: str) -> bytes:
    """Read base64 with its padding: no spaces, no stray bits, so that each signature has one spelling."""
    try:
        raw = binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise NotJudged(
            Code.UNKNOWN_SPELLING, f"{what} is not base64, and no other spelling of it is judged here"
        ) from error
    if base64.b64encode(raw).decode() != text:
        raise NotJudged(
            Code.UNKNOWN_SPELLING, f"{what} is not canonical base64, and no other spelling of it is judged here"
        )
    return raw


def any_bytes(text: str, what: str, size: int) -> bytes:
    """Read bytes in hex, base64 or base58, as the length of ``text`` has it for ``size`` bytes."""
    shortest = -(-size // 3) * 4  # base64's length, and the most that base58 takes
    if text.startswith("0x") or len(text) > shortest:
        return hex_bytes(text, f"{what}, which is too long for base64 and base58,")
    if text.endswith("="):
        return base64_bytes(text, what)
    return base58_bytes(text, f"{what}, which is neither {2 * size} hex digits nor base64,")


def read_address(network: Network, text: str, code: Code, who: str = "") -> Decoded:
    """Decode an address of ``network``; raise ``Refused`` with ``code``, and ``who`` before the text, for another."""
    try:
        return decode(network, text)
    except AddressError as error:
        raise Refused(code, f"{who}{text}: {error}") from error
