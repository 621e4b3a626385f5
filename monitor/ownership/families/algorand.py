"""Algorand: an address is an Ed25519 key and its checksum. Multisig and contract addresses are hashes.

As far as a hash is no point of the curve it is told apart from a key: a signature beside it is ``unbound``.

Wallets sign bytes behind ``MX`` (algosdk's ``signBytes``), which no transaction begins with. An account that was
rekeyed has another key authorised on chain; the key of its address then still makes it ``verified`` here.
"""

from monitor.ownership import stated_keys
from monitor.ownership.family import Description
from monitor.ownership.stated_keys import OKX, MessageForm

DESCRIPTION = Description(
    addresses="Base32 of key and checksum.",
    messages="OKX's header; `MX` and the text (`signBytes`).",
    binding="The address is the key; nothing binds a key to a multisig's or a contract's.",
    verified="The key of the address signed.",
    promotion="None: `verified` needs none; whether the account was rekeyed is not asked.",
)


judge = stated_keys.StatedKeys(
    check=stated_keys.Keyed(
        forms=(OKX, MessageForm("MX", lambda message, _: b"MX" + message)),
        key_in=stated_keys.key_if_one,
    ),
    bind=stated_keys.is_key,
    keyless=lambda account: "" if stated_keys.key_if_one(account) else "the address is no key, but a hash of several",
).judge
