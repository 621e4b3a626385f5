"""The identity of what a verdict depends on, so that a row judged once is not judged again."""

import marshal
from hashlib import blake2b

from monitor.model import Claim

_SIZE = 16
_LAYOUT = 0
"""The oldest layout of ``marshal``: later ones write a text in another way when it is interned or met before."""


def fingerprint(claim: Claim) -> bytes:
    """16 bytes of BLAKE2b over everything in ``claim`` that its verdict may depend on, and nothing else.

    Amount, height, coin, file and line are left out: a monthly list restates them and proves the same. In what is
    hashed every text stands behind its length and every list behind its count, so that no two claims share their bytes.
    """
    evidence = (
        claim.network,
        claim.account,
        claim.kind.value,
        claim.address,
        claim.fault,
        claim.message,
        claim.key,
        claim.signatures,
        claim.owners,
    )
    return blake2b(marshal.dumps(evidence, _LAYOUT), digest_size=_SIZE).digest()
