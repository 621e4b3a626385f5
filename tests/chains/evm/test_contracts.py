"""web3 on our provider: what it asks is asked at the block of the reading, together with what comes at that moment."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from eth_utils.address import to_checksum_address

from monitor.chains.errors import ChainError, Reason
from monitor.chains.evm.contracts import NoAnswerError, answered, function, web3_at
from monitor.chains.evm.rpc import AtBlock, EvmRpc, Position
from monitor.chains.jsonrpc import Call, Reply
from monitor.chains.link import Link
from monitor.model import Block, Height
from tests.support.fake_nodes import endpoint_settings

BLOCK = Block(Height(90), "0x" + "ab" * 32, datetime(2026, 6, 14, tzinfo=UTC))
BY_HASH, BY_NUMBER = {"blockHash": BLOCK.hash}, "0x5a"
CONTRACT = to_checksum_address("0x" + "00" * 19 + "01")
LONGEST = 64 * 1024


class Node:
    """Gives every call the same ``reply``."""

    def __init__(self, reply: Reply | None = None) -> None:
        self.reply = reply or {"result": "0x6001"}
        self.requests: list[Sequence[Call]] = []

    async def call(self, method: str, params: Any, *, divisible: bool = False) -> Reply:
        (reply,) = await self.batch([(method, params)])
        return reply

    async def batch(self, calls: Sequence[Call]) -> list[Reply]:
        self.requests.append(calls)
        return [self.reply] * len(calls)


def at(node: Node, position: Position = BY_NUMBER) -> AtBlock:
    return AtBlock(EvmRpc(Link(endpoint_settings()), node), BLOCK, position)


@pytest.mark.parametrize("position", [BY_HASH, BY_NUMBER])
async def test_the_block_is_that_of_the_reading_whichever_web3_names(position: Position) -> None:
    node = Node()
    eth = web3_at(at(node, position)).eth
    await eth.get_code(CONTRACT, "latest")
    await eth.get_storage_at(CONTRACT, 0, 17)
    await eth.call({"to": CONTRACT, "data": b""}, "pending")
    assert [params[-1] for ((_, params),) in node.requests] == [position] * 3


async def test_what_is_of_no_block_is_not_asked() -> None:
    node = Node()
    with pytest.raises(ValueError, match="eth_gasPrice is not asked at a block"):
        await web3_at(at(node)).eth.gas_price
    assert node.requests == []


async def test_what_is_asked_at_the_same_moment_goes_together_and_no_more_than_sixteen() -> None:
    node = Node()
    eth = web3_at(at(node)).eth
    await asyncio.gather(*(eth.get_code(CONTRACT) for _ in range(17)))
    await eth.get_code(CONTRACT)
    assert [len(calls) for calls in node.requests] == [16, 1, 1]


async def test_whoever_asks_for_others_and_is_cancelled_leaves_nobody_waiting() -> None:
    eth = web3_at(at(Node())).eth
    first, second = (asyncio.create_task(eth.get_code(CONTRACT)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert [type(each) for each in await asyncio.gather(first, second, return_exceptions=True)] == (
        [asyncio.CancelledError] * 2
    )
    async with asyncio.timeout(5):
        assert bytes(await eth.get_code(CONTRACT)) == b"\x60\x01", "and the next one is asked"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ({"error": {"code": -32000, "message": "not today"}}, Reason.RPC_ERROR),
        ({"result": None}, Reason.MALFORMED),
        ({"result": "0x123"}, Reason.MALFORMED),
    ],
)
@pytest.mark.parametrize("method", ["eth_call", "eth_getCode"])
async def test_what_is_no_contracts_answer_is_the_endpoints_fault(reply: Reply, reason: Reason, method: str) -> None:
    eth = web3_at(at(Node(reply))).eth
    with pytest.raises(ChainError) as failure:
        await (eth.call({"to": CONTRACT, "data": b""}) if method == "eth_call" else eth.get_code(CONTRACT))
    assert failure.value.reason is reason


async def test_a_revert_is_the_contracts_answer_to_a_call_alone() -> None:
    node = Node({"error": {"code": 3, "message": "execution reverted: no", "data": "0x556f1830" + "00" * 160}})
    eth = web3_at(at(node)).eth
    with pytest.raises(NoAnswerError, match=r"failed: execution reverted: no \(3\)"):
        await eth.call({"to": CONTRACT, "data": b""})
    with pytest.raises(ChainError):
        await eth.get_code(CONTRACT)
    assert len(node.requests) == 2, "nobody is asked elsewhere (EIP-3668)"


@pytest.mark.parametrize(
    ("size", "told"), [(0, "returned 0 bytes"), (31, "Tried to read 32 bytes"), (33, "33 bytes that are more than")]
)
async def test_an_answer_that_is_not_exactly_what_the_abi_says_is_none(size: int, told: str) -> None:
    eth = web3_at(at(Node({"result": "0x" + "00" * size}))).eth
    contract = eth.contract(CONTRACT, abi=[function("decimals", [], "uint256")])
    with pytest.raises(NoAnswerError, match=told):
        await answered(contract.functions.decimals().call())


@pytest.mark.parametrize("size", [1, LONGEST, LONGEST + 1])
async def test_an_answer_has_a_length(size: int) -> None:
    asked = web3_at(at(Node({"result": "0x" + "11" * size}))).eth.call({"to": CONTRACT, "data": b""})
    if size <= LONGEST:
        assert len(await asked) == size
    else:
        with pytest.raises(NoAnswerError, match=f"returned {size} bytes"):
            await asked


async def test_code_may_be_longer_than_an_answer() -> None:
    code = await web3_at(at(Node({"result": "0x" + "11" * (LONGEST + 1)}))).eth.get_code(CONTRACT)
    assert len(code) == LONGEST + 1
