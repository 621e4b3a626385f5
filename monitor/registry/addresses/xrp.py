"""XRP Ledger, main net: classic addresses in Ripple's base58, and X-addresses (XLS-5), which add a destination tag.

A tag names a customer, not an account of the ledger: canonical is the classic address.
"""

from __future__ import annotations

from monitor.model import Address, Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import base58check
from monitor.registry.addresses.encodings.base58check import RIPPLE_ALPHABET

_CLASSIC = b"\x00"
_X_MAIN = b"\x05\x44"
_X_TEST = b"\x04\x93"


def decode(_network: Network, text: str) -> Decoded:
    body = base58check.decode_check(text, alphabet=RIPPLE_ALPHABET)
    if len(body) == 21 and body.startswith(_CLASSIC):
        return Decoded(text, "classic", body[1:])
    if len(body) == 31 and body.startswith(_X_TEST):
        raise AddressError("is an X-address of a test net")
    if len(body) != 31 or not body.startswith(_X_MAIN):
        raise AddressError("is neither a classic address (r…) nor an X-address (X…)")
    account, flag, tag = body[2:22], body[22], body[23:]
    if flag > 1 or any(tag[4:]) or (flag == 0 and any(tag)):
        raise AddressError("its destination tag is not written as XLS-5 says")
    return Decoded(encode(account), "x-address", account)


def encode(account: bytes) -> Address:
    """The classic address of an account, given as its 20 bytes."""
    return base58check.encode_check(_CLASSIC + account, alphabet=RIPPLE_ALPHABET)
