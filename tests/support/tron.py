"""A stand-in for a Tron node: its JSON-RPC and its HTTP API on one state, as java-tron's documentation shows them."""

import copy
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import RawTestServer
from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak

from monitor.chains.evm.bytecode import COINS_CREATED, TOKEN_CREATED, token_created
from monitor.chains.tron.accounts import from_hex
from monitor.model import Network, Token
from monitor.registry import load
from tests.support.owner_standins import recorded
from tests.support.standins import Mischief, RefusedError

TRON: Network = load().networks["tron"]
TRX = Token("TRX", "tron", None, 6)
USDT = Token("USDT", "tron", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", 6)
USDT_HEX = "0xa614f803b6fd780986a42c78ec9c7f77e6ded13c"
ANSWERS = recorded("tron")

MULTICALL3 = "0x32a4f47a74a6810bd0bf861cabab99656a75de9e"
_IS_BLACK_LISTED = keccak(text="isBlackListed(address)")[:4].hex()
_ASKS_BLOCKED = token_created(_IS_BLACK_LISTED)
_BEGAN = int(time.time()) - 3
"""The time of all blocks, on all stand-ins."""
_REVERTED = "REVERT opcode executed"


def account(number: int) -> str:
    """``T…``."""
    return from_hex(f"0x{number:040x}")


class TronStandIn:
    """A node whose solidified block is 19 under its newest."""

    url: str

    def __init__(self) -> None:
        self.genesis: dict[str, Any] = ANSWERS["/wallet/getblockbynum"]
        self.tip = 66987627
        self.fork = 0
        self.moves: Callable[[], int] = lambda: 0
        """How many blocks pass before the next answer."""
        self.solidity_port = False
        """Whether its JSON-RPC is that of the solidified state."""
        self.coins: dict[str, int] = {}
        """By account in hex with ``0x``, of the newest block; the solidified block has one sun less of each."""
        self.tokens: dict[str, dict[str, int]] = {USDT_HEX: {}}
        self.blocked: set[str] = set()
        """By the issuer of USDT, accounts in hex with ``0x``."""
        self.runs = {"deployless", "multicall3"}
        self.at_once = 10**9
        """Accounts for which the time of one call suffices."""
        self.mischief: Mischief | None = None
        self.asked: list[tuple[str, Any]] = []
        """Paths and bodies."""

    @property
    def methods(self) -> list[str]:
        """What was asked for, in order: paths, or methods of the JSON-RPC."""
        return [
            call["method"] if path == "/jsonrpc" else path
            for path, body in self.asked
            for call in (body if isinstance(body, list) else [body])
        ]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve until the end of the block; gives the URL."""
        async with RawTestServer(self._handle, host="127.0.0.1") as server:
            self.url = str(server.make_url("/"))
            yield self.url

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.asked.append((request.path, body))
        self.tip += self.moves()
        if self.mischief and (instead := await self.mischief(body)):
            return instead
        if request.path != "/jsonrpc":
            answer = self._http(request.path, body)
        else:
            answer = [self._reply(call) for call in body] if isinstance(body, list) else self._reply(body)
        return web.Response(text=json.dumps(answer), content_type="application/json")

    # --- JSON-RPC ---

    def _reply(self, call: dict[str, Any]) -> dict[str, Any]:
        reply = {"jsonrpc": "2.0", "id": call["id"]}
        try:
            return reply | {"result": self._result(call["method"], call["params"])}
        except RefusedError as error:
            return reply | {"error": {"code": error.code, "message": str(error), "data": "{}"}}

    def _result(self, method: str, params: list[Any]) -> Any:
        match method, params:
            case "eth_chainId", []:
                return hex(int(self.genesis["blockID"][-8:], 16))
            case "eth_getBlockByNumber", [name, False]:
                newest = self._number(solid=self.solidity_port)
                number = {"latest": newest, "finalized": self._number(solid=True)}.get(name)
                assert number is not None
                return {
                    "number": hex(number),
                    "hash": "0x" + self._block_id(number),
                    "timestamp": hex(_BEGAN),
                }
            case "eth_getBalance", [account, "latest"]:
                return hex(self._coins(account, solid=self.solidity_port))
            case "eth_call", [{"to": to, "data": data}, "latest"]:
                return "0x" + self._run(to, data[2:], solid=self.solidity_port)
            case "eth_getCode", [account, "latest"]:
                return "0x6080" if account in self.tokens else "0x"
        raise RefusedError(-32602, "QUANTITY not supported, just support TAG as latest")

    # --- HTTP ---

    def _http(self, path: str, body: dict[str, Any]) -> Any:
        side, _, what = path.rpartition("/")
        solid = side == "/walletsolidity"
        match what:
            case "getblockbynum":
                return self.genesis
            case "getnowblock":
                return self._now_block(solid=solid)
            case "getaccount":
                coins = self._coins("0x" + body["address"][2:], solid=solid)
                return {**ANSWERS["/wallet/getaccount"], "address": body["address"], "balance": coins} if coins else {}
            case "getcontract":
                return {"contract_address": body["value"]} if "0x" + body["value"][2:] in self.tokens else {}
            case "triggerconstantcontract":
                return self._constant(body, solid=solid)
        return {"Error": f"class java.lang.Exception : {path}"}

    def _now_block(self, *, solid: bool) -> Any:
        block = copy.deepcopy(ANSWERS["/wallet/getnowblock"])
        number = self._number(solid=solid)
        block["blockID"] = self._block_id(number)
        block["block_header"]["raw_data"] |= {"number": number, "timestamp": _BEGAN * 1000}
        return block

    def _constant(self, body: dict[str, Any], *, solid: bool) -> Any:
        to = "0x" + body["contract_address"][2:] if "contract_address" in body else None
        try:
            returned = self._run(to, body["data"], solid=solid)
        except RefusedError as error:
            if error.code == 3:
                return {**ANSWERS["reverted"], "constant_result": [error.data or ""]}
            return {"result": {"code": "CONTRACT_VALIDATE_ERROR", "message": str(error).encode().hex()}}
        return {**ANSWERS["/wallet/triggerconstantcontract"], "constant_result": [returned]}

    # --- the state and the machine ---

    def _number(self, *, solid: bool) -> int:
        return self.tip - 19 if solid else self.tip

    def _block_id(self, number: int) -> str:
        return f"{number:016x}{self.fork:048x}"

    def _coins(self, account: str, *, solid: bool) -> int:
        return max(0, self.coins.get(account, 0) - int(solid))

    def _run(self, to: str | None, data: str, *, solid: bool) -> str:
        """What a call returns, in hex."""
        if to is None and "deployless" in self.runs:
            return self._program(data, solid=solid)
        if to == MULTICALL3 and "multicall3" in self.runs:
            return self._multicall(data, solid=solid)
        if to not in self.tokens:
            raise RefusedError(-32600, "Smart contract is not exist.")
        assert data[8:].startswith("0" * 24)
        if data.startswith(_IS_BLACK_LISTED):
            return f"{'0x' + data[-40:] in self.blocked:064x}"
        assert data.startswith("70a08231")
        units = self.tokens[to].get("0x" + data[-40:], 0)
        if units < 0:
            raise RefusedError(3, _REVERTED)
        return f"{units:064x}"

    def _program(self, data: str, *, solid: bool) -> str:
        program = next(each for each in (TOKEN_CREATED, COINS_CREATED, _ASKS_BLOCKED) if data.startswith(each.hex()))
        packed = bytes.fromhex(data)[len(program) :]
        accounts = ["0x" + packed[start : start + 20].hex() for start in range(0, len(packed), 20)]
        contract = accounts.pop(0) if program is not COINS_CREATED else None
        self._within_time(len(accounts))
        words = [len(accounts)]
        for each in accounts:
            units = self.tokens.get(contract, {}).get(each, 0) if contract else self._coins(each, solid=solid)
            if program is _ASKS_BLOCKED:
                units = int(each in self.blocked)
            if contract and (contract not in self.tokens or units < 0):
                raise RefusedError(3, _REVERTED, f"8cb85f52{each[2:]:0>64}")
            words.append(units)
        return "".join(f"{word:064x}" for word in words)

    def _multicall(self, data: str, *, solid: bool) -> str:
        assert data.startswith("82ad56cb")
        (calls,) = decode(["(address,bool,bytes)[]"], bytes.fromhex(data[8:]))
        self._within_time(len(calls))
        results = []
        for target, may_fail, called in calls:
            assert may_fail
            try:
                if target == MULTICALL3:
                    assert called[:4].hex() == "4d2301cc"
                    units = self._coins("0x" + called[-20:].hex(), solid=solid)
                    results.append((True, units.to_bytes(32, "big")))
                else:
                    results.append((True, bytes.fromhex(self._run(target, called.hex(), solid=solid))))
            except RefusedError:
                results.append((False, b""))
        return encode(["(bool,bytes)[]"], [results]).hex()

    def _within_time(self, accounts: int) -> None:
        if accounts > self.at_once:
            raise RefusedError(-32000, "CPU timeout for 'BALANCE' operation executing")
