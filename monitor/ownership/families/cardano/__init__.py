"""Cardano: the payment credential of a Shelley address is the BLAKE2b-224 of an Ed25519 key (CIP-19).

``verified`` rests on that credential alone, in base addresses too: it is what spends, while the staking credential
beside it only delegates. An address whose payment credential is a script pays to no key, and a Byron address hashes a
chain code and attributes, which rows do not state: ``unbound``.

OKX signs its header. Wallets sign by CIP-8 and CIP-30 (:mod:`.cose`); there the key comes as a COSE_Key, and the signed
headers name the address; Ledger, Keystone and Lace can write the bare hash of the key there, which is the payment
credential.
"""

from hashlib import blake2b

from monitor.model import Code
from monitor.ownership import ed25519, stated_keys
from monitor.ownership.families.cardano import cose
from monitor.ownership.family import Description, NotJudged, Refused
from monitor.ownership.spellings import hex_bytes
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="Base, pointer and enterprise addresses (`addr1…`); Byron addresses and those of scripts; "
    "also their bytes in hex.",
    messages="OKX's header; CIP-8 (COSE_Sign1 of CIP-30 in hex, with a COSE_Key or the bare key).",
    binding="The payment credential is the BLAKE2b-224 of the key; nothing binds a key to a script or a Byron address.",
    verified="The key that may spend from the address signed.",
    promotion="None: a script's signers are not asked for.",
)

_HASH = 28
_KEY_PAYS = frozenset({0, 2, 4, 6})
"""Types of address (the header's first four bits) whose payment credential is a key's hash."""


def _read_key(text: str) -> bytes:
    if len(text.removeprefix("0x")) == 2 * ed25519.KEY_SIZE:
        return ed25519.read_key(text)
    return cose.read_key(hex_bytes(text, "the public key"))


_signed_directly = stated_keys.Keyed(read_key=_read_key)


def _check(row: stated_keys.Row) -> stated_keys.StatedSignature:
    if len(row.signature.removeprefix("0x")) == 2 * ed25519.SIGNATURE_SIZE:
        return _signed_directly(row)
    if not row.key:
        raise NotJudged(
            Code.NO_PUBLIC_KEY, "the row states no public key, without which a signature of CIP-8 cannot be judged"
        )
    key = _read_key(row.key)
    signed = cose.read_sign1(hex_bytes(row.signature, "the signature"))
    if signed.address not in _names_of(row.signer):
        raise Refused(Code.OTHER_ACCOUNT, "the signed headers name another address")
    if signed.payload != (blake2b(row.message, digest_size=_HASH).digest() if signed.hashed else row.message):
        raise Refused(Code.OTHER_MESSAGE, "what was signed is not the row's message")
    if not ed25519.verifies(key, signed.signature, signed.structure):
        raise Refused(Code.NOT_BY_KEY, f"the signature is not by key {key.hex()} over this message")
    return stated_keys.StatedSignature(key, "CIP-8")


def _names_of(account: Decoded) -> tuple[bytes, ...]:
    """What signed headers may say for ``account``: the address, or the hash of the key that pays from it."""
    return (account.payload,) if _keyless(account) else (account.payload, account.payload[1 : 1 + _HASH])


def _bind(key: bytes, account: Decoded) -> str | None:
    hashed = blake2b(key, digest_size=_HASH).digest()
    if account.payload[1 : 1 + _HASH] != hashed:
        return None
    return f"whose hash is the payment credential of the {account.form} address"


def _keyless(account: Decoded) -> str:
    if account.form == "byron":
        return "a Byron address hashes more than the key, which the row does not state"
    return "" if account.payload[0] >> 4 in _KEY_PAYS else "the address pays to a script, and not to a key"


judge = stated_keys.StatedKeys(check=_check, bind=_bind, keyless=_keyless).judge
