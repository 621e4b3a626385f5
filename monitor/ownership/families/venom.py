"""Venom: an account is a contract whose address hashes its first code and data, as on TON.

Its wallets create the account of a single key with EverWallet (Broxus, ``ever-wallet-contract``), so a key makes one
such account. A row does not say which contract another account is: multisigs of many kinds are in use, and their first
data are not known. Those stay ``unbound``.
"""

from monitor.ownership import stated_keys
from monitor.ownership.families.ton.wallets import Wallet
from monitor.ownership.family import Description
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="`0:` and 64 hex digits, or the friendly form.",
    messages="OKX's header.",
    binding="The address is the hash of EverWallet's code and of its first data, which hold the key; nothing binds a "
    "key to an account of another contract.",
    verified="The key with which the EverWallet was created signed.",
    promotion="None: Venom's nodes are not asked.",
)

EVER_WALLET = Wallet(
    "EverWallet",
    bytes.fromhex("3ba6528ab2694c118180aa3bd10dd19ff400b909ab4dcf58fc69925b2c7b12a6"),
    3,
    before=[],
    after=[(0, 64)],  # the time of the last message
)


def _bind(key: bytes, account: Decoded) -> str | None:
    return "whose EverWallet is the account" if EVER_WALLET.address(key) == account.canonical else None


judge = stated_keys.StatedKeys(
    check=stated_keys.Keyed(),
    bind=_bind,
    unknown="the account is a contract other than the key's EverWallet, and not known",
).judge
