"""Solana and Fogo: an account is an Ed25519 key, so ``verified`` rests on nothing but the signature.

Wallets sign a text as it is (the wallet standard's ``signMessage``); the command line and Ledger sign it behind the
header of Solana's off-chain message format, version 0 ("Off-chain message signing", in the Anza docs). Of that format
there are two layouts: the specified one, which names application and signers, and the short one that the command line
used before it followed the specification. The application is taken to be none (32 zero bytes), the signer to be alone.
"""

from monitor.model import Claim, Network, Verdict
from monitor.ownership.description import Description
from monitor.ownership.ed25519 import rows, spellings
from monitor.ownership.ed25519.messages import OKX, TEXT, Form

DESCRIPTION = Description(
    addresses="Base58 of 32 bytes.",
    messages="OKX's header; the plain text (wallets); Solana's off-chain messages, version 0. Hex or base58.",
    binding="The account is the key.",
    verified="The account's own key signed.",
    promotion="None: a program's account has no key, and cannot sign.",
)

_HEADER = b"\xffsolana offchain" + bytes(1)  # version 0
_NO_APPLICATION = bytes(32)
_PACKET = 1232  # bytes: what a Ledger takes (formats 0 and 1)
_LONGEST = 65_535


def judge(claim: Claim, network: Network) -> Verdict:
    """The account's key signed."""
    return rows.judge(claim, network, _SCHEME)


def _offchain(message: bytes, key: bytes) -> bytes | None:
    return _framed(message, _HEADER + _NO_APPLICATION, bytes((1,)) + key)


def _offchain_short(message: bytes, _key: bytes) -> bytes | None:
    return _framed(message, _HEADER, b"")


def _framed(message: bytes, head: bytes, signers: bytes) -> bytes | None:
    """``head``, the message's format, ``signers``, the message's length in two bytes, the message."""
    size = len(head) + 1 + len(signers) + 2 + len(message)
    if size > _LONGEST:
        return None
    if size > _PACKET:
        kind = 2  # extended UTF-8
    elif all(0x20 <= byte <= 0x7E for byte in message):
        kind = 0  # restricted ASCII
    else:
        kind = 1  # limited UTF-8
    return head + bytes((kind,)) + signers + len(message).to_bytes(2, "little") + message


_SCHEME = rows.Scheme(
    check=rows.Keyed(
        forms=(
            OKX,
            TEXT,
            Form("off-chain message", _offchain),
            Form("off-chain message, short header", _offchain_short),
        ),
        key_in=rows.whole_key,
        read_signature=spellings.base58_or_hex_signature,
    ),
    bind=rows.is_key,
)
