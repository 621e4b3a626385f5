"""The identity of what a verdict depends on, so that a row judged once is not judged again."""

from collections.abc import Mapping
from operator import attrgetter

from monitor.formats.hashing import hashed
from monitor.model import Claim, Verdict

VerdictsByPrint = Mapping[bytes, Verdict]
"""Verdicts by :func:`fingerprint`."""

_evidence = attrgetter(
    *("network", "account", "kind._value_", "address", "fault", "message", "key", "signatures", "owners", "padded")
)


def fingerprint(claim: Claim) -> bytes:
    """Hash everything in ``claim`` that its verdict may depend on, and nothing else: 16 bytes of SHA-256.

    Amount, height, coin, file and line are left out: a monthly list restates them and proves the same.
    """
    return hashed(_evidence(claim))
