"""NULS, main net: ``NULSd``, then base58 of chain id, type of account, 20 bytes and the exclusive or of all of them.

NULS documentation, "Address"; the letter after the name marks where it ends, the fourth letter for four characters.
"""

from __future__ import annotations

from functools import reduce
from operator import xor

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import base58check

_PREFIX = "NULSd"
_CHAIN = b"\x01\x00"  # chain id 1, little-endian
_FORMS = {1: "account", 2: "contract", 3: "multisig"}


def decode(_network: Network, text: str) -> Decoded:
    if not text.startswith(_PREFIX):
        raise AddressError(f"does not begin with {_PREFIX}, as addresses of the main net do")
    data = base58check.decode(text.removeprefix(_PREFIX))
    if len(data) != 24:
        raise AddressError(f"holds {len(data)} bytes, not 24")
    if reduce(xor, data):
        raise AddressError("its checksum does not match")
    form = _FORMS.get(data[2])
    if data[:2] != _CHAIN or form is None:
        raise AddressError("is not on the main net (chain 1), or of no known type (1 to 3)")
    return Decoded(text, form, data[3:23])
