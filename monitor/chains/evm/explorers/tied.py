"""Calls that say themselves in which block they were made.

An explorer passes ``eth_call`` on to some node of its own. Etherscan names no block by hash, and does not promise to
heed a number; Blockscout tells balances from its index unless a contract is asked. So nothing is believed for what it
was asked about: every call goes through Multicall3, which in the same breath is asked for its chain, the number of the
block in which it is called, and the hash of the block before. Only an answer from the very block counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from monitor.chains.concurrency import together
from monitor.chains.errors import Reason
from monitor.chains.evm import values
from monitor.chains.evm.errors import Meaning, meaning
from monitor.chains.evm.multicall import (
    GET_BLOCK_NUMBER,
    GET_CHAIN_ID,
    GET_LAST_BLOCK_HASH,
    aggregated,
    balance_of_coins,
    results,
)
from monitor.chains.evm.rpc import Calls
from monitor.chains.jsonrpc import Call, Reply, failure_of
from monitor.chains.link import Link
from monitor.model import Address

_SIGHT = (GET_CHAIN_ID, GET_BLOCK_NUMBER, GET_LAST_BLOCK_HASH)
_WORD = 32
_REVERTED = {"error": {"code": 3, "message": "execution reverted"}}


@dataclass(frozen=True, slots=True)
class Sight:
    """What a call saw of where it was made."""

    chain: int
    number: int
    parent: str
    """The hash of the block before."""


class Multicall:
    """The Multicall3 of one chain, asked through an explorer."""

    def __init__(self, calls: Calls, link: Link, contract: Address) -> None:
        self.calls = calls
        self.link = link
        self.contract = contract

    async def look(self, at: str) -> Sight:
        """Return where a call is made that is to be made ``at`` a block."""
        reply = await self.ask(at)
        if failure := failure_of(reply):
            raise self.link.fault(Reason.RPC_ERROR, f"eth_call: {failure}")
        sight, _ = self.read(reply, 0)
        if sight is None:
            raise self.link.fault(
                Reason.UNSUPPORTED,
                f"there is no Multicall3 at {self.contract}: what it tells cannot be tied to a block",
            )
        return sight

    async def ask(self, at: str, *payload: tuple[Address, str], divisible: bool = False) -> Reply:
        """Return the raw reply to a look and the calls of ``payload``, all in one call."""
        data = aggregated([*((self.contract, function) for function in _SIGHT), *payload])
        return await self.calls.call("eth_call", [{"to": self.contract, "data": data}, at], divisible=divisible)

    def read(self, reply: Reply, payload: int) -> tuple[Sight | None, Sequence[bytes | None]]:
        """Return where a call was made, and what its ``payload`` calls returned; None where nothing answers."""
        try:
            data = values.data(reply["result"])
            if not data:
                return None, ()
            found = results(data, len(_SIGHT) + payload)
            words = [word for word in found[: len(_SIGHT)] if word is not None and len(word) == _WORD]
            chain, number, parent = words
        except ValueError as error:
            raise self.link.fault(Reason.MALFORMED, f"eth_call of Multicall3: {error}") from None
        sight = Sight(int.from_bytes(chain, "big"), int.from_bytes(number, "big"), "0x" + parent.hex())
        return sight, found[len(_SIGHT) :]


class Tied:
    """Answers the calls of one reading, each from the block that it is to be of, or not at all."""

    def __init__(self, multicall: Multicall, due: Sight) -> None:
        self._multicall = multicall
        self._due = due

    async def call(self, method: str, params: Any, *, divisible: bool = False) -> Reply:  # noqa: ANN401 - as JSON-RPC
        """Return the reply to one call; what cannot be asked through a contract is passed on as it is."""
        match method, params:
            case "eth_getBalance", [account, str(at)]:
                payload = (self._multicall.contract, balance_of_coins(account))
                reply = await self._asked(payload, at, divisible=divisible)
                if failure_of(reply):
                    return reply
                balance = values.data(reply["result"])
                if len(balance) != _WORD:  # nothing, in particular, is not zero
                    detail = f"getEthBalance of {account}: {len(balance)} bytes are no balance"
                    raise self._multicall.link.fault(Reason.MALFORMED, detail)
                return {"result": hex(int.from_bytes(balance, "big"))}
            case "eth_call", [{"to": to, "data": data}, str(at)]:
                return await self._asked((to, data), at, divisible=divisible)
        return await self._multicall.calls.call(method, params, divisible=divisible)

    async def batch(self, calls: Sequence[Call]) -> list[Reply]:
        """Return the replies to all ``calls``, each by a request of its own; the link sets the pace."""
        return await together(self.call(method, params) for method, params in calls)

    async def _asked(self, payload: tuple[Address, str], at: str, *, divisible: bool) -> Reply:
        reply = await self._multicall.ask(at, payload, divisible=divisible)
        if failure := failure_of(reply):
            if meaning(failure) is Meaning.REVERTED and not divisible:  # nor is that what the contract itself says
                raise self._multicall.link.fault(Reason.RPC_ERROR, f"eth_call of Multicall3: {failure}")
            return reply
        sight, answers = self._multicall.read(reply, 1)
        self._check(sight)
        (answer,) = answers
        return _REVERTED if answer is None else {"result": "0x" + answer.hex()}

    def _check(self, sight: Sight | None) -> None:
        due, link = self._due, self._multicall.link
        if sight is None:
            raise link.fault(
                Reason.PAST_BLOCK,
                f"there is no Multicall3 in block {due.number} yet: what it tells cannot be tied to that block",
            )
        if sight.chain != due.chain:
            raise link.fault(Reason.WRONG_CHAIN, f"it called a contract on chain {sight.chain}, not {due.chain}")
        if sight != due:
            seen = f"{sight.number} behind {sight.parent}, not {due.number} behind {due.parent}"
            raise link.fault(
                Reason.UNPINNED,
                f"it calls contracts in block {seen}: nothing that it tells can be said of block {due.number}",
            )
