"""Chains whose every balance at every block is known, and EVM endpoints that tell it, or not, without a wire.

On a clock that jumps (:mod:`tests.support.virtual_time`).
"""

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from random import Random
from typing import Any

from monitor.chains.errors import Reason
from monitor.chains.jsonrpc import Call, Reply
from monitor.chains.link import Link
from monitor.model import Address, Caip2, Network, Token

START = datetime(2026, 6, 14, 12, tzinfo=UTC)
FIRST = 1000
"""The block at START."""
FINALITY = 2
"""Blocks from the newest to the finalized one."""
MINER = "0x" + "ee" * 20


def elapsed() -> float:
    return asyncio.get_running_loop().time()


def now() -> datetime:
    return START + timedelta(seconds=elapsed())


class Chain:
    """What every account has, from block to block."""

    def __init__(self, network: Network, seconds: int) -> None:
        self.network = network
        self.seconds = seconds
        """From one block to the next."""
        self.numbers: dict[str, int] = {}
        """Of every hash that was ever told, true or made up."""
        self.refusing: dict[str | None, float] = {}
        """By contract that refuses to tell balances, or did: until when."""
        self._changes: defaultdict[tuple[Token, Address], list[tuple[int, int]]] = defaultdict(lambda: [(0, 0)])

    def head(self, at: float | None = None) -> int:
        return FIRST + int((elapsed() if at is None else at) // self.seconds)

    def hash(self, number: int, fork: str = "") -> str:
        found = "0x" + sha256(f"{self.network.name} {number} {fork}".encode()).hexdigest()
        self.numbers[found] = number
        return found

    def made_at(self, number: int) -> datetime:
        return START + timedelta(seconds=(number - FIRST) * self.seconds)

    def units(self, token: Token, account: Address, number: int | None = None) -> int:
        """What ``account`` has after block ``number``; None: after all that is under way."""
        changes = self._changes[token, account]
        place = len(changes) if number is None else bisect_right(changes, number, key=lambda change: change[0])
        return changes[place - 1][1]

    def moments(self, token: Token, accounts: Sequence[Address], first: int) -> set[int]:
        """Block ``first``, and those after it that change what one of ``accounts`` has."""
        changes = (change for account in accounts for change in reversed(self._changes[token, account]))
        return {first, *(number for number, _ in changes if number > first)}

    def begin(self, token: Token, account: Address, units: int) -> None:
        """Let ``units`` have been there all along."""
        self._changes[token, account] = [(0, units)]

    def add(self, token: Token, account: Address, units: int) -> None:
        """Let ``units`` more (or less) be there from the next block on."""
        changes, number = self._changes[token, account], self.head() + 1
        after = changes[-1][1] + units
        assert after >= 0
        if changes[-1][0] == number:
            changes.pop()
        changes.append((number, after))


FAILINGS = ("is dead", "hangs", "talks rubbish", "is frozen", "is behind")
"""What says nothing false of any block."""
LIES = (
    "invents coins",
    "hides coins",
    "lies otherwise each time",
    "ignores hashes",
    "is on a fork",
    "tells the past as the present",
    "boasts",
    "misdates",
    "refuses tokens",
)
_FORKING = frozenset({"is on a fork", "tells the past as the present"})


class Wire:
    """An endpoint's JSON-RPC: an honest node of ``chain``, but for its nature and a vice that comes and goes.

    By nature it may answer of its newest state whatever hash it is asked for, or whatever block at all.
    """

    def __init__(self, link: Link, chain: Chain, dice: Random, nature: str = "") -> None:
        self.vice = ""
        self.since = 0.0
        self.nature = nature
        self._link = link
        self._chain = chain
        self._pace = dice.uniform(0.01, 0.3)
        self._lag = dice.randrange(2)
        self._told = 0

    def become(self, vice: str) -> None:
        self.vice, self.since = vice, elapsed()

    async def call(self, method: str, params: Any, *, divisible: bool = False) -> Reply:
        (reply,) = await self.batch([(method, params)])
        return reply

    async def batch(self, calls: Sequence[Call]) -> list[Reply]:
        return await self._link.send(partial(self._answered, calls))

    async def _answered(self, calls: Sequence[Call]) -> list[Reply]:
        if self.vice == "is dead":
            raise self._link.fault(Reason.REFUSED, "no connection")
        await asyncio.sleep(self._link.timeout if self.vice == "hangs" else self._pace)
        if self.vice == "hangs":
            raise self._link.fault(Reason.TIMEOUT, "no whole answer in time")
        if self.vice == "talks rubbish":
            raise self._link.fault(Reason.MALFORMED, "rubbish")
        return [self._reply(method, params) for method, params in calls]

    def _reply(self, method: str, params: Any) -> Reply:
        match method, params:
            case "eth_chainId", _:
                return {"result": hex(int(self._chain.network.caip2.removeprefix("eip155:")))}
            case "eth_getBlockByNumber", [str(name), _]:
                return {"result": self._header(name)}
            case "eth_getBalance", [str(account), at]:
                return self._told_at(at, None, account)
            case "eth_call", [{"to": str(to), "data": str(data)}, at]:
                return self._told_at(at, to, "0x" + data[-40:])
            case "eth_call", _:
                return {"error": {"code": -32602, "message": "too many arguments"}}
            case "eth_getCode", [_, at]:
                return {"result": "0x00"} if self._number(at) is not None else _NOT_FOUND
        raise AssertionError(f"nobody was to ask for {method} {params}")

    def _head(self) -> int:
        head = self._chain.head() - self._lag
        match self.vice:
            case "is frozen":
                return self._chain.head(self.since) - self._lag
            case "is behind":
                return head - 60
            case "boasts":
                return head + 10
        return head

    def _fork(self, number: int) -> str:
        made_up = self.vice in _FORKING or number > self._chain.head()
        return self._link.name if made_up else ""

    def _header(self, name: str) -> dict[str, str] | None:
        tags = {"latest": self._head(), "finalized": self._head() - FINALITY}
        number = tags[name] if name in tags else int(name, 16)
        if number > self._head():
            return None
        moment = self._chain.made_at(number)
        if self.vice == "misdates":
            moment += timedelta(seconds=30)
        return {
            "number": hex(number),
            "hash": self._chain.hash(number, self._fork(number)),
            "timestamp": hex(int(moment.timestamp())),
            "miner": MINER,
        }

    def _number(self, at: Any) -> int | None:
        """The block whose state is told for ``at``; None where there is none."""
        if self.nature == "ignores blocks" or at == "latest":
            return self._head()
        if isinstance(at, str):
            return int(at, 16) if int(at, 16) <= self._head() else None
        if "ignores hashes" in (self.nature, self.vice):
            return self._head()
        number = self._chain.numbers.get(at["blockHash"])
        known = number is not None and number <= self._head()
        return number if known and self._chain.hash(number or 0, self._fork(number or 0)) == at["blockHash"] else None

    def _told_at(self, at: Any, contract: str | None, account: Address) -> Reply:
        number = self._number(at)
        if number is None:
            return _NOT_FOUND
        if contract and (self.vice == "refuses tokens" or self._chain.refusing.get(contract, 0) > elapsed()):
            return {"error": {"code": 3, "message": "execution reverted"}}
        if account == MINER:
            return {"result": hex(number)}
        token = next((each for each in TOKENS if self._is(each, contract)), None)
        if token is None:
            return {"result": "0x"}
        units = self._units(token, account, number)
        return {"result": f"0x{units:064x}" if contract else hex(units)}

    def _units(self, token: Token, account: Address, number: int) -> int:
        match self.vice:
            case "hides coins":
                return 0
            case "tells the past as the present":
                number = min(number, self._chain.head(self.since))
            case "lies otherwise each time":
                self._told += 1
        units = self._chain.units(token, account, number)
        return units + (10**24 + self._told if self.vice in _INVENTING else 0)

    def _is(self, token: Token, contract: str | None) -> bool:
        return (token.network, token.contract) == (self._chain.network.name, contract)


_NOT_FOUND: Reply = {"error": {"code": -32000, "message": "header not found"}}
_INVENTING = frozenset({"invents coins", "lies otherwise each time", "is on a fork", "boasts"})

ETHEREUM = Network("ethereum", Caip2("eip155:1"), "evm", "Ethereum")
ARBITRUM = Network("arbitrum", Caip2("eip155:42161"), "evm", "Arbitrum One")
POLYGON = Network("polygon", Caip2("eip155:137"), "evm", "Polygon")
"""The one that nobody reads."""

ETH, ETH_ARBITRUM, ETH_POLYGON = (Token("ETH", each, None, 18) for each in ("ethereum", "arbitrum", "polygon"))
USDT = Token("USDT", "ethereum", "0xdac17f958d2ee523a2206206994597c13d831ec7", 6)
USDT_ARBITRUM = Token("USDT", "arbitrum", "0xfd086bc7cd5c481dcc9c85ebe478a1c0b69fcbb9", 6)
TOKENS = (ETH, ETH_ARBITRUM, ETH_POLYGON, USDT, USDT_ARBITRUM)
