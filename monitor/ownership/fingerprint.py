"""The identity of what a verdict depends on, so that a row judged once is not judged again."""

import marshal
from collections.abc import Mapping
from hashlib import sha256
from operator import attrgetter
from typing import Any

from monitor.model import Claim, Verdict

VerdictsByPrint = Mapping[bytes, Verdict]
"""Verdicts by :func:`fingerprint`."""

_SIZE = 16
_LAYOUT = 0
"""The oldest layout of ``marshal``: later ones write a text in another way when it is interned or met before."""

_evidence = attrgetter(
    *("network", "account", "kind._value_", "address", "fault", "message", "key", "signatures", "owners", "padded")
)


def fingerprint(claim: Claim) -> bytes:
    """Hash everything in ``claim`` that its verdict may depend on, and nothing else: 16 bytes of SHA-256.

    Amount, height, coin, file and line are left out: a monthly list restates them and proves the same. In what is
    hashed every text stands behind its length and every list behind its count, so that no two claims share their bytes.
    """
    return hashed(_evidence(claim))


def hashed(value: tuple[Any, ...]) -> bytes:
    """Hash texts, bytes, numbers and tuples of such to 16 bytes of SHA-256."""
    return sha256(marshal.dumps(value, _LAYOUT)).digest()[:_SIZE]
