"""Signatures of secp256k1 keys as r, s, v in hex, by the key that an account is the hash of.

What differs between families is data: a :class:`Scheme` says which message forms its keys sign, how each is spelled,
and what an address holds of a key.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from coincurve import PublicKey

from monitor.ownership import secp256k1
from monitor.ownership.faults import Refused
from monitor.ownership.text import hex_bytes


@dataclass(frozen=True, slots=True)
class Form:
    """One way of making 32 bytes out of a message."""

    name: str
    digest: Callable[[bytes], bytes]


@dataclass(frozen=True)
class Spelling:
    """One way of writing signatures, and the message forms that are written so.

    Forms that share a spelling are all tried. A form has one spelling, so a signature has one too.
    """

    forms: tuple[Form, ...]
    prefix: str = "0x"
    """What stands before the 130 hex digits."""
    v: int = 27
    """The last byte for recovery id 0. Only it and the next count, as in the ``ecrecover`` precompile: the 29 to 34
    that OKX's tool lets pass would be further spellings of the same signature."""

    def __str__(self) -> str:
        start = f"{self.prefix} and " if self.prefix else ""
        return f"{start}130 hex digits (r, s, v)"

    @cached_property
    def match(self) -> Callable[[str], re.Match[str] | None]:
        """Whether a text is of this shape; group 1 holds the digits."""
        return re.compile(f"{re.escape(self.prefix)}([0-9a-fA-F]{{130}})").fullmatch


@dataclass(frozen=True, slots=True)
class Scheme:
    """How the keys of one kind of account sign, and what ties a key to such an account."""

    spellings: tuple[Spelling, ...]
    accounts: Callable[[PublicKey], Collection[bytes]]
    """What the addresses of a key hold (``Decoded.payload``)."""
    name: Callable[[PublicKey], str] = lambda key: f"key {key.format().hex()}"
    """What to call a key that is not the expected one."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A valid signature: which key made it, over what."""

    key: PublicKey
    form: str
    digest: bytes
    signature: bytes
    """r, s, v as 65 bytes; v is 27 or 28."""


def read(text: str, message: bytes, scheme: Scheme, expected: bytes, who: str) -> Signed:
    """The signature in ``text``, by the key of the account ``expected`` over ``message``; else ``Refused``.

    ``expected`` is what the account's address holds, ``who`` what the reason calls the account.
    """
    r_s, recovery_id, forms = _parse(text, scheme.spellings)
    others = []
    for form in forms:
        digest = form.digest(message)
        key = secp256k1.recover(r_s, recovery_id, digest)
        if expected in scheme.accounts(key):
            return Signed(key, form.name, digest, r_s + bytes((27 + recovery_id,)))
        others.append(key)
    raise Refused(f"signed by {scheme.name(others[0])}, not by {who} (or over another message)")


def check_key(stated: str, key: PublicKey) -> None:
    """A public key in the row, where there is one, must be the one that signed: 33, 64 or 65 bytes."""
    if not stated:
        return
    whole = key.format(compressed=False)
    if hex_bytes(stated, "the public key") not in {key.format(), whole, whole[1:]}:
        raise Refused("the row's public key is not the key that signed")


def _parse(text: str, spellings: Sequence[Spelling]) -> tuple[bytes, int, Sequence[Form]]:
    """The 64 bytes of r and s, the recovery id, and the forms that are spelled like ``text``."""
    allowed: list[str] = []
    for spelling in spellings:
        match = spelling.match(text)
        if not match:
            continue
        raw = bytes.fromhex(match[1])
        recovery_id = raw[64] - spelling.v
        if recovery_id in {0, 1}:
            return raw[:64], recovery_id, spelling.forms
        allowed += [str(spelling.v), str(spelling.v + 1)]
    if allowed:
        raise Refused(f"v of the signature is {int(text[-2:], 16)}, not {' or '.join(allowed)}")
    raise Refused(f"the signature is not {' nor '.join(str(spelling) for spelling in spellings)}")
