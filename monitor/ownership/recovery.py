"""Keys recovered from ECDSA signatures on secp256k1, many in one call, strict about what could be spelled twice.

Who judges a row does not recover keys but asks for them, as a generator: it yields each :data:`Recovery` that it needs
and is sent the key. So a list is judged many rows at a time, and the curve, where nearly all of the time goes, works
through what all of them ask for without Python in between::

    key = yield recovery(r_s, recovery_id, digest)
"""

from collections.abc import Generator, Sequence
from typing import NewType, TypeAlias, TypeVar

from monitor.ownership import recovery_loop
from monitor.ownership.faults import Refused
from monitor.ownership.secp256k1 import HIGHEST_S, ORDER

Recovery = NewType("Recovery", bytes)
"""A question to the curve: r, s (32 bytes each, big-endian), recovery id (one byte), digest (32 bytes)."""

T = TypeVar("T")
Recovering: TypeAlias = Generator[Recovery, bytes, T]
"""Works out a ``T``, and is sent the key for each recovery that it yields: uncompressed, 65 bytes (04, x, y).
``Refused`` is thrown into it instead where there is no such key."""

_IDS = {number: bytes((number,)) for number in range(4)}


def recovery(r_s: bytes, recovery_id: int, digest: bytes) -> Recovery:
    """Ask for the only key under which ``r_s`` signs ``digest``.

    ``r_s`` has 64 bytes; ``recovery_id`` is 0 to 3 (SEC 1, section 4.1.6); ``digest`` has 32 bytes.
    """
    if len(r_s) != 64 or len(digest) != 32 or recovery_id not in _IDS:
        raise ValueError("a recoverable signature is 64 bytes and a number from 0 to 3, over 32 bytes")
    return Recovery(r_s + _IDS[recovery_id] + digest)


def recover_all(asked: Sequence[Recovery]) -> Sequence[bytes | Refused]:
    """The keys, in the order of ``asked``.

    ``Refused`` in the place of a key when r or s is out of range, when s is in the upper half of the group (anybody can
    turn s into n - s and have a second signature: EIP-2, Bitcoin's LOW_S), or when no key fits.
    """
    keys = recovery_loop.recover_keys(asked)
    return [key if key[0] else _refused(one) for key, one in zip(keys, asked, strict=True)]


def at_once(steps: Recovering[T]) -> T:
    """What ``steps`` work out, for who has no others to ask for at the same time."""
    answer: bytes | Refused | None = None
    while True:
        try:
            asked = resume(steps, answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # T
        (answer,) = recover_all([asked])


def resume(steps: Recovering[T], answer: bytes | Refused | None) -> Recovery:
    """What ``steps`` ask for next, given the answer to what they asked for last (None at first).

    StopIteration, with the result as its value, when they are through.
    """
    if isinstance(answer, Refused):
        return steps.throw(answer)
    return steps.send(answer)  # type: ignore[arg-type]  # None starts a generator


def _refused(asked: Recovery) -> Refused:
    r, s = int.from_bytes(asked[:32], "big"), int.from_bytes(asked[32:64], "big")
    if not 0 < r < ORDER or not 0 < s < ORDER:
        return Refused("r or s of the signature is out of range")
    if s > HIGHEST_S:
        return Refused("the signature is malleable (high s)")
    return Refused("no key has this signature")
