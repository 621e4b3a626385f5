"""Bare multisig: ``m <key> ... <key> n OP_CHECKMULTISIG``, read strictly and counted in distinct keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from bitcoin.core.script import OP_1, OP_16, OP_CHECKMULTISIG, CScript, CScriptInvalidError

from monitor.ownership.faults import Refused

MAX_PUSH = 520
"""The longest element that a script may push, and so the longest redeem script (BIP 16)."""

_MAX_KEYS = 20
_COMPRESSED, _UNCOMPRESSED = (2, 3), (4,)


@dataclass(frozen=True, slots=True)
class Multisig:
    """Any ``threshold`` of ``keys``; a key that the script repeats counts once."""

    threshold: int
    keys: tuple[bytes, ...]

    def __str__(self) -> str:
        return f"{self.threshold} of {len(self.keys)}"

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


def parse(script: bytes, *, uncompressed: bool) -> Multisig | None:
    """The multisig that ``script`` is, byte for byte; None for any other script.

    ``uncompressed`` allows keys of 65 bytes beside those of 33: they are standard in P2SH, and not in witness scripts.
    """
    try:
        operations = [(opcode, data) for opcode, data, _ in CScript(script).raw_iter()]
    except CScriptInvalidError:
        return None
    if len(operations) < 4 or operations[-1] != (OP_CHECKMULTISIG, None):
        return None
    threshold, *pushes, count = operations[:-1]
    keys = [data for opcode, data in pushes if data and opcode == len(data) and is_key(data, uncompressed=uncompressed)]
    m, n = _number(*threshold), _number(*count)
    if not 1 <= m <= n == len(keys) == len(pushes) or n > _MAX_KEYS:
        return None
    return Multisig(m, tuple(keys))


def _number(opcode: int, data: bytes | None) -> int:
    """A small number as the script must push it: OP_1 to OP_16, above that one byte. 0 for anything else."""
    if OP_1 <= opcode <= OP_16:
        return int(opcode - OP_1) + 1
    if opcode == 1 and data and data[0] > 16:
        return data[0]
    return 0


def is_key(data: bytes, *, uncompressed: bool) -> bool:
    """Whether ``data`` is shaped like a public key; the hybrid form (06, 07) is none (STRICTENC)."""
    if len(data) == 33:
        return data[0] in _COMPRESSED
    return uncompressed and len(data) == 65 and data[0] in _UNCOMPRESSED
