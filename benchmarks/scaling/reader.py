"""One of several readers: ``python -m benchmarks.scaling.reader URL ACCOUNTS SECONDS``.

Reads so many accounts once, says so, waits for a line, and reads again and again for so many seconds. Prints JSON:
balances, requests, seconds by the clock and of this process' CPU.
"""

import asyncio
import json
import logging
import sys
import time
from collections import Counter

import structlog

from benchmarks.balances import chain
from benchmarks.balances.measure import counting
from benchmarks.balances.ways import WAYS


async def measured(url: str, count: int, seconds: float) -> dict[str, float]:
    accounts = chain.accounts(count)
    counts: Counter[str] = Counter()
    counting(counts)
    reader = await WAYS["ours"]([url], (chain.COIN,), accounts)
    await reader.read()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    counts.clear()
    readings, began, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        await reader.read()
        readings += 1
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    await reader.close()
    return {"balances": readings * count, "seconds": took, "cpu": cpu, **counts}


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    _, url, count, seconds = sys.argv
    print(json.dumps(asyncio.run(measured(url, int(count), float(seconds)))))
