"""ICON: an account is the last 20 bytes of the SHA3-256 of its key, x and y; a recovered key names its account.

``verified`` rests on that derivation (the addresses ``hx…`` of ICON's JSON-RPC specification, as its SDKs make them).
It is SHA-3 as standardised, not the Keccak-256 of Ethereum. ``cx…`` is a contract: no key is its own. OKX signs its own
header, Keccak-256.
"""

from hashlib import sha3_256

from monitor.ownership import accounts
from monitor.ownership.family import Description
from monitor.ownership.recovered_keys import OKX, RecoveredKeys

DESCRIPTION = Description(
    addresses="`hx` and 40 hex digits; `cx…`, a contract, with owners only.",
    messages="OKX's own header (Keccak-256); r, s, v in hex, v 27 or 28, low s.",
    binding="The account is the last 20 bytes of the SHA3-256 of the key that the signature recovers to.",
    verified="The account's own key signed.",
    promotion="None.",
)


def _account(key: bytes) -> bytes:
    return sha3_256(key[1:]).digest()[12:]


_SCHEME = RecoveredKeys((OKX,), (_account,))
judge = accounts.judge_by(
    _SCHEME, "account", "the account is a contract (cx), which has no key; only accounts of keys (hx) are judged"
)
