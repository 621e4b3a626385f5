"""Strict readers of the texts in which lists write bytes: one spelling, whole, or refused."""

import base64
import binascii
import re

from monitor.ownership.faults import Refused

_HEX = re.compile(r"(?:0x)?((?:[0-9a-fA-F]{2})+)")


def hex_bytes(text: str, what: str) -> bytes:
    """Whole bytes in hex, with or without ``0x``. ``what`` names the cell in the reason for a refusal."""
    match = _HEX.fullmatch(text)
    if not match:
        raise Refused(f"{what} is not hex")
    return bytes.fromhex(match[1])


def base64_bytes(text: str, what: str) -> bytes:
    """Base64 with its padding and nothing else: no spaces, no stray bits, so that each signature has one spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(f"{what} is not base64") from error
    if base64.b64encode(raw).decode() != text:
        raise Refused(f"{what} is not canonical base64")
    return raw
