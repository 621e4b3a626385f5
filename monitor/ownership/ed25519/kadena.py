"""Kadena: the account ``k:`` and a key is guarded by that key for ever (KIP-0005), so the key is the account."""

from monitor.model import Claim, Network, Verdict
from monitor.ownership.description import Description
from monitor.ownership.ed25519 import rows

DESCRIPTION = Description(
    addresses="`k:` and the key in hex.",
    messages="OKX's header.",
    binding="The account is its key.",
    verified="The account's key signed.",
    promotion="None: other account names do not decode.",
)


def judge(claim: Claim, network: Network) -> Verdict:
    """The account's key signed."""
    return rows.judge(claim, network, _SCHEME)


_SCHEME = rows.Scheme(check=rows.Keyed(key_in=rows.whole_key), bind=rows.is_key)
