"""Kadena: the account ``k:`` and a key is guarded by that key for ever (KIP-0005), so the key is the account."""

from monitor.ownership import stated_keys
from monitor.ownership.family import Description

DESCRIPTION = Description(
    addresses="`k:` and the key in hex.",
    messages="OKX's header.",
    binding="The account is its key.",
    verified="The account's key signed.",
    promotion="None: other account names do not decode.",
)


judge = stated_keys.StatedKeys(check=stated_keys.Keyed(key_in=stated_keys.whole_key), bind=stated_keys.is_key).judge
