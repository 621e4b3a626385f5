"""Tezos: base58check of 20 bytes with a three-byte prefix that names the kind of account."""

from __future__ import annotations

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import base58check

_FORMS = {
    bytes.fromhex("06a19f"): "tz1",
    bytes.fromhex("06a1a1"): "tz2",
    bytes.fromhex("06a1a4"): "tz3",
    bytes.fromhex("06a1a6"): "tz4",
    bytes.fromhex("025a79"): "KT1",
}


def decode(_network: Network, text: str) -> Decoded:
    body = base58check.decode_check(text)
    form = _FORMS.get(body[:3])
    if form is None:
        raise AddressError(f"is not of the kind {', '.join(_FORMS.values())}")
    if len(body) != 23:
        raise AddressError(f"holds {len(body) - 3} bytes, not 20")
    return Decoded(text, form, body[3:])
