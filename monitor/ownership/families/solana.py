"""Solana and Fogo: an account is an Ed25519 key, so ``verified`` rests on nothing but the signature.

An address that a program derived (a multisig's vault, say) is a hash outside of the curve: ``unbound``.

Wallets sign a text as it is (the wallet standard's ``signMessage``); the command line and Ledger sign it behind the
header of Solana's off-chain message format ("Off-chain message signing", in the Anza docs). Of its version 0 there are
two layouts: the specified one, which names application and signers, and the short one that the command line used before
it followed the specification. Version 1 names the signers only. Each signer of version 0 chose the format of the text
by rules of its own, so all that can hold it are tried. The application is taken to be none (32 zero bytes), the signer
to be alone.
"""

from functools import partial

from monitor.ownership import stated_keys
from monitor.ownership.family import Description
from monitor.ownership.stated_keys import OKX, TEXT, MessageForm

DESCRIPTION = Description(
    addresses="Base58 of 32 bytes.",
    messages="OKX's header; the plain text (wallets); Solana's off-chain messages, versions 0 and 1.",
    binding="The account is the key; nothing binds a key to the address of a program.",
    verified="The account's own key signed.",
    promotion="None: a program's account has no key, and cannot sign.",
)

_DOMAIN = b"\xffsolana offchain"
_NO_APPLICATION = bytes(32)
_ONE_SIGNER = bytes((1,))
_LONGEST = 65_535
_ASCII, _UTF_8, _LONG_UTF_8 = 0, 1, 2  # formats of version 0


def _version_0(kind: int, message: bytes, key: bytes) -> bytes | None:
    return _framed(_NO_APPLICATION, kind, _ONE_SIGNER + key, message)


def _version_0_short(kind: int, message: bytes, _key: bytes) -> bytes | None:
    return _framed(b"", kind, b"", message)


def _framed(application: bytes, kind: int, signers: bytes, message: bytes) -> bytes | None:
    """Version 0: application, the text's format, signers, its length in two bytes, the text."""
    if len(message) > _LONGEST or (kind == _ASCII and not all(0x20 <= byte <= 0x7E for byte in message)):
        return None
    return _DOMAIN + bytes(1) + application + bytes((kind,)) + signers + len(message).to_bytes(2, "little") + message


def _version_1(message: bytes, key: bytes) -> bytes:
    return _DOMAIN + bytes((1,)) + _ONE_SIGNER + key + message


_OFF_CHAIN = tuple(
    MessageForm(name, partial(layout, kind))
    for name, layout in (("off-chain message", _version_0), ("off-chain message, short header", _version_0_short))
    for kind in (_ASCII, _UTF_8, _LONG_UTF_8)
)

judge = stated_keys.StatedKeys(
    check=stated_keys.Keyed(
        forms=(OKX, TEXT, *_OFF_CHAIN, MessageForm("off-chain message, version 1", _version_1)),
        key_in=stated_keys.key_if_one,
    ),
    bind=stated_keys.is_key,
    keyless=lambda account: "" if stated_keys.key_if_one(account) else "the address is no key, but a program's",
).judge
