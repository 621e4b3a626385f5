"""Conflux Core: a user account is an EVM account whose first four bits are 1; a recovered key names its account.

``verified`` rests on that derivation (Conflux protocol specification, "Addresses"; CIP-37 for the text form). Contracts
(first four bits 8) and built-in ones (0) have no key. OKX signs its own header; wallets sign the text under Conflux's
own envelope and write v as 0 or 1 (``PersonalMessage`` of js-conflux-sdk).
"""

from functools import partial

from monitor.ownership import accounts, digests
from monitor.ownership.family import Description
from monitor.ownership.recovered_keys import OKX, DigestForm, RecoveredKeys, Spelling
from monitor.ownership.secp256k1 import ethereum_hash

DESCRIPTION = Description(
    addresses="CIP-37 `cfx:…` of the type user; contracts with owners only.",
    messages="OKX's own header (Keccak-256), v 27 or 28; or Conflux' envelope of the text (js-conflux-sdk's "
    "`PersonalMessage`), v 0 or 1; r, s, v in hex, low s.",
    binding="The account is the last 20 bytes of the Keccak-256 of the key that the signature recovers to, its first "
    "four bits set to 1.",
    verified="The account's own key signed.",
    promotion="None: contracts on Conflux are not asked for their owners.",
)


def _account(key: bytes) -> bytes:
    account = ethereum_hash(key)
    return bytes((0x10 | account[0] & 0x0F,)) + account[1:]


_SCHEME = RecoveredKeys(
    (
        OKX,
        Spelling((DigestForm("Conflux envelope", partial(digests.personal_message, chain="Conflux")),), v=0),
    ),
    (_account,),
)
judge = accounts.judge_by(
    _SCHEME, "user", "the account is of the type {}, which has no key; only users' accounts are judged"
)
