"""Calls of aelf's token contract: what is asked is a signed transaction that is executed and never sent.

A node executes only what its sender has signed (``ExecuteTransactionAsync`` in AElf), so questions are signed with a
key that everybody can know, of an account that owns nothing.
"""

import hashlib

from coincurve import PrivateKey

from monitor.chains.protobuf import Message, field
from monitor.formats.bitcoin import sha256d
from monitor.model import Address
from monitor.registry.addresses.encodings import base58check

_TOKEN_CONTRACT = base58check.decode_check("JRmBduh4nXWi1aXgdUsj5gJrzeZb2LxmrAbf7W99faZSvoAaE")
"""AElf.ContractNames.Token on the main chain."""
_ASKER = PrivateKey(hashlib.sha256(b"reserve-monitor asks").digest())
_SIGNATURE = 10_000
"""The number of its field."""


def question(symbol: str, account: bytes) -> str:
    """Return the transaction ``GetBalance`` for 32 bytes of an account, as hexadecimal digits."""
    asked = field(1, symbol.encode()) + field(2, _address(account))
    asker = sha256d(_ASKER.public_key.format(compressed=False))
    transaction = b"".join(
        (
            field(1, _address(asker)),
            field(2, _address(_TOKEN_CONTRACT)),
            field(5, b"GetBalance"),
            field(6, asked),
        )
    )
    digest = hashlib.sha256(transaction).digest()
    return (transaction + field(_SIGNATURE, _ASKER.sign_recoverable(digest, hasher=None))).hex()


def balance(answer: bytes, symbol: str, account: bytes) -> int:
    """Return what ``GetBalanceOutput`` tells; raises ValueError where it is about something else."""
    told = Message(answer)
    if (named := told.text(1)) != symbol:
        raise ValueError(f"it is about {named!r:.40}")
    if Message(told.bytes(2)).bytes(1) != account:
        raise ValueError("it is about another account")
    units = told.number(3)  # zero is left out, as protocol buffers have it; what is negative has the highest bit
    if units >> 63:
        raise ValueError("it is negative")
    return units


def _address(value: bytes) -> bytes:
    return field(1, value)


def of(account: Address) -> bytes:
    """Return the 32 bytes of an account."""
    return base58check.decode_check(account)
