"""NEAR: an implicit account is an Ed25519 key in hex, so the key that signed is the account.

Named accounts and those of Ethereum keys have access keys that only the chain knows (NEAR specification, "Account
ID"): ``unbound``. An implicit account can replace its key, too; then its first key still makes it ``verified`` here.

Keys, and some signatures, are written as NEAR does: ``ed25519:`` and base58. Wallets sign by NEP-413, over a nonce and
a recipient too, which a row does not state, and return the signature in base64: such signatures are not judged.
"""

from monitor.model import Code
from monitor.ownership import ed25519, stated_keys
from monitor.ownership.family import Description, NotJudged, Refused
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="Implicit (64 hex digits), named, and of Ethereum keys (`0x…`).",
    messages="OKX's header. Keys and signatures also as `ed25519:…`. NEP-413 is `unsupported`: rows lack its nonce.",
    binding="An implicit account is its key; nothing binds a key to any other.",
    verified="The key that is the implicit account signed.",
    promotion="Full access keys of accounts that are no key.",
)

_ED25519 = "ed25519:"


def _key_in(account: Decoded) -> bytes | None:
    return account.payload if account.form == "implicit" else None


def _keyless(account: Decoded) -> str:
    return "" if account.form == "implicit" else "only the chain knows the access keys of an account that is no key"


def _bare(text: str) -> str:
    if text.startswith("secp256k1:"):
        raise NotJudged(Code.KEY_NOT_JUDGED, "secp256k1 keys are not judged on NEAR, only Ed25519 keys")
    return text.removeprefix(_ED25519)


_keyed = stated_keys.Keyed(
    key_in=_key_in,
    read_key=lambda text: ed25519.read_key(_bare(text)),
    read_signature=lambda text: ed25519.read_signature(_bare(text)),
)


def _check(row: stated_keys.Row) -> stated_keys.StatedSignature:
    try:
        return _keyed(row)
    except Refused as refusal:
        if not row.signature.endswith("="):
            raise
        raise NotJudged(
            Code.MAYBE_OTHER_FORM, f"{refusal}; in base64 it is rather one of NEP-413, whose nonce the row lacks"
        ) from refusal


_SCHEME = stated_keys.StatedKeys(check=_check, bind=stated_keys.is_key, keyless=_keyless)
judge, question = _SCHEME.judge, _SCHEME.question
