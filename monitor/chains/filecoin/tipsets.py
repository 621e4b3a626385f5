"""Tipsets: what Filecoin has where other chains have a block, one to a few blocks of one height.

A tipset is asked for by its key, the CIDs of its blocks. Its hash is here the CID of that key, whose digest is what
Filecoin's Ethereum interface calls a block's hash.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

from monitor.chains.rest_api import items, member, text, unsigned
from monitor.model import Block, Height
from monitor.registry.addresses.encodings import base32

Key = list[dict[str, str]]
"""As the JSON-RPC interface writes it: a link to each block."""

_PREFIX = bytes.fromhex("0171a0e40220")
"""Of CIDs of version 1 of DAG-CBOR by BLAKE2b-256, as all of Filecoin's blocks have them."""
_DIGEST = 32
_LARGEST = 1000
"""Blocks of a tipset; five are usual."""


@dataclass(frozen=True, slots=True)
class Tipset:
    """A tipset as a node tells it."""

    block: Block
    key: Key
    parents: str
    """The CID of the key of the tipset before, as the first block has it."""


def tipset_of(document: object) -> Tipset:
    """Return the tipset in the answer to ``ChainGetTipSet…``; raises ValueError, TypeError or LookupError."""
    links = items(member(document, "Cids"))
    height, first = unsigned(member(document, "Height")), items(member(document, "Blocks"))[0]
    if unsigned(member(first, "Height")) != height:
        raise ValueError(f"a tipset of height {height} has a block of another")
    moment = datetime.fromtimestamp(unsigned(member(first, "Timestamp")), UTC)
    parents = items(member(first, "Parents"))
    return Tipset(
        Block(Height(height), cid_of_key(links), moment),
        [{"/": link(each)} for each in links],
        cid_of_key(parents) if parents else "",
    )


def cid_of_key(links: list[object]) -> str:
    """Return the CID of the key that consists of ``links``: of the CIDs' bytes, as one byte string of CBOR."""
    if not 0 < len(links) <= _LARGEST:
        raise ValueError(f"a tipset of {len(links)} blocks")
    joined = b"".join(_bytes(link(each)) for each in links)
    head = len(joined).to_bytes(2) if len(joined) > 0xFF else len(joined).to_bytes(1)
    return cid_of(blake2b(bytes((0x57 + len(head),)) + head + joined, digest_size=_DIGEST).digest())


def cid_of(digest: bytes) -> str:
    """Return the CID with this digest as text."""
    return "b" + base32.encode(_PREFIX + digest).lower()


def link(value: object) -> str:
    """Return the CID that ``{"/": …}`` links to."""
    return text(member(value, "/"))


def _bytes(cid: str) -> bytes:
    data = base32.decode(cid[1:].upper()) if cid[:1] == "b" and cid == cid.lower() else b""
    if not data.startswith(_PREFIX) or len(data) != len(_PREFIX) + _DIGEST:
        raise ValueError(f"{cid!r:.80} is not the CID of a block")
    return data
