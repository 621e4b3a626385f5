"""Sui and IOTA: an address is a BLAKE2b-256 of the key, on Sui with the scheme's flag (00) before it.

IOTA's ledger, of the same kind since 2025, leaves the flag out for Ed25519, as its addresses are older (IOTA SDK,
``Ed25519PublicKey.derive_address``). Sui's wallets sign a *personal message*: the BLAKE2b-256 of the intent 03 00 00
and the message in BCS; their signature is base64 of flag, signature and key (Sui docs, "Offline signing", "Intent
signing"). Other schemes have other flags, and are not judged.
"""

import re
from hashlib import blake2b

from monitor.model import Claim, Code, Network, Verdict
from monitor.ownership import ed25519, stated_keys
from monitor.ownership.family import Description, NotJudged, Refused
from monitor.ownership.spellings import base64_bytes
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="32 bytes in hex.",
    messages="OKX's header (hex); personal messages (base64 of flag, signature and key). Ed25519 only.",
    binding="The address is the BLAKE2b-256 of the key (Sui: of its flag and the key).",
    verified="The key of the address signed.",
    promotion="None: nothing but the key controls the address.",
)

_HEX = re.compile(r"0x.*|[0-9a-fA-F]{128}")
_ED25519 = 0
_OTHER_SCHEMES = {1: "secp256k1", 2: "secp256r1", 3: "multisig", 5: "zkLogin", 6: "passkey"}
_SERIALISED = 1 + ed25519.SIGNATURE_SIZE + ed25519.KEY_SIZE
_PERSONAL_MESSAGE = bytes((3, 0, 0))  # scope, version, application


def judge(claim: Claim, network: Network) -> Verdict:
    """Judge whether the key of the address signed."""
    return _SCHEMES[network.family].judge(claim, network)


_hexed = stated_keys.Keyed()


def _check(row: stated_keys.Row) -> stated_keys.StatedSignature:
    if _HEX.fullmatch(row.signature):
        return _hexed(row)
    raw = base64_bytes(row.signature, "the signature")
    if raw[0] in _OTHER_SCHEMES and len(raw) > _SERIALISED:
        raise NotJudged(
            Code.KEY_NOT_JUDGED, f"{_OTHER_SCHEMES[raw[0]]} signatures are not judged, only those of Ed25519 keys"
        )
    if raw[0] != _ED25519 or len(raw) != _SERIALISED:
        raise NotJudged(
            Code.UNKNOWN_FORM,
            f"the signature has {len(raw)} bytes and the flag {raw[0]:02x}; judged are 64 bytes in hex, and flag 00, "
            "signature and key in base64",
        )
    signature, key = raw[1 : 1 + ed25519.SIGNATURE_SIZE], raw[1 + ed25519.SIGNATURE_SIZE :]
    if row.key and ed25519.read_key(row.key) != key:
        raise Refused(Code.OTHER_KEY_STATED, "the row's public key is not the one in the signature")
    if not ed25519.verifies(key, signature, _personal(row.message)):
        raise Refused(Code.NOT_BY_KEY, f"the signature is not by key {key.hex()} over this message")
    return stated_keys.StatedSignature(key, "personal message")


def _personal(message: bytes) -> bytes:
    return blake2b(_PERSONAL_MESSAGE + _uleb128(len(message)) + message, digest_size=32).digest()


def _uleb128(number: int) -> bytes:
    """BCS' length: seven bits a byte, the lowest first."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*encoded, number))


def _bind(flag: bytes, key: bytes, account: Decoded) -> str | None:
    hashed = blake2b(flag + key, digest_size=32).digest()
    return "whose BLAKE2b-256 is the address" if hashed == account.payload else None


_SCHEMES = {
    "sui": stated_keys.StatedKeys(check=_check, bind=lambda key, account: _bind(b"\x00", key, account)),
    "iota": stated_keys.StatedKeys(check=_check, bind=lambda key, account: _bind(b"", key, account)),
}
