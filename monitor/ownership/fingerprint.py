"""The identity of what a verdict depends on, so that a row judged once is not judged again."""

from collections.abc import Iterable
from hashlib import blake2b

from monitor.model import Claim

_SIZE = 16


def fingerprint(claim: Claim) -> bytes:
    """16 bytes of BLAKE2b over everything in ``claim`` that its verdict may depend on, and nothing else.

    Amount, height, coin, file and line are left out: a monthly list restates them and proves the same. Every text goes
    in behind its length and every list behind its count, so that no two claims share their bytes.
    """
    parts = [
        *_optional(claim.network),
        *_optional(claim.account),
        *_texts((claim.kind.value, claim.address, claim.fault, claim.message, claim.key)),
        *_texts(claim.signatures),
        *_texts(claim.owners),
    ]
    return blake2b(b"".join(parts), digest_size=_SIZE).digest()


def _optional(text: str | None) -> Iterable[bytes]:
    return _texts(() if text is None else (text,))


def _texts(texts: tuple[str, ...]) -> Iterable[bytes]:
    yield len(texts).to_bytes(4, "big")
    for text in texts:
        raw = text.encode("utf-8", "surrogatepass")
        yield len(raw).to_bytes(8, "big")
        yield raw
