"""Stacks: an account ``SP…`` is the RIPEMD-160 of the SHA-256 of its key; a recovered key names its account.

``verified`` rests on that derivation (SIP-005, hash mode P2PKH). A spending condition of that mode says whether the key
is hashed compressed or uncompressed, and either can be spent. So each key has two accounts: that of the compressed key,
which wallets make, and that of the uncompressed one, which OKX's tool looks for. ``SM…`` is the hash of a script or of
several keys, and not judged.

OKX signs its own header; wallets sign ``Stacks Signed Message`` (stacks.js, ``hashMessage`` and the order r, s, v).
"""

from functools import lru_cache
from hashlib import sha256

from monitor.formats.bitcoin import hash160, sized
from monitor.ownership import accounts
from monitor.ownership.family import Description
from monitor.ownership.recovered_keys import OKX, DigestForm, RecoveredKeys, Spelling
from monitor.ownership.secp256k1 import bitcoin_hash

DESCRIPTION = Description(
    addresses="c32check `SP…`; `SM…` with owners only.",
    messages="OKX's own header (Keccak-256), `0x`, r, s, v in hex, v 27 or 28; or `Stacks Signed Message` (SHA-256), "
    "r, s, v in hex without `0x`, v 0 or 1. Low s.",
    binding="The account is the RIPEMD-160 of the SHA-256 of the key that the signature recovers to, compressed (as "
    "wallets do) or uncompressed (as OKX does): both are accounts that the key can spend from.",
    verified="The account's own key signed.",
    promotion="None.",
)


@lru_cache
def _stacks_message(message: bytes) -> bytes:
    return sha256(sized(b"Stacks Signed Message:\n") + sized(message)).digest()


_SCHEME = RecoveredKeys(
    (
        OKX,
        Spelling((DigestForm("Stacks Signed Message", _stacks_message),), prefix="", v=0),
    ),
    (bitcoin_hash, hash160),
)
judge = accounts.judge_by(_SCHEME, "p2pkh", "accounts of scripts or several keys (SM) are not judged")
