"""Cash addresses, with or without their coin's prefix (Bitcoin Cash specification, cashaddr.md)."""

from __future__ import annotations

from monitor.model import ChainParameters
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import cashaddr as encoding
from monitor.registry.addresses.encodings.cashaddr import CASHADDR_ALPHABET

# Type and size bits of the version byte, and the length that the size stands for. Types 2 and 3 are types 0 and 1 of
# a wallet that handles CashTokens (CHIP-2022-02), where the coin has them; the script is the same.
_FORMS = {(0, 0, 20): "p2pkh", (1, 0, 20): "p2sh", (1, 3, 32): "p2sh32"}
_FORMS_WITH_TOKENS = {**_FORMS, **{(kind + 2, size, length): form for (kind, size, length), form in _FORMS.items()}}


def resembles(text: str) -> bool:
    """Whether to read ``text`` as a cash address: legacy ones begin with 1 or 3, which no cash address does."""
    return ":" in text or text[0] in "qpzrQPZR"


def decode(coin: ChainParameters, text: str) -> Decoded:
    """``text`` under the coin's prefix. Canonical is lower case with the prefix."""
    if text not in (text.lower(), text.upper()):
        raise AddressError("has mixed case; a cash address is all lower or all upper case")
    prefix = coin.addresses.cashaddr
    stated, colon, body = text.lower().rpartition(":")
    under = stated if stated and stated == coin.addresses.cashaddr_tokens else prefix
    if colon and stated != under:
        raise AddressError(f"its prefix is {stated!r}, not {prefix!r}")
    data = encoding.decode(under, body, CASHADDR_ALPHABET)
    if data is None:
        raise AddressError(_explain_checksum(coin, body))
    version, payload = data[0], data[1:]
    forms = _FORMS_WITH_TOKENS if coin.cash_tokens else _FORMS
    form = forms.get((version >> 3, version & 7, len(payload)))
    if form is None:
        raise AddressError(f"its version byte {version} with {len(payload)} bytes is not a known cash address")
    return Decoded(encode(prefix, form, payload), form, payload)


def encode(prefix: str, form: str, payload: bytes) -> str:
    """The canonical cash address of a script."""
    version = {"p2pkh": 0, "p2sh": 8, "p2sh32": 11}[form]
    return encoding.encode(prefix, bytes((version,)) + payload, CASHADDR_ALPHABET)


def _explain_checksum(coin: ChainParameters, body: str) -> str:
    for other, owners in coin.known.cashaddr.items():
        if other != coin.addresses.cashaddr and encoding.decode(other, body, CASHADDR_ALPHABET) is not None:
            return f"is an address of {' or '.join(owners)}: its checksum is made for that prefix"
    return "its cash address checksum does not match"
