"""Conflux, main net: CIP-37, which is cashaddr's checksum over another alphabet, with an optional address type."""

from __future__ import annotations

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import cashaddr
from monitor.registry.addresses.encodings.cashaddr import CIP37_ALPHABET

_PREFIX = "cfx"
_VERSION = 0  # Conflux, 160 bits
_TYPES = {0x0: "builtin", 0x1: "user", 0x8: "contract"}  # by the first four bits
_NULL = bytes(20)


def decode(_network: Network, text: str) -> Decoded:
    if text not in (text.lower(), text.upper()):
        raise AddressError("has mixed case; a CIP-37 address is all lower or all upper case")
    if not text.lower().startswith(f"{_PREFIX}:"):
        raise AddressError(f"does not begin with {_PREFIX}:, the prefix of the main net")
    _, *options, body = text.lower().split(":")
    data = cashaddr.decode(_PREFIX, body, CIP37_ALPHABET)
    if data is None:
        raise AddressError("its checksum does not match")
    account = data[1:]
    kind = _TYPES.get(account[0] >> 4) if account else None
    if data[0] != _VERSION or len(account) != 20 or kind is None:
        raise AddressError("is not 20 bytes of the type builtin, user or contract")
    kind = "null" if account == _NULL else kind
    if options not in ([], [f"type.{kind}"]):
        raise AddressError(f"states {':'.join(options)}, but is type.{kind}")
    return Decoded(cashaddr.encode(_PREFIX, data, CIP37_ALPHABET), kind, account)
