"""Internet Computer: an account identifier, 28 bytes of SHA-224 after their CRC-32, in hexadecimal.

Or a principal, base32 of its CRC-32 and its bytes in groups of five, which stands for its default account (ICP ledger;
Internet Computer interface specification, "Textual representation of principals").
"""

from __future__ import annotations

import zlib
from hashlib import sha224

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import base32, hexadecimal

_DOMAIN = b"\x0aaccount-id"
_DEFAULT_SUBACCOUNT = bytes(32)
_LONGEST = 29  # bytes of a principal
_SELF_AUTHENTICATING = b"\x02"  # the last byte of a principal that hashes a key


def decode(_network: Network, text: str) -> Decoded:
    if "-" in text:
        principal = _principal(text)
        account = account_of(principal)
        form = "principal" if principal.endswith(_SELF_AUTHENTICATING) else "canister"
        return Decoded((_checksum(account) + account).hex(), form, account)
    data = hexadecimal.decode(text, 32)
    checksum, account = data[:4], data[4:]
    if _checksum(account) != checksum:
        raise AddressError("its CRC-32 does not match")
    return Decoded(data.hex(), "account", account)


def account_of(principal: bytes) -> bytes:
    """The default account of ``principal``, without its checksum."""
    return sha224(_DOMAIN + principal + _DEFAULT_SUBACCOUNT).digest()


def _principal(text: str) -> bytes:
    data = base32.decode(text.replace("-", "").upper())
    checksum, principal = data[:4], data[4:]
    digits = base32.encode(data).lower()
    if "-".join(digits[start : start + 5] for start in range(0, len(digits), 5)) != text:
        raise AddressError("is not a principal: lower-case base32 in groups of five")
    if not 0 < len(principal) <= _LONGEST or _checksum(principal) != checksum:
        raise AddressError("the CRC-32 of the principal does not match")
    return principal


def _checksum(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(4, "big")
