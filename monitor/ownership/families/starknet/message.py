"""The typed data that OKX signs on Starknet: revision 0, before SNIP-12 had a number.

    types    StarkNetDomain(name:felt,version:felt,chainId:felt), Message(contents:felt)
    domain   OKX POR MESSAGE, 1, SN_MAIN
    message  the text, as a short string

What is signed is a Pedersen hash over a prefix, the domain, the account and the message. A text that reads as a number
(decimal, or hex after ``0x``) stands for it. Of a text of more than 31 characters the signer's library takes nothing,
so such a signature does not cover its text, and proves nothing here.
"""

import re
from collections.abc import Iterable
from functools import lru_cache, reduce

from monitor.model import Code
from monitor.ownership.digests import keccak
from monitor.ownership.families.starknet.curve import pedersen
from monitor.ownership.family import NotJudged

_KEPT = 4096
_KECCAK_MASK = (1 << 250) - 1  # Starknet's Keccak keeps 250 bits
_SHORT = 31  # characters that fit into a field element
_NUMBER = re.compile(r"0x[0-9a-fA-F]+|[0-9]+")


def digest(text: str, account: int) -> int:
    """Hash what the key of ``account`` signs for ``text``; raise ``NotJudged`` where the form cannot hold it."""
    hashed: int = reduce(pedersen, (account, _message(text), _ELEMENTS), _HEAD)
    return hashed


@lru_cache(_KEPT)
def _message(text: str) -> int:
    return _hash((_type_hash("Message(contents:felt)"), _felt(text)))


def _felt(text: str) -> int:
    """``text`` as a field element: a number as itself, what is short as its characters. Both lie under ``FIELD``."""
    if len(text) > 2 * _SHORT + 2 or (not _NUMBER.fullmatch(text) and (len(text) > _SHORT or not text.isascii())):
        raise NotJudged(
            Code.MESSAGE_TOO_LONG,
            f"the message is more than {_SHORT} ASCII characters, which the judged form does not cover",
        )
    return int(text, 0 if text.startswith("0x") else 10) if _NUMBER.fullmatch(text) else _short_string(text)


def _hash(elements: Iterable[int]) -> int:
    """Pedersen over zero, each element in turn, and their number."""
    chained = tuple(elements)
    hashed: int = reduce(pedersen, (*chained, len(chained)), 0)
    return hashed


def _short_string(text: str) -> int:
    return int.from_bytes(text.encode("ascii"), "big")


def _type_hash(text: str) -> int:
    return int.from_bytes(keccak(text.encode()), "big") & _KECCAK_MASK


_DOMAIN = _hash(
    (
        _type_hash("StarkNetDomain(name:felt,version:felt,chainId:felt)"),
        _short_string("OKX POR MESSAGE"),
        1,
        _short_string("SN_MAIN"),
    )
)
_ELEMENTS = 4  # prefix, domain, account, message
_HEAD = pedersen(pedersen(0, _short_string("StarkNet Message")), _DOMAIN)
