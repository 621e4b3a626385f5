"""NEAR: an implicit account is an Ed25519 key in hex, so the key that signed is the account.

Named accounts and those of Ethereum keys have access keys that only the chain knows (NEAR specification, "Account
ID"): ``unbound``. An implicit account can replace its key, too; then its first key still makes it ``verified`` here.
"""

from monitor.model import Claim, Network, OwnerQuestion, Verdict
from monitor.ownership.description import Description
from monitor.ownership.ed25519 import rows
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="Implicit (64 hex digits), named, and of Ethereum keys (`0x…`).",
    messages="OKX's header. Hex.",
    binding="An implicit account is its key; nothing binds a key to any other.",
    verified="The key that is the implicit account signed.",
    promotion="Full access keys of accounts that are no key.",
)


def judge(claim: Claim, network: Network) -> Verdict:
    """The implicit account's key signed, or some key is stated for a named account."""
    return rows.judge(claim, network, _SCHEME)


def question(claim: Claim, network: Network) -> OwnerQuestion:
    """Whether the key may do everything for the account."""
    return rows.question(claim, network, _SCHEME)


def _key_in(account: Decoded) -> bytes | None:
    return account.payload if account.form == "implicit" else None


def _keyless(account: Decoded) -> str:
    return "" if account.form == "implicit" else "only the chain knows the access keys of an account that is no key"


_SCHEME = rows.Scheme(check=rows.Keyed(key_in=_key_in), bind=rows.is_key, keyless=_keyless)
