"""Tron: an account is the last 20 bytes of the Keccak-256 of its key, as on EVM networks; a recovered key names it.

``verified`` rests on that derivation (Tron's protocol overview, section "Address"). Messages are signed as on EVM
networks with Tron's name in the envelope: the text itself, as TronWeb's ``signMessageV2`` does (TIP-191's ``0x19``), or
the Keccak-256 of the text, as OKX does (its first digest; the envelope then says 32). TronWeb's first ``signMessage``,
which TronLink used until 2023, writes 32 whatever the text's length. The permissions of an account can
hand it to other keys: that its own key was not replaced, only the chain could tell.
"""

from functools import partial

from monitor.ownership import accounts, digests
from monitor.ownership.family import Description
from monitor.ownership.recovered_keys import DigestForm, RecoveredKeys, Spelling
from monitor.ownership.secp256k1 import ethereum_hash

DESCRIPTION = Description(
    addresses="Base58check `T…`, or `41…` in hex, of the 20 bytes of an EVM account.",
    messages="`TRON Signed Message`, length and text (TronWeb's `signMessageV2`), or the same over the text's "
    "Keccak-256 (OKX), or over the text with the length 32 (TronWeb's first `signMessage`); r, s, v in hex, v 27 or "
    "28, low s.",
    binding="The account is the last 20 bytes of the Keccak-256 of the key that the signature recovers to.",
    verified="The account's own key signed.",
    promotion="None: the account's permissions are not read.",
)


def _first_message(text: bytes) -> bytes:
    return digests.keccak(b"\x19TRON Signed Message:\n32" + text)


_SCHEME = RecoveredKeys(
    (
        Spelling(
            (
                DigestForm("TIP-191", partial(digests.personal_message, chain="TRON")),
                DigestForm("OKX digest", partial(digests.personal_message_of_hash, chain="TRON")),
                DigestForm("TronWeb's first signMessage", _first_message),
            )
        ),
    ),
    (ethereum_hash,),
)

judge = accounts.judge_by(_SCHEME)
