"""Internet Computer: an account identifier hashes a principal and a subaccount; here those of an Ed25519 key itself.

The principal is SHA-224 of the key in DER (RFC 8410) and the byte 02, "self-authenticating" (Internet Computer
interface specification, "Principals"); the account is SHA-224 of ``account-id`` behind its length, the principal and
32 zero bytes, the default subaccount (ICP ledger). Canisters, other subaccounts and secp256k1 keys make other accounts,
and an account identifier does not say whose it is: ``unbound``. A principal says it: one of another key is ``invalid``,
one of a canister has no key.
"""

from hashlib import sha224

from monitor.model import Claim, Code, Network, Verdict
from monitor.ownership import stated_keys
from monitor.ownership.family import Description
from monitor.ownership.spellings import read_address
from monitor.registry.addresses import Decoded, internet_computer

DESCRIPTION = Description(
    addresses="Account identifiers: 64 hex digits; principals, for their default account.",
    messages="OKX's header. Ed25519 keys only.",
    binding="The account identifier is that of the key's own principal and its default subaccount; nothing binds a key "
    "to that of another subaccount, or to a canister.",
    verified="The key whose principal owns the account signed.",
    promotion="None: a ledger knows accounts by their identifiers alone.",
)

_DER = bytes.fromhex("302a300506032b6570032100")  # what comes before the key (RFC 8410)
_SELF_AUTHENTICATING = b"\x02"


def judge(claim: Claim, network: Network) -> Verdict:
    """Judge whether the key whose principal owns the account signed, or some key is stated for another account."""
    return _SCHEMES[_form_of(claim, network)].judge(claim, network)


def _form_of(claim: Claim, network: Network) -> str:
    """How the row writes its account: the one spelling of all, the identifier, does not tell a principal any more."""
    return read_address(network, claim.address, Code.BAD_ADDRESS).form


def account_of(public_key: bytes) -> bytes:
    """Make the account, without its checksum, of a public key in DER."""
    return internet_computer.account_of(sha224(public_key).digest() + _SELF_AUTHENTICATING)


def _bind(key: bytes, account: Decoded) -> str | None:
    return "whose principal owns the account" if account_of(_DER + key) == account.payload else None


_by_key = stated_keys.Keyed()
_SCHEMES = {
    "account": stated_keys.StatedKeys(
        check=_by_key,
        bind=_bind,
        unknown="the account is not the default one of the key's principal; whose it is, its identifier does not say",
    ),
    "principal": stated_keys.StatedKeys(check=_by_key, bind=_bind),
    "canister": stated_keys.never_bound("the principal is not of a key, but of a canister or reserved"),
}
