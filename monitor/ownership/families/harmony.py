"""Harmony: the 20 bytes of an EVM account, written ``one1…`` in bech32 or ``0x…``; a recovered key names its account.

``verified`` rests on that derivation (Harmony's address format, after BIP-173). OKX signs its own header here; wallets
speak EIP-191, as on the EVM networks.
"""

from monitor.ownership import accounts
from monitor.ownership.families.evm import COMMON, scheme
from monitor.ownership.family import Description
from monitor.ownership.recovered_keys import OKX_HEADER

DESCRIPTION = Description(
    addresses="Bech32 `one1…` or `0x…` of the 20 bytes of an EVM account.",
    messages="OKX's own header (Keccak-256), or as on EVM networks; r, s, v in hex, v 27 or 28, low s.",
    binding="The account is the last 20 bytes of the Keccak-256 of the key that the signature recovers to.",
    verified="The account's own key signed.",
    promotion="None: contracts on Harmony are not asked for their owners.",
)

_SCHEME = scheme((OKX_HEADER, *COMMON))
judge = accounts.judge_by(_SCHEME)
