"""Signatures of secp256k1 keys as r, s, v in hex, by the key that an account is the hash of.

What differs between families is data: a :class:`RecoveredKeys` says which message forms its keys sign, how each is
spelled, and what an address holds of a key.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.model import Code
from monitor.ownership.digests import okx_message
from monitor.ownership.family import NotJudged, Refused
from monitor.ownership.secp256k1 import compressed, recover
from monitor.ownership.spellings import hex_bytes

_SIZE = 65  # r, s, v
_COMPACT = 64  # r and s alone, or with v in the first bit of s
_ERC_6492 = "6492" * 16
_RECOVERY_IDS = {0: b"\0", 1: b"\1"}


@dataclass(frozen=True, slots=True)
class DigestForm:
    """One way of making 32 bytes out of a message."""

    name: str
    digest: Callable[[bytes], bytes]


@dataclass(slots=True, eq=False)
class Spelling:
    """One way of writing signatures, and the message forms that are written so.

    Forms that share a spelling are all tried. A form has one spelling, so a signature has one too.
    """

    forms: tuple[DigestForm, ...]
    """The usual one first: its key is the one that a refusal names."""
    prefix: str = "0x"
    """What stands before the 130 hex digits."""
    v: int = 27
    """The last byte for recovery id 0. Only it and the next count, as in the ``ecrecover`` precompile: the 29 to 34
    that OKX's tool lets pass would be further spellings of the same signature, and to a Safe 0, 1, 31 and 32 say that
    it is a contract's, an approval, or one over another digest."""
    likely: tuple[DigestForm, ...] = field(init=False)
    """The forms with that first which held last: a list keeps to one, and each other that is tried is a recovery.
    Replaced whole, as other threads read it meanwhile. Verdicts do not depend on it."""

    def __post_init__(self) -> None:
        self.likely = self.forms

    def __str__(self) -> str:
        start = f"{self.prefix} and " if self.prefix else ""
        return f"{start}130 hex digits (r, s, v)"

    def read(self, text: str) -> bytes | None:
        """Read the 65 bytes of r, s, v; None for a text of another shape."""
        return _hex(text, self.prefix, _SIZE)

    def signature(self, text: str) -> bytes | None:
        """Read r, s (32 bytes each) and the recovery id; None for a text of another shape, or with another v."""
        r_s_v = self.read(text)
        recovery_id = _RECOVERY_IDS.get(r_s_v[64] - self.v) if r_s_v else None
        return r_s_v[:64] + recovery_id if r_s_v and recovery_id else None


OKX_HEADER = DigestForm("OKX header", okx_message)
"""What OKX signs with secp256k1 keys on chains that have no message form of their own."""

OKX = Spelling((OKX_HEADER,))
"""How it writes that."""


@dataclass(frozen=True, slots=True)
class RecoveredKeys:
    """How the keys of one kind of account sign, and what ties a key to such an account."""

    spellings: tuple[Spelling, ...]
    accounts: tuple[Callable[[bytes], bytes], ...]
    """From a key (uncompressed, 65 bytes) to what its address holds (``Decoded.payload``), for each kind it has."""
    name: Callable[[bytes], str] = lambda key: f"key {compressed(key).hex()}"
    """What to call a key that is not the expected one."""


class RecoveredSignature(NamedTuple):
    """A valid signature: which key made it, over what."""

    key: bytes
    form: str
    digest: bytes
    r_s: bytes
    recovery_id: int

    @property
    def signature(self) -> bytes:
        """r, s, v as 65 bytes; v is 27 or 28."""
        return self.r_s + bytes((27 + self.recovery_id,))


def read(text: str, message: bytes, scheme: RecoveredKeys, expected: bytes, who: str) -> RecoveredSignature:
    """Find the signature in ``text``, by the key of the account ``expected`` over ``message``.

    Else ``Refused`` or ``NotJudged``. ``expected`` is what the account's address holds, ``who`` what the reason calls
    the account.
    """
    signature, spelling = _parse(text, scheme.spellings)
    r_s, recovery_id = signature[:64], signature[64]
    others: dict[str, bytes] = {}
    for form in spelling.likely:
        digest = form.digest(message)
        key = recover(r_s, recovery_id, digest)
        for account in scheme.accounts:
            if account(key) == expected:
                if others:
                    spelling.likely = (form, *(other for other in spelling.forms if other is not form))
                return RecoveredSignature(key, form.name, digest, r_s, recovery_id)
        others[form.name] = key
    raise Refused(
        Code.NOT_BY_ACCOUNT,
        f"signed by {scheme.name(others[spelling.forms[0].name])}, not by {who} (or over another message)",
    )


def check_key(stated: str, key: bytes) -> None:
    """Check that a public key in the row (33, 64 or 65 bytes), where there is one, is the one that signed."""
    if not stated:
        return
    if hex_bytes(stated, "the public key") not in {compressed(key), key, key[1:]}:
        raise Refused(Code.OTHER_KEY_STATED, "the row's public key is not the key that signed")


def _parse(text: str, spellings: Sequence[Spelling]) -> tuple[bytes, Spelling]:
    """r, s and recovery id in 65 bytes, and how they are spelled."""
    for spelling in spellings:
        if signature := spelling.signature(text):
            return signature, spelling
    raise _unread(text, spellings)


def _unread(text: str, spellings: Sequence[Spelling]) -> NotJudged:
    shaped = [spelling for spelling in spellings if spelling.read(text) is not None]
    if not shaped:
        known = ", or ".join(str(spelling) for spelling in spellings)
        return NotJudged(Code.UNKNOWN_FORM, f"the signature is {_seen(text)}; judged is {known}")
    allowed = ", ".join(str(v) for spelling in shaped for v in (spelling.v, spelling.v + 1))
    return NotJudged(Code.HEADER_UNKNOWN, f"v of the signature is {int(text[-2:], 16)}; judged are {allowed}")


def _seen(text: str) -> str:
    """What a text of another shape is."""
    if text.startswith("{"):
        return "a JSON object that is not understood"
    digits = text.removeprefix("0x")
    raw = _hex(digits, "", len(digits) // 2)
    if raw is None:
        return f"a text of {len(text)} characters that is not hex"
    if digits.endswith(_ERC_6492):
        return "wrapped as ERC-6492 has it, for a contract that is not there yet"
    joined, rest = divmod(len(raw), _SIZE)
    if joined > 1 and not rest:
        return f"{joined} of 65 bytes joined, as a Safe takes them"
    if len(raw) == _COMPACT:
        return "of 64 bytes, without v or with v in s (EIP-2098)"
    return f"hex of {len(raw)} bytes" + ("" if text.startswith("0x") else " without 0x")


def _hex(text: str, prefix: str, size: int) -> bytes | None:
    """``size`` bytes in hex behind ``prefix``; None for another text."""
    digits = 2 * size
    if not size or text[:-digits] != prefix:
        return None
    try:
        raw = bytes.fromhex(text[-digits:])
    except ValueError:
        return None
    # Fewer in a text that is too short, or with spaces between bytes, which fromhex() passes over.
    return raw if len(raw) == size else None
