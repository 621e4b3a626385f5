"""What an account held at a block under the tip of an explorer: its sum at the tip, less what came since."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from monitor.chains.amounts import count

_TXID = re.compile(r"[0-9a-f]{64}")

Page = Callable[[str], Awaitable[list[Mapping[str, Any]]]]
"""The transactions after the one that is named, newest first; without a name, the newest."""


async def since(script: bytes, height: int, transactions: int, page: Page) -> int:
    """What the blocks above ``height`` added to the sum of ``script``, or took from it (then it is negative).

    ``transactions`` is how many confirmed ones the account has in all: a history that ends before, or does not end
    there, is none. Raises KeyError, TypeError or ValueError for what is no history.
    """
    change, seen, last, lowest = 0, set[str](), "", None
    while len(seen) < transactions:
        found = await page(last)
        if not found:
            raise ValueError(f"its history ends after {len(seen)} of {transactions} transactions")
        for entry in found:
            number = _height(entry)
            if number <= height:
                return change
            last = _txid(entry)
            if last in seen or (lowest is not None and number > lowest):
                raise ValueError(f"its history is out of order at transaction {last}")
            seen.add(last)
            lowest = number
            change += _change(entry, script.hex())
    if len(seen) > transactions:
        raise ValueError(f"its history has more than {transactions} transactions")
    return change


def _change(entry: Mapping[str, Any], script: str) -> int:
    made = sum(count(output["value"]) for output in entry["vout"] if output["scriptpubkey"] == script)
    prevouts = [one["prevout"] for one in entry["vin"] if not one["is_coinbase"]]
    return made - sum(count(output["value"]) for output in prevouts if output["scriptpubkey"] == script)


def _height(entry: Mapping[str, Any]) -> int:
    status = entry["status"]
    if status["confirmed"] is not True:
        raise ValueError("a transaction of its confirmed history is not confirmed")
    return count(status["block_height"])


def _txid(entry: Mapping[str, Any]) -> str:
    txid = entry["txid"]
    if not isinstance(txid, str) or not _TXID.fullmatch(txid):
        raise ValueError(f"{txid!r:.70} is not a transaction id")
    return txid
