"""Hedera: accounts are numbered, and their keys can be replaced, so nothing in a row ties a key to an account."""

from monitor.model import Claim, Network, Verdict
from monitor.ownership.description import Description
from monitor.ownership.digests import personal_preimage
from monitor.ownership.ed25519 import rows
from monitor.ownership.ed25519.messages import OKX, Form

DESCRIPTION = Description(
    addresses="`0.0.N`, with or without the checksum of HIP-15, or as a long-zero EVM address.",
    messages="OKX's header; Hedera's envelope of the text (HIP-820). Ed25519 keys only.",
    binding="Nothing: only the ledger knows an account's key.",
    verified="Never.",
    promotion="None yet: the account's key on the ledger would tell.",
)


def judge(claim: Claim, network: Network) -> Verdict:
    """The stated key signed."""
    return rows.judge(claim, network, _SCHEME)


_SCHEME = rows.Scheme(
    check=rows.Keyed(forms=(OKX, Form("HIP-820", lambda message, _: personal_preimage(message, "Hedera")))),
    bind=lambda _key, _account: None,
    keyless=lambda _account: "only the ledger knows the key of a numbered account",
)
