"""The monitor and the bare client by turns, in one process: what else the machine does hits both alike.

``python -m benchmarks.balances.turns WHAT ACCOUNTS URL`` prints JSON: the median balances/s of each.
"""

import asyncio
import json
import logging
import statistics
import sys
import time

import structlog

from benchmarks.balances import chain
from benchmarks.balances.ways import LIMIT, WAYS

_READINGS = 25
_FEWEST = 5
_ENOUGH = 10_000_000
"""Balances after which no further reading begins."""


async def compared(what: str, count: int, urls: list[str]) -> dict[str, float]:
    accounts, tokens = chain.accounts(count), chain.TOKENS if what == "tokens" else (chain.COIN,)
    balances = count * len(tokens)
    readers = {way: await WAYS[way](urls, tokens, accounts) for way in ("ours", LIMIT)}
    for reader in readers.values():
        await reader.read()
    seconds: dict[str, list[float]] = {way: [] for way in readers}
    for _ in range(max(_FEWEST, min(_READINGS, _ENOUGH // balances))):
        for way, reader in readers.items():
            began = time.perf_counter()
            await reader.read()
            seconds[way].append(time.perf_counter() - began)
    for reader in readers.values():
        await reader.close()
    return {way: balances / statistics.median(each) for way, each in seconds.items()}


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    _, what, count, *urls = sys.argv
    print(json.dumps(asyncio.run(compared(what, int(count), urls))))
