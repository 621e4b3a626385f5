"""TON: ``workchain:hash`` or the friendly form, 36 bytes of base64 with a CRC-16 (TEP-2).

Canonical is the raw form: it alone has no flags. Bounceable or not (EQ or UQ) says how a sender should pay, not who is
paid, and every node and indexer takes the raw form.
"""

from __future__ import annotations

import base64
import binascii
import re

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded

_RAW = re.compile(r"(0|-1):([0-9a-fA-F]{64})")
_STANDARD = re.compile(r"[A-Za-z0-9+/]{48}")
_URL_SAFE = re.compile(r"[A-Za-z0-9_-]{48}")

_FORMS = {0x11: "bounceable", 0x51: "non-bounceable"}
_TEST_ONLY = 0x80
_WORKCHAINS = {0x00: "0", 0xFF: "-1"}


def decode(_network: Network, text: str) -> Decoded:
    if raw := _RAW.fullmatch(text):
        return Decoded(text.lower(), "raw", bytes.fromhex(raw[2]))
    if not (_STANDARD.fullmatch(text) or _URL_SAFE.fullmatch(text)):
        raise AddressError("is neither 48 characters of one base64 alphabet nor 0: or -1: and 64 hexadecimal digits")
    data = base64.b64decode(text, altchars=b"-_" if _URL_SAFE.fullmatch(text) else None)
    body, checksum = data[:34], data[34:]
    if binascii.crc_hqx(body, 0).to_bytes(2, "big") != checksum:
        raise AddressError("its CRC-16 does not match")
    if body[0] & _TEST_ONLY:
        raise AddressError("is marked for the test net only")
    form, workchain = _FORMS.get(body[0]), _WORKCHAINS.get(body[1])
    if form is None or workchain is None:
        raise AddressError(f"has the tag {body[0]:#04x} and workchain byte {body[1]:#04x}, which are not in use")
    return Decoded(f"{workchain}:{body[2:].hex()}", form, body[2:])
