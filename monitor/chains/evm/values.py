"""Values in Ethereum's JSON-RPC: what is not exactly a quantity, a word or a hash is refused, never guessed."""

import re
from datetime import UTC, datetime

from monitor.formats import shown
from monitor.model import Block, Caip2, Height

_QUANTITY = re.compile(r"0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,63})")
_HASH = re.compile(r"0x[0-9a-fA-F]{64}")
_MILLISECONDS = 10**11
"""From which on a block's time is one in milliseconds, as on PlatON: in seconds it would be after the year 5000."""


def quantity(value: object) -> int:
    """Return a quantity of 256 bits at most: ``0x0``, or ``0x`` and digits without leading zeros (execution-apis).

    Raises ValueError for anything else; ``0x`` in particular is nothing, not zero.
    """
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise ValueError(f"{_shown(value)} is not a quantity")
    return int(value, 16)


def data(value: object) -> bytes:
    """Return unformatted data: ``0x`` and two digits a byte."""
    if isinstance(value, str) and value.startswith("0x"):
        try:
            found = bytes.fromhex(value[2:])
        except ValueError:
            found = b""
        if 2 * len(found) == len(value) - 2:  # fromhex passes over blanks
            return found
    raise ValueError(f"{_shown(value)} is not data")


def block_hash(value: object) -> str:
    """Return 32 bytes, as lower-case hex with ``0x``."""
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise ValueError(f"{_shown(value)} is not a block hash")
    return value.lower()


def chain_id(caip2: Caip2) -> int:
    """Return the chain id in a CAIP-2 id of the EVM's (``eip155:1``)."""
    return int(caip2.partition(":")[2])


def block(header: object) -> Block:
    """Return the block that a header of ``eth_getBlockByNumber`` describes; a pending one, without hash, is refused."""
    if not isinstance(header, dict):
        raise ValueError(f"{_shown(header)} is not a block")  # noqa: TRY004 - the sender's fault, not the caller's
    moment = quantity(header.get("timestamp"))
    if moment >= _MILLISECONDS:
        moment //= 1000
    try:
        timestamp = datetime.fromtimestamp(moment, UTC)
    except (OverflowError, OSError, ValueError):
        raise ValueError(f"{moment} is not a block's time in seconds") from None
    return Block(Height(quantity(header.get("number"))), block_hash(header.get("hash")), timestamp)


def _shown(value: object) -> str:
    return shown(repr(value), 60)
