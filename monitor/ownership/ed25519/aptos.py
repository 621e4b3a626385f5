"""Aptos: an address is, until its key is rotated, the account's authentication key, and that is a hash of the key.

SHA3-256 of the key and its scheme: 00 for a bare Ed25519 key, 02 for a *single key* of any kind, written in BCS (Aptos
docs, "Accounts"; AIP-55). A rotated account keeps its address under another authentication key. Such a row names the
present authentication key as its owner, and proves that key: ``unbound``, until the chain says that it is the present
one. An account that was rotated away from the key of its address would still be ``verified`` by the old key.

Wallets that follow the wallet standard sign a text that begins ``APTOS`` and ends in a nonce that rows do not state;
they are judged when the row's message is that whole text.
"""

from hashlib import sha3_256

from monitor.model import Claim, Network, OwnerQuestion, Verdict
from monitor.ownership.description import Description
from monitor.ownership.ed25519 import rows
from monitor.ownership.ed25519.messages import OKX, Form
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="32 bytes in hex, without up to four leading zeros.",
    messages="OKX's header; the whole text of the wallet standard (`APTOS\\nmessage: …`). Hex.",
    binding="The address is the SHA3-256 of key and scheme (00, or 02 for single keys), as of the account's creation.",
    verified="The key of the address signed.",
    promotion="The account's present authentication key, where the row names one as its owner.",
)

_WALLET_TEXT = b"APTOS\nmessage: "
_SCHEMES = {"Ed25519": (b"", b"\x00"), "single-key": (b"\x00\x20", b"\x02")}
"""What is hashed before and after the key. A single key in BCS has its variant (Ed25519 is 0) and length before it."""


def judge(claim: Claim, network: Network) -> Verdict:
    """The key of the address, or of the authentication key that the row names, signed."""
    return rows.judge(claim, network, _SCHEME)


def question(claim: Claim, network: Network) -> OwnerQuestion:
    """Whether the authentication key that the row names is the account's present one."""
    return rows.question(claim, network, _SCHEME)


def bind(key: bytes, account: Decoded) -> str | None:
    """How ``key`` makes ``account``; None where it does not."""
    for name, (before, after) in _SCHEMES.items():
        if sha3_256(before + key + after).digest() == account.payload:
            return f"whose {name} authentication key is the address"
    return None


def _wallet_text(message: bytes, _key: bytes) -> bytes | None:
    return message if message.startswith(_WALLET_TEXT) else None


_SCHEME = rows.Scheme(check=rows.Keyed(forms=(OKX, Form("wallet standard", _wallet_text))), bind=bind)
