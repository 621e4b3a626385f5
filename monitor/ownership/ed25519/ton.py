"""TON: an account is a contract, and its address hashes the code and data that it began with, its key among them.

So a key makes an address for every wallet contract. Tried are those in use (:mod:`~.ton_wallets`), each as wallets
create it on the main net, in workchain 0. Another wallet contract, or one with other settings, is another account:
``invalid``, as for any other key.

OKX signs its header; wallets sign a text with TON Connect's ``signData`` (:mod:`~.ton_connect`).
"""

from monitor.model import Claim, Network, OwnerQuestion, Verdict
from monitor.ownership.description import Description
from monitor.ownership.ed25519 import rows, ton_connect
from monitor.ownership.ed25519.ton_wallets import bind

DESCRIPTION = Description(
    addresses="Raw and friendly, bounceable or not; wallets v1 to v4 in all their revisions, v5 beta, v5r1 and "
    "highload v3, in workchain 0.",
    messages="OKX's header (hex); TON Connect's `signData` of a text, as the JSON object that the wallet returns. Its "
    "`ton_proof` is `unsupported`: wallets log in with it without showing what they sign.",
    binding="The address is the hash of the wallet's code and of its first data, which hold the key.",
    verified="The key with which the wallet was created signed.",
    promotion="`get_public_key` of the account, where the row names a wallet of the key as its owner.",
)


def judge(claim: Claim, network: Network) -> Verdict:
    """The key of a wallet contract at the address signed."""
    return rows.judge(claim, network, _SCHEME)


def question(claim: Claim, network: Network) -> OwnerQuestion:
    """Whether the account's contract holds the key of the wallet that the row names as its owner."""
    return rows.question(claim, network, _SCHEME)


_hexed = rows.Keyed()


def _check(row: rows.Row) -> rows.Signed:
    return (ton_connect.check if row.signature.startswith("{") else _hexed)(row)


_SCHEME = rows.Scheme(check=_check, bind=bind)
