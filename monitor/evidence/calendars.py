"""Proofs of OpenTimestamps: that a bundle was there before a block of Bitcoin, on nobody's word.

Calendars gather what they are sent and commit to all of it in one transaction. Until that is in a block a proof is
pending: it names calendars that know the rest of the way later. Slow to import: import it where there are proofs.
"""

import hashlib
from collections.abc import Callable, Iterator
from secrets import token_bytes
from typing import Any, TypeVar

from opentimestamps.core.notary import BitcoinBlockHeaderAttestation, PendingAttestation
from opentimestamps.core.op import OpAppend, OpSHA256
from opentimestamps.core.serialize import BytesDeserializationContext, BytesSerializationContext
from opentimestamps.core.timestamp import DetachedTimestampFile, Timestamp

from monitor.formats import shown

LARGEST = 2**16
"""Bytes of a proof; one of three calendars has some three thousand."""
LARGEST_ANSWER = 10_000
"""Bytes of a calendar's answer, and below of what is random in a proof: both are the library's own practice."""
_NONCE = 16
_HIGHEST, _MOST_BLOCKS = 2**31, 16
_T = TypeVar("_T")


class Proof:
    """What leads from a digest to calendars and blocks: one ``.ots`` file. It is never changed."""

    def __init__(self, stamp: Timestamp) -> None:
        self._stamp = stamp

    @classmethod
    def begin(cls, content: bytes) -> tuple["Proof", bytes]:
        """Return a proof of ``content`` that leads nowhere yet, and what is sent to calendars.

        That is the digest hashed again with random bytes, by which a calendar learns nothing of what it commits to.
        """
        stamp = Timestamp(hashlib.sha256(content).digest())
        return cls(stamp), stamp.ops.add(OpAppend(token_bytes(_NONCE))).ops.add(OpSHA256()).msg

    @classmethod
    def read(cls, raw: bytes, content: bytes | None = None) -> "Proof":
        """Read a file, which must be about ``content`` where that is given. Raises ValueError saying why it is none."""
        if len(raw) > LARGEST:
            raise ValueError(f"no proof has more than {LARGEST} bytes")
        file = _read(DetachedTimestampFile.deserialize, raw)
        if file.file_hash_op != OpSHA256():
            raise ValueError("it is about no SHA-256")
        if content is not None and file.file_digest != hashlib.sha256(content).digest():
            raise ValueError("it is about something else")
        proof = cls(file.timestamp)
        if proof.to_bytes() != raw:
            raise ValueError("not written as the library writes it")
        if len(proof.blocks) > _MOST_BLOCKS or any(height >= _HIGHEST for height, _ in proof.blocks):
            raise ValueError(f"it leads to more than {_MOST_BLOCKS} blocks, or to one that no chain has")
        return proof

    def to_bytes(self) -> bytes:
        """Return the file."""
        context = BytesSerializationContext()
        DetachedTimestampFile(OpSHA256(), self._stamp).serialize(context)
        raw: bytes = context.getbytes()
        return raw

    def with_answer(self, commitment: bytes, answer: bytes) -> "Proof":
        """Return the proof with what a calendar has answered of ``commitment``. Raises ValueError."""
        if len(answer) > LARGEST_ANSWER:
            raise ValueError(f"no answer of a calendar has more than {LARGEST_ANSWER} bytes")
        told = _read(lambda context: Timestamp.deserialize(context, commitment), answer)
        if not Proof(told).pending and not Proof(told).blocks:
            raise ValueError("it leads to no calendar and no block")
        stamp = Timestamp(self._stamp.msg)
        stamp.merge(self._stamp)
        next(each for each in _steps(stamp) if each.msg == commitment).merge(told)
        return Proof.read(Proof(stamp).to_bytes())

    @property
    def pending(self) -> list[tuple[bytes, str]]:
        """What calendars know more of, each with the URL that one has called itself by: only its word."""
        told = self._stamp.all_attestations()
        return sorted((message, shown(each.uri, 200)) for message, each in told if isinstance(each, PendingAttestation))

    @property
    def blocks(self) -> list[tuple[int, bytes]]:
        """The blocks that it leads to, each with its Merkle root as in a header: whether that is so, nodes tell."""
        told = self._stamp.all_attestations()
        return sorted((at.height, root) for root, at in told if isinstance(at, BitcoinBlockHeaderAttestation))


def _steps(stamp: Timestamp) -> Iterator[Timestamp]:
    yield stamp
    for each in stamp.ops.values():
        yield from _steps(each)


def _read(read: Callable[[Any], _T], raw: bytes) -> _T:
    """What ``read`` of the library makes of all of ``raw``. Raises ValueError."""
    context = BytesDeserializationContext(raw)
    try:
        found = read(context)
        context.assert_eof()
    except Exception as error:  # whatever the library stumbles over
        why = shown(str(error) or type(error).__name__, 200)
        raise ValueError(f"no time stamp of OpenTimestamps: {why}") from error
    return found
