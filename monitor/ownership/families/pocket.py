"""Pocket Network: present addresses belong to secp256k1 keys; OKX signed with Ed25519 keys of the network before.

How an account of the old network was migrated to a new address is on the chain, and not in a row.
"""

from monitor.ownership import stated_keys
from monitor.ownership.family import Description

DESCRIPTION = Description(
    addresses="`pokt1…`.",
    messages="OKX's header. Ed25519 keys only.",
    binding="Nothing: the address belongs to a key of another kind.",
    verified="Never.",
    promotion="None: Pocket's nodes are not asked.",
)


judge = stated_keys.never_bound("an Ed25519 key of the network before makes no address of the present one").judge
