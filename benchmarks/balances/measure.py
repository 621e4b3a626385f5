"""One way of reading, measured in this process: ``python -m benchmarks.balances.measure WAY WHAT ACCOUNTS URL…``.

Prints JSON: seconds of the quickest reading (others at work on the machine only ever take time away) after the first,
which finds out the endpoint's method and sizes; requests and bytes of one reading; and the memory that reading took at
its peak, over what the accounts took before.
"""

import asyncio
import json
import logging
import re
import sys
import time
from collections import Counter
from functools import partialmethod
from pathlib import Path

import aiohttp
import structlog

from benchmarks.balances import chain
from benchmarks.balances.ways import WAYS

_READINGS = 4
_ENOUGH = 2.0
"""Seconds after which no further reading begins."""


def counting(counts: Counter[str]) -> None:
    """Let every aiohttp session of this process count what it sends and receives."""
    trace = aiohttp.TraceConfig()

    async def sent(_: object, __: object, params: aiohttp.TraceRequestChunkSentParams) -> None:
        counts["sent"] += len(params.chunk)

    async def ended(_: object, __: object, params: aiohttp.TraceRequestEndParams) -> None:
        counts["requests"] += 1
        counts["received"] += params.response.content_length or 0

    trace.on_request_chunk_sent.append(sent)
    trace.on_request_end.append(ended)
    opened = aiohttp.ClientSession.__init__
    aiohttp.ClientSession.__init__ = partialmethod(opened, trace_configs=[trace])  # type: ignore[assignment,method-assign]


async def measured(way: str, what: str, count: int, urls: list[str]) -> dict[str, float]:
    accounts = chain.accounts(count)
    tokens = chain.TOKENS if what == "tokens" else (chain.COIN,)
    counts: Counter[str] = Counter()
    counting(counts)
    before = _memory("VmRSS")
    reader = await WAYS[way](urls, tokens, accounts)
    await reader.read()
    seconds: list[float] = []
    while len(seconds) < _READINGS and sum(seconds) < _ENOUGH:
        counts.clear()
        began = time.perf_counter()
        await reader.read()
        seconds.append(time.perf_counter() - began)
    await reader.close()
    memory = _memory("VmHWM") - before
    return {"seconds": min(seconds), "memory": memory, "balances": count * len(tokens), **counts}


def _memory(name: str) -> int:
    """Resident bytes of this process: ``VmRSS`` now, ``VmHWM`` at the peak."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
    return int(found[1]) * 1024 if found else 0


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    _, way, what, count, *urls = sys.argv
    print(json.dumps(asyncio.run(measured(way, what, int(count), urls))))
