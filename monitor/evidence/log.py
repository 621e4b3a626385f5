"""The log of all bundles: append-only, in static files that any web server can serve.

One entry a bundle. The files are those of c2sp.org/tlog-tiles (tiles of height 8; the Merkle tree of RFC 6962), their
head is a c2sp.org/tlog-checkpoint signed as a c2sp.org/signed-note; the proof that a bundle carries is a
c2sp.org/tlog-proof@v1. Whoever keeps a checkpoint can tell later that nothing before it was replaced.
"""

import base64
import fcntl
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from monitor.evidence.errors import EvidenceError
from monitor.evidence.keys import PublicKey, SigningKey
from monitor.formats.phrases import unreadable

CHECKPOINT = "checkpoint"
"""The file that holds the signed head."""

_HEADER = "c2sp.org/tlog-proof@v1"
_TILE = 256
_LONGEST = 2**16 - 1
"""Bytes of an entry."""


# --- The tree (RFC 6962, section 2.1) --------------------------------------------------------------------------------


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\0" + entry).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two under ``size``."""
    return 1 << (size - 1).bit_length() - 1


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree over ``leaves``, which are hashes."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return _node(root_of(leaves[:split]), root_of(leaves[split:]))


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """What leads from the leaf at ``index`` to the root, from below."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion(leaves[:split], index), root_of(leaves[split:])]
    return [*inclusion(leaves[split:], index - split), root_of(leaves[:split])]


def led_to(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root to which ``path`` leads from ``leaf`` in a tree of ``size``; None where no path is so long."""
    if not 0 <= index < size:
        return None
    if size == 1:
        return None if path else leaf
    if not path:
        return None
    split = _split(size)
    left = index < split
    below = led_to(leaf, index if left else index - split, split if left else size - split, path[:-1])
    if below is None:
        return None
    return _node(below, path[-1]) if left else _node(path[-1], below)


# --- Its head, and the proof of one entry ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Head:
    """What the log was at one moment."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def signed(self, key: SigningKey) -> str:
        """As a checkpoint."""
        return f"{self.text}\n{key.note_line(self.origin, self.text)}\n"


def opened(checkpoint: str, key: PublicKey) -> Head:
    """The head that ``checkpoint`` states under the signature of ``key``. Raises ValueError saying what is wrong."""
    lines = checkpoint.split("\n")
    if len(lines) != 6:
        raise ValueError("no checkpoint: it has three lines, an empty one, and one signature")
    head = Head(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True))
    if f"{head.text}\n{lines[4]}\n" != checkpoint:
        raise ValueError("the checkpoint is not written as one is")
    if not key.check_note(head.origin, head.text, lines[4]):
        raise ValueError("the checkpoint is not signed by the key of the bundle")
    return head


def proof_text(index: int, path: Sequence[bytes], checkpoint: str) -> str:
    hashes = "".join(f"{base64.b64encode(each).decode()}\n" for each in path)
    return f"{_HEADER}\nindex {index}\n{hashes}\n{checkpoint}"


def check_proof(proof: bytes, entry: bytes, key: PublicKey) -> tuple[int, Head]:
    """Where ``entry`` stands in the log, and the log's head. Raises ValueError saying what is wrong."""
    told, _, checkpoint = proof.decode().partition("\n\n")
    first, second, *hashes = told.split("\n")
    index, path = int(second.removeprefix("index ")), [base64.b64decode(each, validate=True) for each in hashes]
    if first != _HEADER or proof_text(index, path, checkpoint).encode() != proof:
        raise ValueError(f"not written as a {_HEADER} is")
    head = opened(checkpoint, key)
    if led_to(leaf_hash(entry), index, head.size, path) != head.root:
        raise ValueError("the proof does not lead from this statement to the root of the log")
    return index, head


# --- Its files -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Log:
    """The log in ``folder``."""

    folder: Path

    def append(self, entry: bytes, origin: str, key: SigningKey) -> str:
        """Add ``entry``, and return the proof of it. Raises EvidenceError where the log was altered; OSError.

        Killed at any moment, the log is the one before or the new one: the checkpoint is replaced last.
        """
        if len(entry) > _LONGEST:
            raise EvidenceError("an entry is too long for the log")
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._alone():
            known = self._known(origin, key)
            entries = [*known, entry]
            leaves = [leaf_hash(each) for each in entries]
            self._write_tiles(entries, leaves)
            checkpoint = Head(origin, len(leaves), root_of(leaves)).signed(key)
            self._replace(CHECKPOINT, checkpoint.encode())
            return proof_text(len(known), inclusion(leaves, len(known)), checkpoint)

    def _known(self, origin: str, key: SigningKey) -> list[bytes]:
        if not (self.folder / CHECKPOINT).exists():
            if any(self.folder.glob("tile/*")):
                raise EvidenceError(f"the log {self.folder.name} has entries and no checkpoint: restore it")
            return []
        head, entries = self.read(key.public)
        if head.origin != origin:
            raise EvidenceError(f"the log {self.folder.name} is that of {head.origin}, not of {origin}")
        return entries

    def read(self, key: PublicKey) -> tuple[Head, list[bytes]]:
        """Its head and all entries, which make up the head's root. Raises EvidenceError where they do not."""
        try:
            head = opened((self.folder / CHECKPOINT).read_bytes().decode(), key)
            entries = list(self._entries(head.size))
        except (OSError, ValueError, IndexError) as error:
            raise EvidenceError(f"the log {self.folder.name} cannot be used: {unreadable(error)}") from error
        if root_of([leaf_hash(each) for each in entries]) != head.root:
            raise EvidenceError(f"the log {self.folder.name} was altered: its entries are not those of its checkpoint")
        return head, entries

    def _entries(self, size: int) -> Iterator[bytes]:
        for start in range(0, size, _TILE):
            count = min(_TILE, size - start)
            content = (self.folder / _path("entries", start // _TILE, count)).read_bytes()
            place = 0
            for _ in range(count):
                length = int.from_bytes(content[place : place + 2], "big")
                entry = content[place + 2 : place + 2 + length]
                if len(entry) < length or not length:
                    raise ValueError("a bundle of entries is cut")
                yield entry
                place += 2 + length

    def _write_tiles(self, entries: Sequence[bytes], leaves: Sequence[bytes]) -> None:
        """Write what the last entry has changed: the last tile of each level, and the last bundle of entries."""
        number, rest = divmod(len(entries) - 1, _TILE)
        last = entries[number * _TILE :]
        self._replace(
            _path("entries", number, rest + 1), b"".join(len(each).to_bytes(2, "big") + each for each in last)
        )
        level, hashes = 0, list(leaves)
        while hashes:
            number, rest = divmod(len(hashes) - 1, _TILE)
            self._replace(_path(str(level), number, rest + 1), b"".join(hashes[number * _TILE :]))
            full = range(0, len(hashes) // _TILE * _TILE, _TILE)
            level, hashes = level + 1, [root_of(hashes[start : start + _TILE]) for start in full]

    def _replace(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.new")
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.folder / ".lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _path(level: str, number: int, width: int) -> str:
    """Where a tile lies: ``tile/0/x001/067``, with ``.p/W`` behind it while it has only W hashes."""
    groups = f"{number:0{-(-len(str(number)) // 3) * 3}d}"
    parts = [groups[start : start + 3] for start in range(0, len(groups), 3)]
    name = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    return f"tile/{level}/{name}" + ("" if width == _TILE else f".p/{width}")
