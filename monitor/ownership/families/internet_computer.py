"""Internet Computer: an account identifier hashes a principal and a subaccount; here those of an Ed25519 key itself.

The principal is SHA-224 of the key in DER (RFC 8410) and the byte 02, "self-authenticating" (Internet Computer
interface specification, "Principals"); the account is SHA-224 of ``account-id`` behind its length, the principal and
32 zero bytes, the default subaccount (ICP ledger). Canisters, other subaccounts and secp256k1 keys make other accounts,
and no row says which: those are ``invalid``, as for any other key.
"""

from hashlib import sha224

from monitor.model import Claim, Network, Verdict
from monitor.ownership import stated_keys
from monitor.ownership.family import Description
from monitor.registry.addresses import Decoded, internet_computer

DESCRIPTION = Description(
    addresses="Account identifiers: 64 hex digits; principals, for their default account.",
    messages="OKX's header. Ed25519 keys only.",
    binding="The account identifier is that of the key's own principal and its default subaccount.",
    verified="The key whose principal owns the account signed.",
    promotion="None: nothing but the principal controls the account.",
)

_DER = bytes.fromhex("302a300506032b6570032100")  # what comes before the key (RFC 8410)
_SELF_AUTHENTICATING = b"\x02"


def judge(claim: Claim, network: Network) -> Verdict:
    """Judge whether the key whose principal owns the account signed."""
    return _SCHEME.judge(claim, network)


def account_of(public_key: bytes) -> bytes:
    """Make the account, without its checksum, of a public key in DER."""
    return internet_computer.account_of(sha224(public_key).digest() + _SELF_AUTHENTICATING)


def _bind(key: bytes, account: Decoded) -> str | None:
    return "whose principal owns the account" if account_of(_DER + key) == account.payload else None


_SCHEME = stated_keys.StatedKeys(check=stated_keys.Keyed(), bind=_bind)
