"""Stand-ins of EVM nodes that several endpoints are made of: honest ones, and what can be wrong with them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from monitor.chains import Tag
from tests.support.chains import ETH, USDT, account
from tests.support.standins import EvmStandIn

Evm = Callable[..., Awaitable[EvmStandIn]]

ACCOUNTS = [account(number) for number in range(1, 31)]
COINS = {name: number * 10**18 for number, name in enumerate(ACCOUNTS)}
WANTED = {ETH: ACCOUNTS}
LATEST = Tag("latest")


async def honest(evm: Evm, count: int) -> list[EvmStandIn]:
    nodes = [await evm() for _ in range(count)]
    for node in nodes:
        node.coins = dict(COINS)
        node.tokens[str(USDT.contract)] = dict(COINS)
    return nodes


def urls(nodes: list[EvmStandIn]) -> list[dict[str, Any]]:
    return [{"url": node.url} for node in nodes]


def lying(node: EvmStandIn) -> None:
    node.coins = COINS | {ACCOUNTS[4]: 10**30}


async def dead(_: Any) -> web.Response:
    return web.Response(status=401, text="go away")


async def hang(_: Any) -> None:
    await asyncio.Event().wait()


async def settled() -> None:
    """Let the probes in the background end."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*(task for task in others if "probe" in str(task.get_coro())))
