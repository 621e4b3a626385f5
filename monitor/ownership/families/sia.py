"""Sia: an address is the Merkle root of unlock conditions, here the standard ones: one key, one signature, no lock.

Conditions of more keys, and the spend policies of 2025, hash to addresses that one key cannot explain, and a row states
none of them: ``unbound``. The tree is that of ``StandardUnlockHash`` in Sia's core.
"""

from hashlib import blake2b

from monitor.ownership import ed25519, stated_keys
from monitor.ownership.family import Description
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="76 hex digits: unlock hash and checksum.",
    messages="OKX's header.",
    binding="The address is the Merkle root of the standard unlock conditions of the key; nothing binds a key to an "
    "address of others.",
    verified="The one key of the address signed.",
    promotion="None: nothing but the unlock conditions controls an address.",
)

_LEAF, _NODE = b"\x00", b"\x01"
_ALGORITHM = b"ed25519".ljust(16, b"\x00")


def _unlock_hash(key: bytes) -> bytes:
    time_lock = _hash(_LEAF + _number(0))
    only_key = _hash(_LEAF + _ALGORITHM + _number(ed25519.KEY_SIZE) + key)
    signatures_required = _hash(_LEAF + _number(1))
    return _hash(_NODE + _hash(_NODE + time_lock + only_key) + signatures_required)


def _hash(data: bytes) -> bytes:
    return blake2b(data, digest_size=32).digest()


def _number(value: int) -> bytes:
    return value.to_bytes(8, "little")


def bind(key: bytes, account: Decoded) -> str | None:
    """Say how ``key`` makes ``account``; None where it does not."""
    return "whose standard unlock hash is the address" if _unlock_hash(key) == account.payload else None


judge = stated_keys.StatedKeys(
    check=stated_keys.Keyed(),
    bind=bind,
    unknown="the address is not that of the key alone; which conditions or policy it hashes, is not stated",
).judge
