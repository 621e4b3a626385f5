"""Hedera: accounts are numbered, and their keys can be replaced, so nothing in a row ties a key to an account."""

from monitor.ownership import stated_keys
from monitor.ownership.digests import personal_preimage
from monitor.ownership.family import Description
from monitor.ownership.stated_keys import OKX, MessageForm

DESCRIPTION = Description(
    addresses="`0.0.N`, with or without the checksum of HIP-15, or as a long-zero EVM address.",
    messages="OKX's header; Hedera's envelope of the text (HIP-820). Ed25519 keys only.",
    binding="Nothing: only the ledger knows an account's key.",
    verified="Never.",
    promotion="None yet: the account's key on the ledger would tell.",
)


judge = stated_keys.never_bound(
    "only the ledger knows the key of a numbered account",
    forms=(OKX, MessageForm("HIP-820", lambda message, _: personal_preimage(message, "Hedera"))),
).judge
