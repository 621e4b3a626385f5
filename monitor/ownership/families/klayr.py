"""Klayr: an address is the first 20 bytes of the SHA-256 of an Ed25519 key (LIP-0018).

An account that registered as a multisignature keeps its address; that its own key still suffices, only the chain could
tell.
"""

from hashlib import sha256

from monitor.ownership import stated_keys
from monitor.ownership.family import Description
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="`kly…` (Lisk's base32).",
    messages="OKX's header.",
    binding="The address is the first 20 bytes of the SHA-256 of the key.",
    verified="The key of the address signed.",
    promotion="None: whether the account needs further signatures is not asked.",
)


def _bind(key: bytes, account: Decoded) -> str | None:
    return "whose hash is the address" if sha256(key).digest()[:20] == account.payload else None


judge = stated_keys.StatedKeys(check=stated_keys.Keyed(), bind=_bind).judge
