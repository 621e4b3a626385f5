"""Block headers of CometBFT: their hash, from all that is in them, and what they say of the state of the block before.

The specification, "Data structures", Header: the hash is the root of a Merkle tree (RFC 6962) of the fields, each in
protocol buffers. ``app_hash`` is that of the state which the block before left.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from monitor.chains.protobuf import always, field
from monitor.chains.rest_api import decimal, member, text

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})*")


@dataclass(frozen=True, slots=True)
class Header:
    """A header, as far as anybody asks."""

    chain: str
    height: int
    moment: datetime
    hash: str
    """In upper-case hexadecimal, as CometBFT writes it, computed from all fields."""
    before: str
    """The hash of the block before; empty in the first one."""
    state: bytes
    """The root of the state that the block before left."""


def header_of(document: object) -> Header:
    """Return the header that ``document``, from a node's JSON, is. Raises ValueError, TypeError or LookupError."""
    before = member(document, "last_block_id")
    seconds, nanoseconds = _moment(member(document, "time"))
    height = decimal(member(document, "height"))
    leaves = [
        field(1, decimal(member(document, "version", "block"))) + field(2, _app(member(document, "version"))),
        field(1, text(member(document, "chain_id")).encode()),
        field(1, height),
        field(1, int(seconds.timestamp())) + field(2, nanoseconds),
        _block_id(before),
        *(field(1, _octets(member(document, name))) for name in _HASHES),
    ]
    return Header(
        text(member(document, "chain_id")),
        height,
        seconds.replace(microsecond=nanoseconds // 1000),
        _root(leaves).hex().upper(),
        text(member(before, "hash")).upper(),
        _octets(member(document, "app_hash")),
    )


_HASHES = (
    "last_commit_hash",
    "data_hash",
    "validators_hash",
    "next_validators_hash",
    "consensus_hash",
    "app_hash",
    "last_results_hash",
    "evidence_hash",
    "proposer_address",
)


def digest(value: object) -> str:
    """Return a block's hash in upper case; raises ValueError where it is none."""
    found = _octets(value)
    if len(found) != sha256().digest_size:
        raise ValueError(f"{value!r:.80} is not the hash of a block")
    return found.hex().upper()


def _app(version: object) -> int:
    """The application's version, which some nodes leave out where it is 0."""
    return decimal(version.get("app", "0")) if isinstance(version, dict) else 0


def _block_id(document: object) -> bytes:
    parts = member(document, "parts")
    total = member(parts, "total")
    if isinstance(total, bool) or not isinstance(total, int) or not 0 <= total < 1 << 32:
        raise ValueError(f"{total!r:.60} is not a number of parts")
    described = field(1, total) + field(2, _octets(member(parts, "hash")))
    return field(1, _octets(member(document, "hash"))) + always(2, described)


def _moment(value: object) -> tuple[datetime, int]:
    """The second, and the nanoseconds after it."""
    found = _TIME.fullmatch(text(value))
    if found is None:
        raise ValueError(f"{value!r:.60} is not a time")
    return datetime.fromisoformat(found[1]).replace(tzinfo=UTC), int((found[2] or "").ljust(9, "0"))


def _octets(value: object) -> bytes:
    if not _HEX.fullmatch(text(value)):
        raise ValueError(f"{value!r:.80} is not hexadecimal")
    return bytes.fromhex(text(value))


def _root(leaves: list[bytes]) -> bytes:
    """The root of the tree of RFC 6962 over ``leaves``."""
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + _root(leaves[:half]) + _root(leaves[half:])).digest()
