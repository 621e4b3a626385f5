"""Stellar and Pi: an account is an Ed25519 key (SEP-23), signed with as OKX does or as SEP-53 says.

The key of the address is the account's master key. Its weight can be set to zero and other signers added; then the
master key still makes the account ``verified`` here, as SEP-53 warns.
"""

from hashlib import sha256

from monitor.ownership import stated_keys
from monitor.ownership.family import Description
from monitor.ownership.stated_keys import OKX, MessageForm

DESCRIPTION = Description(
    addresses="`G…`, and `M…` for the account in it (SEP-23).",
    messages="OKX's header; SEP-53.",
    binding="The account is its master key.",
    verified="The account's master key signed.",
    promotion="None: `verified` needs none; whether the master key still has weight is not asked.",
)


def _sep_53(message: bytes, _key: bytes) -> bytes:
    return sha256(b"Stellar Signed Message:\n" + message).digest()


judge = stated_keys.StatedKeys(
    check=stated_keys.Keyed(
        forms=(OKX, MessageForm("SEP-53", _sep_53)),
        key_in=stated_keys.whole_key,
    ),
    bind=stated_keys.is_key,
).judge
