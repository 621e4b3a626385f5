"""TON: an account is a contract, and its address hashes the code and data that it began with, its key among them.

So a key makes an address for every wallet contract. Tried are those in use (:mod:`.wallets`), each as wallets
create it on the main net, in workchain 0. Another contract of the same key (a multisig, a wallet with another number or
in the masterchain) has another address, and a row does not say which contract its account is: ``unbound``.

OKX signs its header; wallets sign a text with TON Connect's ``signData`` (:mod:`.connect`).
"""

from monitor.ownership import stated_keys
from monitor.ownership.families.ton import connect
from monitor.ownership.families.ton.wallets import bind
from monitor.ownership.family import Description

DESCRIPTION = Description(
    addresses="Raw and friendly, bounceable or not; wallets v1 to v4 in all their revisions, v5 beta, v5r1 and "
    "highload v3, in workchain 0.",
    messages="OKX's header (hex); TON Connect's `signData` of a text, as the JSON object that the wallet returns. Its "
    "`ton_proof` is `unsupported`: wallets log in with it without showing what they sign.",
    binding="The address is the hash of the wallet's code and of its first data, which hold the key; nothing binds a "
    "key to an account of another contract.",
    verified="The key with which the wallet was created signed.",
    promotion="`get_public_key` of the account's contract.",
)


_hexed = stated_keys.Keyed()


def _check(row: stated_keys.Row) -> stated_keys.StatedSignature:
    return (connect.check if row.signature.startswith("{") else _hexed)(row)


_SCHEME = stated_keys.StatedKeys(
    check=_check,
    bind=bind,
    unknown="the account is none of the key's known wallets; which contract it is, is not stated",
)
judge, question = _SCHEME.judge, _SCHEME.question
