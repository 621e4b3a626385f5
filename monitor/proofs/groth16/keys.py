"""Verifying keys and proofs, in the forms that the exchanges' versions of gnark write."""

import hashlib
from dataclasses import dataclass

from monitor.proofs.fields import contents
from monitor.proofs.files import ProofFile
from monitor.proofs.groth16.curve import G1, G2, SIZE, g1, g2
from monitor.proofs.scheme import ProofError, UnreadableError

_MOST_BYTES = 4096
_UNUSED = 264
"""Bytes of zeros that Binance's version of 2023 writes first: a commitment key that it does not use."""
_PLAIN, _COMMITTED = 8 * SIZE, 8 * SIZE + 4 + 4 * SIZE
"""Bytes of a proof without and with a commitment."""


@dataclass(frozen=True, slots=True)
class Key:
    """What proofs of one circuit are verified with."""

    place: str
    digest: str
    """SHA-256 of the file, in hex."""
    alpha: G1
    beta: G2
    gamma: G2
    delta: G2
    inputs: tuple[G1, ...]
    """K_0, that of the public input and, since September 2024, that of the commitment."""
    commitment: tuple[G2, G2] | None
    """G and G_sigma = -sigma G, where proofs carry a commitment."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One Groth16 proof."""

    a: G1
    b: G2
    c: G1
    commitment: tuple[G1, G1] | None
    """D, and the proof that its prover knows what is in it."""


def read_key(file: ProofFile) -> Key:
    """Raises :class:`ProofError`."""
    data = contents(file, _MOST_BYTES)
    start = _UNUSED if data[:_UNUSED] == bytes(_UNUSED) else 0
    reader = _Reader(data, start, file.name)
    alpha = reader.g1("alpha")
    reader.g1("beta in G1")
    beta, gamma = reader.g2("beta"), reader.g2("gamma")
    reader.g1("delta in G1")
    delta = reader.g2("delta")
    count = reader.number()
    if count not in {2, 3}:
        raise UnreadableError(f"{file.name}: byte {reader.at - 4}: a key for {count - 1} public inputs, not 1 or 2")
    inputs = tuple(reader.g1(f"K[{i}]") for i in range(count))
    commitment = None
    if count == 3:
        shape = (reader.number(), reader.number(), reader.number())
        if shape != (1, 0, 1):
            raise UnreadableError(f"{file.name}: byte {reader.at - 12}: not one commitment to no public input")
        commitment = (reader.g2("G"), reader.g2("G_sigma"))
    if not start and reader.at != len(data):  # behind the unused key Go's own description of a type follows
        raise UnreadableError(f"{file.name}: {len(data) - reader.at} bytes follow the key")
    return Key(file.name, hashlib.sha256(data).hexdigest(), alpha, beta, gamma, delta, inputs, commitment)


def read_proof(data: bytes, place: str, *, subgroup: bool = True) -> Proof:
    """A proof of exactly these bytes; ``subgroup`` as for :func:`g2`. Raises :class:`ProofError`."""
    if len(data) not in {_PLAIN, _COMMITTED}:
        raise ProofError(f"{place}: proof_info: {len(data)} bytes, not {_PLAIN} or {_COMMITTED}")
    commitment = None
    if len(data) == _COMMITTED:
        if int.from_bytes(data[_PLAIN : _PLAIN + 4]) != 1:
            raise ProofError(f"{place}: proof_info: not one commitment")
        first = _PLAIN + 4
        commitment = (
            g1(data[first : first + 2 * SIZE], f"{place}: proof_info: commitment", compressed=False),
            g1(data[first + 2 * SIZE :], f"{place}: proof_info: proof of knowledge", compressed=False),
        )
    return Proof(
        a=g1(data[: 2 * SIZE], f"{place}: proof_info: A", compressed=False),
        b=g2(data[2 * SIZE : 6 * SIZE], f"{place}: proof_info: B", compressed=False, subgroup=subgroup),
        c=g1(data[6 * SIZE : _PLAIN], f"{place}: proof_info: C", compressed=False),
        commitment=commitment,
    )


class _Reader:
    """Compressed points and big-endian numbers one after the other."""

    def __init__(self, data: bytes, at: int, place: str) -> None:
        self.at = at
        self._data = data
        self._place = place

    def _take(self, count: int) -> bytes:
        part = self._data[self.at : self.at + count]
        if len(part) < count:
            raise UnreadableError(f"{self._place}: {len(self._data)} bytes are too few for a verifying key")
        self.at += count
        return part

    def g1(self, what: str) -> G1:
        return g1(self._take(SIZE), f"{self._place}: {what}", compressed=True)

    def g2(self, what: str) -> G2:
        return g2(self._take(2 * SIZE), f"{self._place}: {what}", compressed=True)

    def number(self) -> int:
        return int.from_bytes(self._take(4))
