"""NULS: an account of type 1 is the RIPEMD-160 of the SHA-256 of its compressed key; a recovered key names its account.

``verified`` rests on that derivation (NULS documentation, "Address"; ``AddressTool`` of its node). Type 2 is a
contract, type 3 a multisig: neither is the hash of one key. OKX signs its own header, Keccak-256.
"""

from monitor.ownership import accounts
from monitor.ownership.family import Description
from monitor.ownership.recovered_keys import OKX, RecoveredKeys
from monitor.ownership.secp256k1 import bitcoin_hash

DESCRIPTION = Description(
    addresses="`NULSd…` of the type 1; contracts and multisig accounts with owners only.",
    messages="OKX's own header (Keccak-256); r, s, v in hex, v 27 or 28, low s.",
    binding="The account is the RIPEMD-160 of the SHA-256 of the compressed key that the signature recovers to.",
    verified="The account's own key signed.",
    promotion="None.",
)

_SCHEME = RecoveredKeys((OKX,), (bitcoin_hash,))
judge = accounts.judge_by(
    _SCHEME, "account", "the account is a {}, which is not the hash of one key; only those are judged"
)
