"""Whether an address of BitMEX's reserves is made of the keys that the same file names.

A multisig of m out of n keys has n - 1 of the published ones, and one of the customer's account beside them. Its script
must hash to the address. An address of one key is derived from a published extended key (BIP-32), by the descriptor in
the place of the script (``wpkh(xpub/…)``, BIP-380 and BIP-382).
"""

import hmac
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256

from coincurve import PublicKey

from monitor.formats.bitcoin import hash160, script_items, witness_script
from monitor.registry.addresses import AddressError, Decoded
from monitor.registry.addresses.encodings import base58check

_CHECKMULTISIG = 0xAE
_SMALL = 0x50
"""What is added to a number from 1 to 16 to push it."""
_KEY_SIZES = (33, 65)
_DESCRIPTOR = re.compile(
    r"wpkh\((?:\[[0-9a-f]{8}(?:/\d{1,10}['h]?)*\])?(?P<key>xpub[1-9A-HJ-NP-Za-km-z]{100,120})(?P<path>(?:/\d{1,10}){0,10})\)"
    r"(?:#[02-9ac-hj-np-z]{8})?",
    re.ASCII,
)
_XPUB = bytes.fromhex("0488b21e")
_HARDENED = 1 << 31

_PROGRAMS: Mapping[str, tuple[str, Callable[[bytes], bytes]]] = {
    "sh": ("p2sh", hash160),
    "sh_wsh": ("p2sh", lambda script: hash160(witness_script(0, sha256(script).digest()))),
    "wsh": ("p2wsh", lambda script: sha256(script).digest()),
}
"""By ``addr_type``: the form of address, and what it commits to."""

SINGLE = "wpkh"
TYPES = frozenset({*_PROGRAMS, SINGLE})


class NotOursError(ValueError):
    """The address is not made of the published keys. The text says why."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a file of reserves says that its addresses are made of."""

    threshold: int
    places: int
    published: frozenset[bytes]
    """The x of each key, in whichever spelling."""
    extended: frozenset[str]

    def check(self, kind: str, address: Decoded, stated: str) -> None:
        """Check that ``address`` is made of these keys, by what is ``stated`` of it. Raises NotOursError."""
        if kind == SINGLE:
            if (address.form, address.payload) != ("p2wpkh", hash160(self._derived(stated))):
                raise NotOursError("the address is not that of the key which its descriptor leads to")
            return
        form, program = _PROGRAMS[kind]
        try:
            script = bytes.fromhex(stated)
        except ValueError:
            raise NotOursError("its script is not hexadecimal") from None
        if (address.form, address.payload) != (form, program(script)):
            raise NotOursError("its script does not make this address")
        self._check_keys(_keys_of(script, self.threshold, self.places))

    def _check_keys(self, keys: Collection[bytes]) -> None:
        ours = {key[1:33] for key in keys} & self.published
        if len(ours) < self.places - 1:
            raise NotOursError(f"its script has {len(ours)} of the published keys, {self.places - 1} are needed")

    def _derived(self, descriptor: str) -> bytes:
        found = _DESCRIPTOR.fullmatch(descriptor)
        if found is None:
            raise NotOursError("its descriptor is not wpkh() of an extended key and a path")
        if found["key"] not in self.extended:
            raise NotOursError("its descriptor is of an extended key that is not among the published ones")
        return derive(found["key"], [int(step) for step in found["path"].split("/")[1:]])


def _keys_of(script: bytes, threshold: int, places: int) -> Collection[bytes]:
    """The keys of the bare multisig ``script``, which must be ``threshold`` of ``places``, byte for byte."""
    try:
        items = script_items(script)
    except ValueError as error:
        raise NotOursError(f"its script cannot be read: {error}") from error
    keys = [item for item in items if isinstance(item, bytes) and len(item) in _KEY_SIZES]
    pushed = b"".join(bytes([len(key)]) + key for key in keys)
    multisig = bytes([_SMALL + threshold]) + pushed + bytes([_SMALL + places, _CHECKMULTISIG])
    if len(keys) != places or len(set(keys)) < places or script != multisig:
        raise NotOursError(f"its script is no multisig of {threshold} out of {places} keys")
    return keys


def derive(extended: str, path: Collection[int]) -> bytes:
    """Derive the compressed public key that ``path`` leads to from an extended one (BIP-32). Raises NotOursError."""
    try:
        raw = base58check.decode_check(extended)
        chain, key = raw[13:45], PublicKey(raw[45:])
        if len(raw) != 78 or raw[:4] != _XPUB:
            raise NotOursError("the extended key is not one of Bitcoin's main chain")
        for step in path:
            if step >= _HARDENED:
                raise NotOursError("its descriptor has a step that no public key leads to")
            mixed = hmac.digest(chain, key.format() + step.to_bytes(4, "big"), "sha512")
            chain, key = mixed[32:], key.add(mixed[:32])
    except (AddressError, ValueError) as error:
        raise error if isinstance(error, NotOursError) else NotOursError(f"the extended key: {error}") from error
    return key.format()
