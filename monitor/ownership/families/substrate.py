"""Substrate chains (Polkadot, Kusama, their asset hubs …): an account is an Ed25519 or sr25519 key, written in SS58.

The two kinds are told apart by the signature: schnorrkel sets the first bit of an sr25519 signature's last byte, which
is clear in every valid Ed25519 signature. Ledger and @polkadot/api also write the byte of the kind before it
(``MultiSignature`` of sp_runtime: 00 Ed25519, 01 sr25519). sr25519 signs in the context ``substrate`` (sp-core). OKX
signs its header, with Ed25519; the browser extensions sign a text between ``<Bytes>`` and ``</Bytes>`` (polkadot-js,
``u8aWrapBytes``), command-line tools the text itself.

Accounts of ECDSA keys hash them, and sign with 65 bytes, or 66 behind the kind 02: those are not judged. Other accounts
that hash something (multisigs, pure proxies, pallets) are ``unbound`` as far as the hash is told apart: where it is of
neither kind of key.
"""

import sr25519

from monitor.model import Code
from monitor.ownership import ed25519, spellings, stated_keys
from monitor.ownership.family import Description, NotJudged, Refused
from monitor.ownership.stated_keys import OKX, TEXT, MessageForm
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="SS58 with the chain's prefix, or the key in hex.",
    messages="OKX's header; `<Bytes>` and the text; the plain text. Ed25519 or sr25519, with or without the byte of "
    "the kind (`MultiSignature`).",
    binding="The account is the key; nothing binds a key to the account of a multisig, a pure proxy or a pallet.",
    verified="The account's own key signed.",
    promotion="None: `verified` needs none.",
)

_IDENTITY = bytes(32)
_NOBODYS = bytes(63) + b"\x80"
"""A well-formed signature of sr25519 (R and s are zero), for which the library looks at the key first."""
_SCHNORRKEL = 0x80
_ED25519, _SR25519 = 0, 1
_RECOVERY_IDS = {0, 1, 27, 28}


def _check(row: stated_keys.Row) -> stated_keys.StatedSignature:
    raw = spellings.any_bytes(row.signature, "the signature", ed25519.SIGNATURE_SIZE)
    signature = raw[-ed25519.SIGNATURE_SIZE :]
    kind = _SR25519 if signature[-1] & _SCHNORRKEL else _ED25519
    if raw not in (signature, bytes((kind,)) + signature):
        raise NotJudged(
            Code.UNKNOWN_FORM,
            f"the signature has {len(raw)} bytes and begins with {raw[0]:02x}; judged are 64 bytes of Ed25519 or "
            "sr25519, alone or behind 00 or 01, and not ECDSA",
        )
    try:
        return _BY_KIND[kind](row._replace(signature=signature.hex()))
    except Refused as refusal:
        if raw == signature or raw[-1] not in _RECOVERY_IDS:
            raise
        raise NotJudged(
            Code.MAYBE_OTHER_FORM, f"{refusal}; if the last of the 65 bytes is a recovery id, it is ECDSA, not judged"
        ) from refusal


def _verifies_sr25519(key: bytes, signature: bytes, message: bytes) -> bool:
    """As schnorrkel has it, but for the identity, under which anybody can sign (it is the account of all zeros)."""
    if key == _IDENTITY:
        return False
    try:
        valid: bool = sr25519.verify(signature, message, key)
    except ValueError:  # a key, R or s that is not canonical
        return False
    return valid


def _key_in(account: Decoded) -> bytes | None:
    """The key that the account is; None where it is one of neither kind."""
    key = account.payload
    if ed25519.is_key(key):
        return key
    try:
        sr25519.verify(_NOBODYS, b"", key)
    except ValueError:
        return None
    return key


_FORMS = (OKX, MessageForm("<Bytes>", lambda message, _: b"<Bytes>" + message + b"</Bytes>"), TEXT)
_BY_KIND = {
    _ED25519: stated_keys.Keyed(forms=_FORMS, key_in=_key_in, verifies=ed25519.verifies),
    _SR25519: stated_keys.Keyed(
        forms=[MessageForm(f"sr25519, {form.name}", form.prepare) for form in _FORMS],
        key_in=_key_in,
        verifies=_verifies_sr25519,
    ),
}
judge = stated_keys.StatedKeys(
    check=_check,
    bind=stated_keys.is_key,
    keyless=lambda account: "" if _key_in(account) else "the account is no key, but a hash of several or a pallet's",
).judge
