"""The files that a proof consists of: named, sized, and opened only by the scheme that wants them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class ProofFile:
    """One published file, wherever it comes from: a path, a directory's member, or a member of an archive."""

    name: str
    """As people know it, with its folders (``sum_proof_data/batches/a0/sum_proof.json``); errors name it."""
    size: int
    """Bytes."""
    open: Callable[[], BinaryIO]
    """A new stream from the first byte; the caller closes it. May be called again, and in another process."""
