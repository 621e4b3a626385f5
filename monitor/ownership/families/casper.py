"""Casper: an account is the BLAKE2b-256 of ``ed25519``, a zero byte and the key that it was created with.

A key may stand in the row as Casper writes it, behind its kind 01. Accounts of secp256k1 keys (kind 02) are not judged.
Other keys can be associated with an account, and its first one removed: only the chain could tell.
"""

from monitor.model import Code
from monitor.ownership import ed25519, stated_keys
from monitor.ownership.ed25519 import KEY_SIZE
from monitor.ownership.family import Description, NotJudged
from monitor.ownership.stated_keys import OKX, MessageForm
from monitor.registry.addresses import Decoded
from monitor.registry.addresses.casper import account_hash

DESCRIPTION = Description(
    addresses="Public keys behind their kind (`01…`, `02…`), and `account-hash-…`.",
    messages="OKX's header; `Casper Message:` and the text (Casper Wallet). Ed25519 keys only.",
    binding="The account is the BLAKE2b-256 of `ed25519`, a zero byte and the key.",
    verified="The key that the account was created with signed.",
    promotion="None: the keys associated with the account are not asked for.",
)

_TAGGED = 2 + 2 * KEY_SIZE


def _read_key(text: str) -> bytes:
    digits = text.removeprefix("0x")
    if digits.startswith("02") and len(digits) > _TAGGED:
        raise NotJudged(
            Code.KEY_NOT_JUDGED, "signatures of secp256k1 keys are not judged on Casper, only those of Ed25519 keys"
        )
    if digits.startswith("01") and len(digits) == _TAGGED:
        digits = digits[2:]
    return ed25519.read_key(digits)


def _bind(key: bytes, account: Decoded) -> str | None:
    return "whose account hash is the account" if account_hash("ed25519", key) == account.payload else None


_FORMS = (OKX, MessageForm("Casper Message", lambda message, _: b"Casper Message:\n" + message))
judge = stated_keys.StatedKeys(check=stated_keys.Keyed(forms=_FORMS, read_key=_read_key), bind=_bind).judge
