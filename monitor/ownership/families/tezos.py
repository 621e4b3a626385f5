"""Tezos: a ``tz1`` address is the BLAKE2b-160 of an Ed25519 key; ``KT1`` is a contract, which has none.

Keys and signatures are bare bytes, or base58check with the prefixes ``edpk`` and ``edsig`` or ``sig`` (Octez,
``base58.ml``). Accounts of other curves (``tz2`` secp256k1, ``tz3`` P-256, ``tz4`` BLS) are not judged.
"""

from hashlib import blake2b

from monitor.model import Code
from monitor.ownership import ed25519, stated_keys
from monitor.ownership.family import Description, NotJudged, Refused
from monitor.ownership.stated_keys import OKX, MessageForm
from monitor.registry.addresses import AddressError, Decoded
from monitor.registry.addresses.encodings import base58check

DESCRIPTION = Description(
    addresses="`tz1…`, `KT1…`.",
    messages="OKX's header; the text packed as Micheline, hashed (what wallets sign, `Tezos Signed Message: …`). Key "
    "and signature also as `edpk…` and `edsig…` or `sig…`.",
    binding="A `tz1` address is the BLAKE2b-160 of the key; a contract has no key.",
    verified="The key of the `tz1` address signed.",
    promotion="None: a contract's administrator is not asked for.",
)

_KEY = bytes.fromhex("0d0f25d9")  # edpk
_SIGNATURES = {"edsig": bytes.fromhex("09f5cd8612"), "sig": bytes.fromhex("04822b")}


def _read_key(text: str) -> bytes:
    return _read(text, _KEY, ed25519.KEY_SIZE, "the public key") if text.startswith("edpk") else ed25519.read_key(text)


def _read_signature(text: str) -> bytes:
    for name, prefix in _SIGNATURES.items():
        if text.startswith(name):
            return _read(text, prefix, ed25519.SIGNATURE_SIZE, "the signature")
    return ed25519.read_signature(text)


def _read(text: str, prefix: bytes, size: int, what: str) -> bytes:
    if len(text) > 2 * size:  # base58 takes quadratic time
        raise NotJudged(Code.WRONG_LENGTH, f"{what} has {len(text)} characters, more than any that is judged")
    try:
        data = base58check.decode_check(text)
    except AddressError as error:
        raise Refused(Code.BAD_CHECKSUM, f"{what}: {error}") from error
    if not data.startswith(prefix) or len(data) != len(prefix) + size:
        raise NotJudged(
            Code.UNKNOWN_FORM,
            f"{what} is not one of {size} bytes with a prefix of Ed25519, as which alone it is judged",
        )
    return data[len(prefix) :]


def _bind(key: bytes, account: Decoded) -> str | None:
    if account.form != "tz1":
        raise NotJudged(Code.ACCOUNT_NOT_JUDGED, f"signatures for addresses of the form {account.form} are not judged")
    return "whose hash is the address" if blake2b(key, digest_size=20).digest() == account.payload else None


def _keyless(account: Decoded) -> str:
    return "the address is that of a contract, which has no key" if account.form == "KT1" else ""


def _micheline(message: bytes, _key: bytes) -> bytes:
    """05: a packed expression, 01: a string behind its length; Octez signs the BLAKE2b-256 of all."""
    return blake2b(b"\x05\x01" + len(message).to_bytes(4, "big") + message, digest_size=32).digest()


_FORMS = (OKX, MessageForm("Micheline", _micheline))
judge = stated_keys.StatedKeys(
    check=stated_keys.Keyed(forms=_FORMS, read_key=_read_key, read_signature=_read_signature),
    bind=_bind,
    keyless=_keyless,
).judge
