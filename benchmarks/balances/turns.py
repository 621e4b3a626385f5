"""The monitor and the bare client by turns, in one process: what else the machine does hits both alike.

``python -m benchmarks.balances.turns ACCOUNTS URL`` prints JSON: the median balances/s of each.
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


async def compared(count: int, urls: list[str]) -> dict[str, float]:
    accounts = chain.accounts(count)
    readers = {way: await WAYS[way](urls, (chain.COIN,), accounts) for way in ("ours", LIMIT)}
    for reader in readers.values():
        await reader.read()
    seconds: dict[str, list[float]] = {way: [] for way in readers}
    for _ in range(_READINGS):
        for way, reader in readers.items():
            began = time.perf_counter()
            await reader.read()
            seconds[way].append(time.perf_counter() - began)
    for reader in readers.values():
        await reader.close()
    return {way: count / statistics.median(each) for way, each in seconds.items()}


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    _, count, *urls = sys.argv
    print(json.dumps(asyncio.run(compared(int(count), urls))))
