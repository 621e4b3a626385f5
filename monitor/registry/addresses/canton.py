"""Canton: a party is ``hint::namespace``, the namespace being the fingerprint of a key (12 20, then a SHA-256).

The hint is free (Canton, ``UniqueIdentifier``: letters, digits, colons, hyphens and underscores, no ``::``); without a
checksum, a wrong character in it names another party. Fingerprints are lower case.
"""

from __future__ import annotations

import re
from hashlib import sha256

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded

_SHA256 = bytes((0x12, 0x20))  # multihash: the function and its length
_KEY_FINGERPRINT = (12).to_bytes(4, "big")  # Canton's HashPurpose.PublicKeyFingerprint
_LONGEST_HINT = 185
_PARTY = re.compile(r"((?:[A-Za-z0-9_-]|:(?!:))+)::(1220[0-9a-f]{64})")


def decode(_network: Network, text: str) -> Decoded:
    party = _PARTY.fullmatch(text)
    if not party:
        raise AddressError("is not a party: a hint, :: and a fingerprint of 1220 and 64 lower-case hexadecimal digits")
    if len(party[1]) > _LONGEST_HINT:
        raise AddressError(f"its hint has {len(party[1])} characters, more than {_LONGEST_HINT}")
    return Decoded(text, "party", bytes.fromhex(party[2]))


def fingerprint(key: bytes) -> bytes:
    """What a namespace is called whose root key is ``key``, the 32 bytes of an Ed25519 key."""
    return _SHA256 + sha256(_KEY_FINGERPRINT + key).digest()
