"""Short hashes of values of ours, to tell whether two are the same without keeping them."""

import marshal
from hashlib import sha256
from typing import Any

PRINT = 16
"""Bytes of what :func:`hashed` makes."""

_LAYOUT = 0
"""The oldest layout of ``marshal``: later ones write a text in another way when it is interned or met before."""


def hashed(value: tuple[Any, ...]) -> bytes:
    """Hash texts, bytes, numbers and tuples of such to 16 bytes of SHA-256.

    In what is hashed every text stands behind its length and every tuple behind its count, so that no two values share
    their bytes.
    """
    return sha256(marshal.dumps(value, _LAYOUT)).digest()[:PRINT]
