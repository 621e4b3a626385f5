"""What an account held at a block under the tip of an explorer: its sum at the tip, less what came since."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import NamedTuple

_TXID = re.compile(r"[0-9a-f]{64}")


class Change(NamedTuple):
    """What one transaction of the chain did to the sum of an account."""

    txid: str
    height: int
    amount: int
    """Negative where it took more than it gave."""


async def since(height: int, transactions: int, pages: AsyncGenerator[list[Change], None]) -> int:
    """Return what the blocks above ``height`` added to the sum of an account, or took from it (then it is negative).

    ``pages`` are its history, newest first, ``transactions`` is how many confirmed ones it has in all: a history that
    ends before, or does not end there, is none. Raises ValueError for what is no history.
    """
    change, seen, lowest = 0, set[str](), None
    if transactions == 0:
        return 0
    async with aclosing(pages):
        async for page in pages:
            for entry in page:
                if entry.height <= height:
                    return change
                if entry.txid in seen or (lowest is not None and entry.height > lowest):
                    raise ValueError(f"its history is out of order at transaction {entry.txid}")
                seen.add(entry.txid)
                lowest = entry.height
                change += entry.amount
            if not page or len(seen) >= transactions:
                break
    if len(seen) != transactions:
        raise ValueError(f"its history ends after {len(seen)} of {transactions} transactions")
    return change


def txid_of(value: object) -> str:
    """Return ``value``, if it is the id of a transaction. Raises ValueError."""
    if not isinstance(value, str) or not _TXID.fullmatch(value):
        raise ValueError(f"{value!r:.70} is not a transaction id")
    return value
