"""An explorer at five requests a second: how long the first pass over all accounts takes, against arithmetic.

Explorer, chain and clock are made up: a block comes every ten minutes on average, at random, and moves coins of some
accounts; a request takes 0.2 s. What reads is the monitor's own code, from the pace of its link on. Hours pass at once
on a clock that jumps to whatever is due; every sum must be right in the end.
"""

import argparse
import asyncio
import random
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from benchmarks.bitcoin.measure import peak, table
from monitor.chains.bitcoin.anchored_chain import Moved
from monitor.chains.bitcoin.anchoring import Anchoring
from monitor.chains.errors import ChainError
from monitor.chains.link import Link
from monitor.model import Address, Block, Height
from monitor.settings import EndpointSettings
from tests.support.virtual_time import run

T = TypeVar("T")

_REQUEST = 0.2
_INTERVAL = 600.0
_START = datetime(2026, 1, 1, tzinfo=UTC)


class Explorer:
    """Every answer is a request that its link lets through."""

    def __init__(self, link: Link, accounts: list[Address], touched: float) -> None:
        self.link = link
        self.blocks = 0
        self._random = random.Random(7)
        self._accounts = accounts
        self._touched = round(touched * len(accounts))
        self._tips: list[tuple[Block, dict[Address, int]]] = []
        self.held = dict.fromkeys(accounts, 1_000_000)
        for _ in range(20):
            self._mine(0)
        self._next = 0.0

    def _mine(self, touched: int) -> None:
        number = len(self._tips)
        block = Block(Height(number), f"{number:064}", _START + timedelta(seconds=_INTERVAL * number))
        moved = {account: self._random.randrange(1, 9) for account in self._random.sample(self._accounts, touched)}
        for account, amount in moved.items():
            self.held[account] += amount
        self._tips.append((block, moved))

    async def _answers(self) -> None:
        async def request() -> None:
            await asyncio.sleep(_REQUEST)

        await self.link.send(request)
        now = asyncio.get_running_loop().time()
        while now >= self._next:
            if self._next:
                self._mine(self._touched)
            self._next += self._random.expovariate(1 / _INTERVAL)

    async def tip_hash(self) -> str:
        await self._answers()
        return self._tips[-1][0].hash

    async def tip(self) -> Block:
        await self._answers()
        return self._tips[-1][0]

    async def hash_at(self, height: int) -> str | None:
        await self._answers()
        return self._tips[height][0].hash

    async def block_at(self, height: int) -> Block:
        await self._answers()
        return self._tips[height][0]

    async def moved(self, block_hash: str, watched: Collection[Address]) -> Moved:
        """One request for the block, and one for every ten accounts: transactions that spend from several."""
        await self._answers()
        block, amounts = self._tips[int(block_hash)]
        for _ in range(len(amounts) // 10):
            await self._answers()
        return Moved(
            f"{block.number - 1:064}", block.timestamp, {each: amounts[each] for each in amounts.keys() & watched}
        )

    async def amounts(self, accounts: Collection[Address]) -> dict[Address, int]:
        found: dict[Address, int] = {}
        rest = iter(accounts)

        async def work() -> None:
            for account in rest:
                await self._answers()
                found[account] = self.held[account]

        await asyncio.gather(*(work() for _ in range(self.link.settings.concurrency)))
        return found

    def shows(self, account: Address) -> bool:
        return bool(account)


async def _inline(work: Callable[..., T], *arguments: object) -> T:
    return work(*arguments)


async def first_pass(accounts: int, rate: float, touched: float) -> list[str]:
    """One row of the table."""
    asyncio.to_thread = _inline  # type: ignore[assignment]  # the clock does not wait for threads
    link = Link(EndpointSettings.model_validate({"url": "http://explorer", "rate": rate}))
    names = [f"account-{number}" for number in range(accounts)]
    explorer = Explorer(link, names, touched)
    reader = Anchoring(explorer, "bitcoin", link, 1)
    loop, began = asyncio.get_running_loop(), time.process_time()
    while True:
        try:
            others = await reader.ready(names)
            break
        except ChainError:
            await asyncio.sleep(60)
    sums = await reader.sums([each for each in names if each not in others], await explorer.tip())
    wrong = sum(amount != explorer.held[account] for account, amount in sums.items())
    if wrong:
        raise SystemExit(f"{wrong} sums are wrong")
    arithmetic, took = accounts / rate, loop.time()
    hours = [f"{each / 3600:.2f}" for each in (arithmetic, took)]
    await reader.close()
    return [
        f"{accounts:,}",
        f"{touched:.1%}",
        *hours,
        f"{took / arithmetic:.3f}",
        f"{link.requests / accounts:.3f}",
        str(len(others)),
        f"{time.process_time() - began:.0f}",
        f"{peak():.0f} MB",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.networks.anchored", description=__doc__)
    parser.add_argument("--accounts", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--rate", type=float, default=5)
    parser.add_argument("--touched", type=float, nargs="+", default=[0.0, 0.001], help="share of accounts, each block")
    options = parser.parse_args()
    head = [
        "accounts",
        "touched a block",
        "arithmetic, h",
        "first pass, h",
        "ratio",
        "requests an account",
        "read anew",
        "CPU, s",
        "memory",
    ]
    table(
        head,
        [
            run(first_pass(accounts, options.rate, touched))
            for accounts in options.accounts
            for touched in options.touched
        ],
    )


if __name__ == "__main__":
    main()
