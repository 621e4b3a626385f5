"""IOST: an account is a name, and which keys rule it, the chain alone knows (its contract ``auth.iost``)."""

from monitor.ownership import stated_keys
from monitor.ownership.family import Description

DESCRIPTION = Description(
    addresses="Account names: 5 to 11 of a-z, 0-9 and underscores.",
    messages="OKX's header. Ed25519 keys only.",
    binding="Nothing: a name holds no key.",
    verified="Never.",
    promotion="None: IOST's nodes are not asked for the account's permissions.",
)


judge = stated_keys.never_bound("only the chain knows which keys rule an account's name").judge
