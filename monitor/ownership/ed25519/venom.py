"""Venom: an account is a contract whose address hashes its code, and a row does not say which wallet's that is."""

from monitor.model import Claim, Network, Verdict
from monitor.ownership.description import Description
from monitor.ownership.ed25519 import rows

DESCRIPTION = Description(
    addresses="`0:` and 64 hex digits, or the friendly form.",
    messages="OKX's header. Hex.",
    binding="Nothing: the code and data of the account's contract are not known.",
    verified="Never.",
    promotion="None: Venom's nodes are not asked.",
)


def judge(claim: Claim, network: Network) -> Verdict:
    """The stated key signed."""
    return rows.judge(claim, network, _SCHEME)


_SCHEME = rows.stated("the account is a contract, and its code is not known")
