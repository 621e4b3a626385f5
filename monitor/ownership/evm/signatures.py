"""Signatures of EVM keys: r, s, v in hex over one of the message forms in use."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coincurve import PublicKey
from eth_hash.auto import keccak

from monitor.model import Address, Network
from monitor.ownership import digests, secp256k1
from monitor.ownership.faults import Refused

_SIGNATURE = re.compile(r"0x[0-9a-fA-F]{130}")


@dataclass(frozen=True, slots=True)
class Form:
    """One way of making 32 bytes out of a message."""

    name: str
    digest: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Signed:
    """A valid signature: who made it, over what."""

    signer: Address
    key: PublicKey
    form: str
    digest: bytes
    signature: bytes
    """r, s, v as 65 bytes; v is 27 or 28."""


_COMMON = (Form("OKX digest", digests.personal_message_of_hash), Form("EIP-191", digests.personal_message))
_OF_NETWORK = {"okc": (Form("OKX header", digests.okx_message), *_COMMON)}


def forms(network: Network) -> Sequence[Form]:
    """The message forms that are tried on ``network``, the usual one first."""
    return _OF_NETWORK.get(network.name, _COMMON)


def read(text: str, message: bytes, tried: Sequence[Form], expected: Address | None, who: str) -> Signed:
    """The signature in ``text``, by ``expected`` over ``message`` in one of the forms; else ``Refused``.

    Only 27 and 28 stand for v, as in the ``ecrecover`` precompile: 0 and 1, or the 29 to 34 that OKX's tool lets pass,
    would be further spellings of the same signature. ``who`` is what the reason calls the expected signer.
    """
    if not _SIGNATURE.fullmatch(text):
        raise Refused("the signature is not 0x and 130 hex digits (r, s, v)")
    signature = bytes.fromhex(text[2:])
    v = signature[64]
    if v not in {27, 28}:
        raise Refused(f"v of the signature is {v}, not 27 or 28")
    others = []
    for form in tried:
        digest = form.digest(message)
        key = secp256k1.recover(signature[:64], v - 27, digest)
        signer = account_of(key)
        if signer == expected:
            return Signed(signer, key, form.name, digest, signature)
        others.append(signer)
    raise Refused(f"signed by {others[0]}, not by {who} (or over another message)")


def account_of(key: PublicKey) -> Address:
    """The account of a key: the last 20 bytes of the Keccak-256 of its 64 bytes (yellow paper, appendix F)."""
    return "0x" + keccak(key.format(compressed=False)[1:])[12:].hex()
