"""web3 on one endpoint that is held to one block: contracts are called, and answer, by their ABIs.

web3 asks through a provider of ours, so that pace, retries, time-outs and the meaning of errors are those of every
other request to the endpoint. Whatever block web3 names, the provider asks about the one of the reading, in the form
that holds the endpoint to it. It makes web3 stricter in two ways:

- Contracts may be anybody's. An answer counts only if it is the very encoding of what the ABI says, byte by byte:
  web3's own codec passes over what follows behind.
- A contract cannot send us anywhere: no revert reaches web3, which would ask the URL that is in it (EIP-3668).
"""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from typing import Any, TypeVar

from eth_abi.codec import ABICodec
from eth_abi.exceptions import DecodingError
from eth_abi.registry import registry
from eth_typing import ABIFunction
from web3 import AsyncWeb3
from web3.exceptions import BadFunctionCallOutput
from web3.providers.async_base import AsyncBaseProvider
from web3.types import RPCEndpoint, RPCResponse

import monitor.formats.recursion  # noqa: F401 - since web3 brings in py_ecc, which lifts the limit
from monitor.chains.evm.errors import Meaning, meaning
from monitor.chains.evm.rpc import AtBlock
from monitor.chains.jsonrpc import Call, Reply, failure_of

T = TypeVar("T")

_TOGETHER = 16
"""Calls in one request: what is called is the code of strangers, and may take its time."""
_LONGEST = 64 * 1024
"""Bytes of an answer: whoever says more has not answered the question."""
_AT_A_BLOCK = frozenset({"eth_call", "eth_getCode", "eth_getStorageAt"})
"""Methods whose last parameter is a block."""


class NoAnswerError(Exception):
    """The contract has refused the call, or not answered it in the form of the ABI; the text says which."""


class BlockProvider(AsyncBaseProvider):
    """web3's way to one endpoint at one block. Calls that are made at the same moment go into one request."""

    def __init__(self, at: AtBlock) -> None:
        super().__init__()
        self._at = at
        self._waiting: list[tuple[Call, asyncio.Future[RPCResponse]]] = []

    async def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:  # noqa: ANN401 - web3's signature
        """Return the answer at the block; :class:`NoAnswerError` where a contract gives none."""
        if method not in _AT_A_BLOCK:
            raise ValueError(f"{method} is not asked at a block")
        *what, _ = params
        answer: asyncio.Future[RPCResponse] = asyncio.get_running_loop().create_future()
        self._waiting.append(((method, [*what, self._at.position]), answer))
        if len(self._waiting) == 1:
            await self._ask(self._waiting)
        return await answer

    async def _ask(self, waiting: Sequence[tuple[Call, "asyncio.Future[RPCResponse]"]]) -> None:
        """Whoever comes first asks for all that come at this moment."""
        try:
            await asyncio.sleep(0)
            self._waiting = []
            for start in range(0, len(waiting), _TOGETHER):
                some = waiting[start : start + _TOGETHER]
                replies = await self._at.rpc.all([call for call, _ in some])
                for ((method, _), answer), reply in zip(some, replies, strict=True):
                    await self._note(method, reply, answer)
        except BaseException:
            if self._waiting is waiting:
                self._waiting = []
            for _, answer in waiting:
                answer.cancel()
            raise

    async def _note(self, method: str, reply: Reply, answer: "asyncio.Future[RPCResponse]") -> None:
        failure = failure_of(reply)
        if failure and (method != "eth_call" or meaning(failure) is not Meaning.REVERTED):
            raise await self._at.cause(failure)
        size = 0 if failure else len(self._at.rpc.data(reply["result"], method))
        if answer.done():  # whoever asked has gone
            return
        if failure:
            answer.set_exception(NoAnswerError(f"failed: {failure}"))
        elif method == "eth_call" and not 0 < size <= _LONGEST:
            answer.set_exception(NoAnswerError(f"returned {size} bytes"))
        else:
            answer.set_result({"jsonrpc": "2.0", "id": 0, "result": reply["result"]})


class _ExactCodec(ABICodec):
    """Reads what is exactly an encoding, and nothing else."""

    def decode(self, types: Iterable[str], data: bytes | bytearray, strict: bool = True) -> tuple[Any, ...]:  # noqa: FBT001, FBT002 - eth_abi's signature
        types = tuple(types)
        try:
            values = super().decode(types, data, strict)
        except OverflowError as error:
            raise DecodingError(str(error)) from None
        if self.encode(types, values) != data:
            raise DecodingError(f"{len(data)} bytes that are more than {', '.join(types)}")
        return values


def web3_at(at: AtBlock) -> "AsyncWeb3[BlockProvider]":
    """Return web3 on the endpoint and at the block of ``at``."""
    web3 = AsyncWeb3(BlockProvider(at), middleware=[])
    web3.codec = _ExactCodec(registry)
    return web3


def function(name: str, takes: Sequence[str], returns: str) -> ABIFunction:
    """Return the ABI of a function that only tells something: it ``takes`` these types and ``returns`` that one."""
    return {
        "type": "function",
        "name": name,
        "stateMutability": "view",
        "inputs": [{"name": f"argument{number}", "type": each} for number, each in enumerate(takes)],
        "outputs": [{"name": "", "type": returns}],
    }


async def answered(call: Awaitable[T]) -> T:
    """Return what a contract answers to ``call``. Raises :class:`NoAnswerError` where that is not what its ABI says."""
    try:
        return await call
    except BadFunctionCallOutput as error:
        raise NoAnswerError(f"returned {error.__cause__}") from None
