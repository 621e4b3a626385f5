"""Bare multisig: ``m <key> ... <key> n OP_CHECKMULTISIG``, read strictly and counted in distinct keys."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.ownership.family import Refused

MAX_PUSH = 520
"""The longest element that a script may push, and so the longest redeem script (BIP 16)."""

_COMPRESSED, _UNCOMPRESSED = (2, 3), (4,)
_COMPRESSED_SIZE = 33

_OP_1 = 0x51
_NUMBER = rb"([\x51-\x60]|\x01[\x11-\x14])"
"""1 to 20 as the script must push it: OP_1 to OP_16, above that one byte."""
_PUSH = rb"\x21[\x02\x03].{32}|\x41\x04.{64}"
_SCRIPT = re.compile(_NUMBER + rb"((?:" + _PUSH + rb")+)" + _NUMBER + rb"\xae", re.DOTALL)
_PUSHES = re.compile(_PUSH, re.DOTALL)


@dataclass(frozen=True, slots=True)
class Multisig:
    """Any ``threshold`` of ``keys``; a key that the script repeats counts once."""

    threshold: int
    keys: tuple[bytes, ...]

    def __str__(self) -> str:
        return f"{self.threshold} of {len(self.keys)}"

    @property
    def remark(self) -> str:
        """What a reason should add: that fewer keys suffice than it looks like. Empty: they do not.

        A key that the script repeats, in the other spelling or in the same, can sign for each of its places.
        """
        places = sorted(Counter(key[1:33] + bytes([_parity(key)]) for key in self.keys).values(), reverse=True)
        enough = next(count for count in range(1, len(places) + 1) if sum(places[:count]) >= self.threshold)
        if enough == self.threshold:
            return ""
        return f"; the script repeats a key, so that {enough} {'key suffices' if enough == 1 else 'keys suffice'}"

    def check(self, signers: Sequence[bytes]) -> None:
        """Each of ``signers`` (in column order) is a key of the script, none twice, and they reach the threshold."""
        for position, key in enumerate(signers):
            if key not in self.keys:
                by = f"signature {position + 1} is by key {key.hex()}"
                raise Refused(f"{by}, which is not in the script (or over another message)")
            if key in signers[:position]:
                raise Refused(f"key {key.hex()} signed twice: {self.threshold} distinct keys are needed")
        if len(signers) < self.threshold:
            raise Refused(f"{len(signers)} of {self.threshold} needed keys signed")


def _parity(key: bytes) -> int:
    """That of y, which with x makes the key, in either spelling."""
    return (key[0] if len(key) == _COMPRESSED_SIZE else key[-1]) & 1


def parse(script: bytes, *, uncompressed: bool) -> Multisig | None:
    """The multisig that ``script`` is, byte for byte; None for any other script.

    ``uncompressed`` allows keys of 65 bytes beside those of 33: they are standard in P2SH, and not in witness scripts.
    """
    match = _SCRIPT.fullmatch(script)
    if not match:
        return None
    keys = tuple(push[1:] for push in _PUSHES.findall(match[2]))
    m, n = _number(match[1]), _number(match[3])
    if not m <= n == len(keys) or not (uncompressed or all(len(key) == 33 for key in keys)):
        return None
    return Multisig(m, keys)


def _number(pushed: bytes) -> int:
    return pushed[1] if len(pushed) > 1 else pushed[0] - _OP_1 + 1


def is_key(data: bytes, *, uncompressed: bool) -> bool:
    """Whether ``data`` is shaped like a public key; the hybrid form (06, 07) is none (STRICTENC)."""
    if len(data) == 33:
        return data[0] in _COMPRESSED
    return uncompressed and len(data) == 65 and data[0] in _UNCOMPRESSED
