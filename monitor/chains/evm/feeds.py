"""Asking price feeds (Chainlink's AggregatorV3Interface) at one block; what they answer is judged elsewhere.

The deprecated `latestAnswer` is not asked: of a feed that was shut down it answers 0, where `latestRoundData` reverts.
"""

from collections.abc import Awaitable, Sequence
from typing import Any

from eth_typing import ABIFunction
from eth_utils.address import to_checksum_address
from web3.eth import AsyncEth
from web3.types import TxParams

from monitor.chains.concurrency import together
from monitor.chains.evm.contracts import NoAnswerError, answered, function, web3_at
from monitor.chains.evm.rpc import AtBlock
from monitor.chains.node import Quoted
from monitor.model import Address, FeedAnswer

_GAS: TxParams = {"gas": 1_000_000}
"""For one call: many times what a feed takes, whatever code stands there now."""
_FEEDS = 8
"""Feeds that are asked at once."""
_LATEST: ABIFunction = {
    **function("latestRoundData", [], ""),
    "outputs": [
        {"name": name, "type": kind}
        for name, kind in (
            ("roundId", "uint80"),
            ("answer", "int256"),
            ("startedAt", "uint256"),
            ("updatedAt", "uint256"),
            ("answeredInRound", "uint80"),
        )
    ],
}
_FUNCTIONS = [function("description", [], "bytes"), function("decimals", [], "uint8"), _LATEST]
"""A description is taken for the bytes that it is encoded as: it need not be text."""


async def quote(at: AtBlock, contracts: Sequence[Address]) -> Quoted:
    """Ask each of ``contracts``; a node that does not answer raises its own error."""
    eth = web3_at(at).eth
    answers = await together((_answer(eth, contract) for contract in contracts), _FEEDS)
    return Quoted(at.block, dict(zip(contracts, answers, strict=True)))


async def _answer(eth: AsyncEth, contract: Address) -> FeedAnswer | str:
    """What the feed answers, or why it does not."""
    functions = eth.contract(to_checksum_address(contract), abi=_FUNCTIONS).functions
    names = [each["name"] for each in _FUNCTIONS]
    told = await together(_told(functions[name]().call(_GAS)) for name in names)
    for name, answer in zip(names, told, strict=True):
        if isinstance(answer, NoAnswerError):
            return f"{name}() {answer}"
    description, decimals, (_, price, started_at, updated_at, _) = told
    return FeedAnswer(description.decode(errors="replace"), decimals, price, started_at, updated_at)


async def _told(call: Awaitable[Any]) -> Any:  # noqa: ANN401 - what the function's ABI says
    try:
        return await answered(call)
    except NoAnswerError as error:
        return error
