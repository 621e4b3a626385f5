"""Stand-ins for nodes on loopback: they do what no real node does on demand, which is to lie, hang and talk rubbish."""

import asyncio
import hashlib
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from aiohttp import web
from aiohttp.test_utils import RawTestServer
from eth_utils.crypto import keccak

from monitor.chains.evm.bytecode import COINS_CALLED, COINS_CREATED, TOKEN_CALLED, TOKEN_CREATED

Mischief = Callable[[Any], Awaitable[web.Response | None]]
"""Gets what was asked; returns what is said instead of the truth, or None for the truth."""
Twist = Callable[[Any], Any]
"""Gets the true answer, as JSON; returns the one that is sent."""


_BEGAN = int(time.time())
_IS_FROZEN = {"0x" + keccak(text=f"{name}(address)")[:4].hex() for name in ("isBlackListed", "isBlacklisted")}
"""Functions of stablecoins by which they tell whether an account is frozen; here none is."""


@cache
def _hash_of(fork: str, number: int) -> str:
    return "0x" + hashlib.sha256(f"{fork} {number}".encode()).hexdigest()


class RefusedError(Exception):
    """A JSON-RPC error."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


class JsonRpcStandIn:
    """Answers JSON-RPC over HTTP by the methods of a subclass (``eth_chainId`` is answered by ``on_eth_chainId``)."""

    url: str

    def __init__(self) -> None:
        self.mischief: Mischief | None = None
        self.twist: Twist = lambda answer: answer
        self.asked: list[Any] = []
        """Bodies of all requests."""

    @property
    def methods(self) -> list[str]:
        """Every method that was called, in order."""
        calls = [call for body in self.asked for call in (body if isinstance(body, list) else [body])]
        return [call["method"] for call in calls]

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.asked.append(body)
        if self.mischief and (instead := await self.mischief(body)):
            return instead
        answer = [await self._reply(call) for call in body] if isinstance(body, list) else await self._reply(body)
        return web.Response(text=self.dumps(self.twist(answer)), content_type="application/json")

    def dumps(self, answer: Any) -> str:
        return json.dumps(answer)

    async def _reply(self, call: dict[str, Any]) -> dict[str, Any]:
        reply = {"jsonrpc": "2.0", "id": call["id"]}
        try:
            answer = getattr(self, f"on_{call['method']}")(*call["params"])
            return reply | {"result": await answer if asyncio.iscoroutine(answer) else answer}
        except RefusedError as error:
            data = {"data": error.data} if error.data else {}
            return reply | {"error": {"code": error.code, "message": str(error)} | data}

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve until the end of the block; gives the URL."""
        async with RawTestServer(self.handle, host="127.0.0.1") as server:
            self.url = str(server.make_url("/"))
            yield self.url


class EvmStandIn(JsonRpcStandIn):
    """An EVM node whose balances do not depend on the block."""

    def __init__(self, chain_id: int = 1) -> None:
        super().__init__()
        self.chain_id = chain_id
        self.tip = 100
        self.fork = "main"
        self.coins: dict[str, int] = {}
        self.tokens: dict[str, dict[str, int]] = {}
        """By contract; a contract that is not here has no code."""
        self.rates: dict[tuple[str, str], Callable[[int], str]] = {}
        """By contract and selector of a function: its answer to an amount, 0 where it takes none."""
        self.age = 12
        """Seconds from block 100 to the beginning of the tests: a block has one time on all nodes of an age."""
        self.takes_hashes = True
        self.runs: set[str] = set()
        """What it can do beside simple calls: ``override`` (of code, by ``eth_call``) and ``deployless`` calls."""
        self.at_once = 10**9
        """Accounts that its gas suffices for in one call."""
        self.refusing: set[str] = set()
        """Accounts whose balance every token refuses to tell."""
        self.tells_reverts = True
        """Whether errors carry what a program reverted with."""

    def hash_of(self, number: int) -> str:
        return _hash_of(self.fork, number)

    def on_eth_chainId(self) -> str:  # noqa: N802
        return hex(self.chain_id)

    def on_eth_getBlockByNumber(self, name: str, _: bool) -> dict[str, Any] | None:  # noqa: N802
        number = self.tip if name == "latest" else self.tip - 10 if name in ("safe", "finalized") else int(name, 16)
        if number > self.tip:
            return None
        moment = _BEGAN - self.age - 12 * max(0, 100 - number) + max(0, number - 100) // 1000
        return {"number": hex(number), "hash": self.hash_of(number), "timestamp": hex(moment)}

    def known(self, at: Any) -> None:
        if isinstance(at, str):
            if int(at, 16) > self.tip:
                raise RefusedError(-32000, "header not found")
        elif not self.takes_hashes:
            raise RefusedError(-32602, "invalid argument 1: json: cannot unmarshal object into Go value of type string")
        elif at["blockHash"] not in {self.hash_of(number) for number in range(self.tip + 1)}:
            raise RefusedError(-32000, "header for hash not found")

    def on_eth_getBalance(self, account: str, at: Any) -> str:  # noqa: N802
        self.known(at)
        return hex(self.coins.get(account, 0))

    def on_eth_getCode(self, account: str, at: Any) -> str:  # noqa: N802
        self.known(at)
        return "0x6001" if account in self.tokens else "0x"

    def on_eth_call(self, call: dict[str, str], at: Any, overrides: Any = None) -> str:
        self.known(at)
        if overrides:
            if "override" not in self.runs:
                raise RefusedError(-32602, "too many arguments, want at most 2")
            return self._run(overrides[call["to"]]["code"] + call["data"][2:], COINS_CALLED, TOKEN_CALLED)
        if "to" not in call:
            if "deployless" not in self.runs:
                raise RefusedError(-32000, "contract creation is not supported")
            return self._run(call["data"], COINS_CREATED, TOKEN_CREATED)
        if rate := self.rates.get((call["to"].lower(), call["data"][:10])):
            return rate(int(call["data"][10:] or "0", 16))
        if call["to"] not in self.tokens:
            return "0x"
        if call["data"][:10] in _IS_FROZEN:
            return f"0x{0:064x}"
        assert call["data"].startswith("0x70a08231" + "0" * 24)
        account = "0x" + call["data"][-40:]
        if account in self.refusing:
            raise RefusedError(3, "execution reverted")
        return f"0x{self.tokens[call['to']].get(account, 0):064x}"

    def _run(self, code: str, coins: bytes, token: bytes) -> str:
        """What the programs of monitor/chains/evm/bytecode.py return; ``code`` is a program with its input behind."""
        program = token if code.startswith("0x" + token.hex()) else coins
        assert code.startswith("0x" + program.hex())
        accounts = ["0x" + digits for digits in re.findall("." * 40, code[2 + 2 * len(program) :])]
        held = self.coins if program is coins else self.tokens.get(accounts.pop(0))
        if len(accounts) > self.at_once:
            raise RefusedError(-32000, "out of gas")
        for account in accounts:
            if program is token and (held is None or account in self.refusing):
                data = f"0x8cb85f52{account[2:]:0>64}" if self.tells_reverts else None
                raise RefusedError(3, "execution reverted", data)
        return "0x" + "".join(
            f"{value:064x}" for value in (len(accounts), *((held or {}).get(each, 0) for each in accounts))
        )
