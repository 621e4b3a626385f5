"""A stand-in for the nodes of all networks: ``python -m benchmarks.daemon.node`` prints its port and serves.

Ten real nodes would take the two cores from the daemon that is measured. This one knows no more than the calls that
the monitor makes of a good node, and answers them as fast as it can be done here; a block comes every second.
"""

import asyncio
import time
from typing import Any

import orjson
from aiohttp import web

from benchmarks.daemon import site
from benchmarks.daemon.serving import serve
from monitor.chains.evm.bytecode import COINS_CALLED, TOKEN_CALLED

_ACCOUNT = 40
_BEHIND = {f"0x{COINS_CALLED.hex()}": 2, f"0x{TOKEN_CALLED.hex()}": 2 + _ACCOUNT}
"""Where the accounts begin in the input of each program: behind 0x and the token."""
_DISTINCT = 12
"""The last digits of an account, which :func:`site.balance` is made of."""


def _number() -> int:
    """Of the newest block."""
    return int(time.time()) - 1_700_000_000


def _hash(number: int) -> str:
    return f"0x{number:064x}"


def _header(name: str) -> dict[str, str]:
    number = int(name, 16) if name.startswith("0x") else _number()
    return {"number": hex(number), "hash": _hash(number), "timestamp": hex(number + 1_700_000_000)}


class _NoSuchBlockError(Exception):
    """Nobody has the block, by which the monitor finds out whether a node heeds hashes."""


def _block(position: dict[str, str]) -> int:
    number = int(position["blockHash"], 16)
    if number > _number():
        raise _NoSuchBlockError
    return number


def _balances(params: list[Any]) -> str:
    """What the monitor's program returns: the number of accounts, then a word for each."""
    call, at, override = params
    (code,) = (each["code"] for each in override.values())
    data, first = call["data"], _BEHIND[code] + _ACCOUNT - _DISTINCT
    moving, still = (f"{block:x}".rjust(64 - _DISTINCT, "0") for block in (_block(at), site.HEIGHT))
    accounts = [data[at : at + _DISTINCT] for at in range(first, len(data), _ACCOUNT)]
    words = [(moving if account[-1] == site.MOVING else still) + account for account in accounts]
    return f"0x{len(words):064x}{''.join(words)}"


def _result(network: str, method: str, params: list[Any]) -> object:
    match method:
        case "eth_chainId":
            return hex(site.chain_id(network))
        case "eth_getBlockByNumber":
            return _header(params[0])
        case "eth_getBalance":
            return hex(site.balance(_block(params[1]), params[0]))
        case "eth_getTransactionCount":
            _block(params[1])
            return "0x1"  # nobody sends anything
        case "eth_call" if len(params) > 2:
            return _balances(params)
        case "eth_call" | "eth_getCode":
            _block(params[1])
            return "0x"  # there is no code anywhere
    raise ValueError(f"{method} is not known here")


async def _answer(request: web.Request) -> web.Response:
    asked = orjson.loads(await request.read())
    try:
        told = {"result": _result(request.match_info["network"], asked["method"], asked["params"])}
    except _NoSuchBlockError:
        told = {"error": {"code": -32000, "message": "header for hash not found"}}
    answer = orjson.dumps({"jsonrpc": "2.0", "id": asked["id"], **told})
    return web.Response(body=answer, content_type="application/json")


async def _serve() -> None:
    application = web.Application(client_max_size=2**24)
    application.add_routes([web.post("/{network}", _answer)])
    await serve(application)


if __name__ == "__main__":
    asyncio.run(_serve())
