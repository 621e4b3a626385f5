"""aelf: an account is the double SHA-256 of its key, uncompressed (65 bytes); a recovered key names its account.

``verified`` rests on that derivation (aelf's documentation, "Addresses", user address). Contracts have hashes of other
things in the same form; no key can be found that makes one. OKX signs its own header, Keccak-256.
"""

from monitor.formats.bitcoin import sha256d
from monitor.ownership import accounts
from monitor.ownership.family import Description
from monitor.ownership.recovered_keys import OKX, RecoveredKeys

DESCRIPTION = Description(
    addresses="Base58check of 32 bytes, bare or as `ELF_…_AELF`.",
    messages="OKX's own header (Keccak-256); r, s, v in hex, v 27 or 28, low s.",
    binding="The account is the double SHA-256 of the uncompressed key that the signature recovers to.",
    verified="The account's own key signed.",
    promotion="None.",
)


_SCHEME = RecoveredKeys((OKX,), (sha256d,))
judge = accounts.judge_by(_SCHEME)
