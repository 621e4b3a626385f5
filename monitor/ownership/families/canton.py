"""Canton: a party's namespace is the fingerprint of its root key, so a key that makes it may do all for the party.

The fingerprint is the SHA-256 of the number 12 in four bytes and the raw key, behind 12 20 (Canton documentation,
"External signing: topology transactions"). The root key of a namespace says which keys sign for its parties and who
hosts them. A party may so be handed to other keys; those make no namespace, and are ``invalid``, as any other key is.
"""

from monitor.ownership import stated_keys
from monitor.ownership.family import Description
from monitor.registry.addresses import Decoded
from monitor.registry.addresses.canton import fingerprint

DESCRIPTION = Description(
    addresses="Parties: `hint::1220…`, the fingerprint of a key.",
    messages="OKX's header. Ed25519 keys only.",
    binding="The party's namespace is the fingerprint of the key: 1220 and a SHA-256.",
    verified="The root key of the party's namespace signed.",
    promotion="None: the topology, which may give a party further keys, is not asked.",
)


def _bind(key: bytes, account: Decoded) -> str | None:
    return "whose fingerprint is the party's namespace" if fingerprint(key) == account.payload else None


judge = stated_keys.StatedKeys(check=stated_keys.Keyed(), bind=_bind).judge
