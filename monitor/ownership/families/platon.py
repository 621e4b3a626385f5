"""PlatON: the 20 bytes of an EVM account, written ``lat1…`` in bech32 or ``0x…``; a recovered key names its account.

``verified`` rests on that derivation (PlatON documentation, "EIP55 and Bech32 address format
compatibility"). Messages are those of EVM networks: OKX judges PlatON like them.
"""

from monitor.ownership import accounts
from monitor.ownership.families.evm import COMMON, scheme
from monitor.ownership.family import Description

DESCRIPTION = Description(
    addresses="Bech32 `lat1…` or `0x…` of the 20 bytes of an EVM account.",
    messages="As on EVM networks: OKX's digest or EIP-191; r, s, v in hex, v 27 or 28, low s.",
    binding="The account is the last 20 bytes of the Keccak-256 of the key that the signature recovers to.",
    verified="The account's own key signed.",
    promotion="None: contracts on PlatON are not asked for their owners.",
)

_SCHEME = scheme(COMMON)
judge = accounts.judge_by(_SCHEME)
