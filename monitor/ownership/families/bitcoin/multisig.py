"""Bare multisig: ``m <key> ... <key> n OP_CHECKMULTISIG``, read strictly and counted in distinct keys."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bitcoin.core.script import OP_CHECKMULTISIG

from monitor.formats import bitcoin
from monitor.model import Code
from monitor.ownership.family import Refused

MAX_PUSH = 520
"""The longest element that a script may push, and so the longest redeem script (BIP 16)."""

_COMPRESSED, _UNCOMPRESSED = (2, 3), (4,)
_COMPRESSED_SIZE = 33
_MOST_KEYS = 20


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
        """Check that ``signers`` (in column order) are keys of the script, none twice, and reach the threshold."""
        for position, key in enumerate(signers):
            if key not in self.keys:
                by = f"signature {position + 1} is by key {key.hex()}"
                raise Refused(Code.NOT_IN_SCRIPT, f"{by}, which is not in the script (or over another message)")
            if key in signers[:position]:
                raise Refused(
                    Code.NAMED_TWICE, f"key {key.hex()} signed twice: {self.threshold} distinct keys are needed"
                )
        if len(signers) < self.threshold:
            raise Refused(Code.TOO_FEW_KEYS, f"{len(signers)} of {self.threshold} needed keys signed")


def _parity(key: bytes) -> int:
    """That of y, which with x makes the key, in either spelling."""
    return (key[0] if len(key) == _COMPRESSED_SIZE else key[-1]) & 1


def parse(script: bytes, *, uncompressed: bool) -> Multisig | None:
    """Read the multisig that ``script`` is, byte for byte; None for any other script.

    ``uncompressed`` allows keys of 65 bytes beside those of 33: they are standard in P2SH, and not in witness scripts.
    """
    try:
        first, *keys, last, operation = bitcoin.script_items(script)
    except ValueError:  # cut short, or of too few items
        return None
    m, n = _number(first), _number(last)
    if operation != OP_CHECKMULTISIG or not 1 <= m <= n == len(keys) <= _MOST_KEYS:
        return None
    if bitcoin.script_of([m, *keys, n, OP_CHECKMULTISIG]) != script:
        return None
    found = tuple(key for key in keys if isinstance(key, bytes) and is_key(key, uncompressed=uncompressed))
    return Multisig(m, found) if len(found) == n else None


def _number(item: bytes | int) -> int:
    """A number as a script pushes it: OP_1 to OP_16, above that one byte."""
    return int.from_bytes(item, "little") if isinstance(item, bytes) else item


def is_key(data: bytes, *, uncompressed: bool) -> bool:
    """Check whether ``data`` is shaped like a public key; the hybrid form (06, 07) is none (STRICTENC)."""
    if len(data) == 33:
        return data[0] in _COMPRESSED
    return uncompressed and len(data) == 65 and data[0] in _UNCOMPRESSED
