"""Filecoin, main net: f0 (an id), f1 to f3 (hashes and keys), f4 (delegated), and Ethereum's spelling of f0 and f4.

The Filecoin specification, appendix "Address"; FIP-48 for f4 and FIP-55 for ``0x``. Only the address manager 10, the
Ethereum one, exists, so f410 is the only f4. Canonical of ``0x…`` is f410, or f0 where it masks an id.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from monitor.model import Network
from monitor.registry.addresses import evm
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import base32

_ID = re.compile(r"f0(0|[1-9][0-9]{0,19})")
_LARGEST_ID = 2**63 - 1
_MASKED_ID = b"\xff" + bytes(11)
_ETHEREUM = 10

_FORMS = {"1": ("secp256k1", 20), "2": ("actor", 20), "3": ("bls", 48)}


def decode(_network: Network, text: str) -> Decoded:
    if text.startswith("0x"):
        return _ethereum(evm.from_hex(text))
    if text.startswith("f0"):
        return _id(text)
    if text.startswith("f410f"):
        account = _checked(text, "f410f", bytes((4, _ETHEREUM)), 20)
        if account.startswith(_MASKED_ID):
            raise AddressError("is a masked id, which no f410 address may hold (FIP-55)")
        return Decoded(text, "delegated", account)
    form, size = _FORMS.get(text[1:2], ("", 0))
    if text[0] != "f" or not form:
        raise AddressError("does not begin with f0, f1, f2, f3, f410f or 0x")
    return Decoded(text, form, _checked(text, text[:2], bytes((int(text[1]),)), size))


def _id(text: str) -> Decoded:
    match = _ID.fullmatch(text)
    if match is None or int(match[1]) > _LARGEST_ID:
        raise AddressError("is not an id: f0 and a number up to 2^63 - 1 without leading zeros")
    return Decoded(text, "id", match[1].encode())


def _ethereum(account: bytes) -> Decoded:
    if account.startswith(_MASKED_ID):
        return _id(f"f0{int.from_bytes(account[12:], 'big')}")
    checksum = _checksum(bytes((4, _ETHEREUM)) + account)
    return Decoded("f410f" + base32.encode(account + checksum).lower(), "delegated", account)


def _checked(text: str, prefix: str, protocol: bytes, size: int) -> bytes:
    """The payload after ``prefix``; its checksum also covers the protocol (and address manager)."""
    body = text.removeprefix(prefix)
    if body != body.lower():
        raise AddressError("holds upper-case letters")
    data = base32.decode(body.upper())
    payload, checksum = data[:-4], data[-4:]
    if len(payload) != size:
        raise AddressError(f"holds {len(payload)} bytes, not {size}")
    if _checksum(protocol + payload) != checksum:
        raise AddressError("its checksum does not match")
    return payload


def _checksum(data: bytes) -> bytes:
    return blake2b(data, digest_size=4).digest()
