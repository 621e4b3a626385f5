"""Aptos: an address is, until its key is rotated, the account's authentication key, and that is a hash of the key.

SHA3-256 of the key and its scheme: 00 for a bare Ed25519 key, 02 for a *single key* of any kind, written in BCS (Aptos
docs, "Accounts"; AIP-55). A rotated account keeps its address under another authentication key. Such a row names the
present authentication key as its owner, and proves that key: ``unbound``, until the chain says that it is the present
one. An account that was rotated away from the key of its address would still be ``verified`` by the old key.

Wallets that follow the wallet standard (AIP-62) sign a text of lines: ``APTOS``, perhaps ``address``, ``application``
and ``chainId``, then ``message`` and ``nonce``. The row's message is that whole text; or the cell of the signature
holds the object that the wallet returns, with the text as its ``fullMessage``, and the row's message is the one in it.
A line that names another account or another chain than Aptos' main net contradicts the row.
"""

from hashlib import sha3_256
from typing import Annotated

import msgspec

from monitor.formats.wrapped import AIP_62
from monitor.model import Code
from monitor.ownership import stated_keys, wallet_objects
from monitor.ownership.family import Description, NotJudged, Refused
from monitor.ownership.stated_keys import OKX, MessageForm
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="32 bytes in hex, without up to four leading zeros.",
    messages="OKX's header; the wallet standard (AIP-62), with its whole text (`APTOS\\n…message: …`) as the row's "
    "message, or with the object that the wallet returns as its signature.",
    binding="The address is the SHA3-256 of key and scheme (00, or 02 for single keys), as of the account's creation.",
    verified="The key of the address signed.",
    promotion="The account's present authentication key, where the row names one as its owner.",
)

_MAIN_NET = "1"
_SCHEMES = {"Ed25519": (b"", b"\x00"), "single-key": (b"\x00\x20", b"\x02")}
"""What is hashed before and after the key. A single key in BCS has its variant (Ed25519 is 0) and length before it."""


class _Returned(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """What a wallet returns; the text that was signed says all but the signature once more."""

    full_message: str
    signature: Annotated[str, msgspec.Meta(min_length=1)]
    address: str | None = None
    application: str | bool | None = None
    chain_id: str | int | None = None
    message: str | None = None
    nonce: str | int | None = None
    prefix: str | None = None


def bind(key: bytes, account: Decoded) -> str | None:
    """Say how ``key`` makes ``account``; None where it does not."""
    for name, (before, after) in _SCHEMES.items():
        if sha3_256(before + key + after).digest() == account.payload:
            return f"whose {name} authentication key is the address"
    return None


def _wallet_text(message: bytes, _key: bytes) -> bytes | None:
    return message if AIP_62.fullmatch(message.decode()) else None


_by_key = stated_keys.Keyed(forms=(OKX, MessageForm("wallet standard", _wallet_text)))


def _check(row: stated_keys.Row) -> stated_keys.StatedSignature:
    if row.signature.startswith("{"):
        row = _of_returned(row)
    if text := AIP_62.fullmatch(row.message.decode()):
        lines = dict(line.split(": ", 1) for line in text[1].split("\n") if line)
        wallet_objects.check_account(lines.get("address", ""), row.network, row.account.canonical)
        if lines.get("chainId", _MAIN_NET) != _MAIN_NET:
            raise Refused(Code.OTHER_CHAIN, f"the text that was signed names chain {lines['chainId']}, not {_MAIN_NET}")
    return _by_key(row)


def _of_returned(row: stated_keys.Row) -> stated_keys.Row:
    """The row with the text and the signature that the wallet's object holds."""
    returned = wallet_objects.shaped(wallet_objects.parse(row.signature), _Returned)
    signed = returned.full_message
    text = AIP_62.fullmatch(signed)
    if not text:
        raise NotJudged(Code.OBJECT_UNREAD, "the fullMessage beside the signature is not one as AIP-62 has it")
    if row.message.decode() not in {signed, text[2]}:
        raise Refused(Code.OTHER_MESSAGE, "the message that the wallet signed is not the row's")
    return row._replace(message=signed.encode(), signature=returned.signature)


_SCHEME = stated_keys.StatedKeys(check=_check, bind=bind)
judge, question = _SCHEME.judge, _SCHEME.question
