"""Tezos, by ``octez``: which block is final, and what is told of nothing."""

from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web

from monitor.chains import ChainError, Depth, Reason, Tag
from monitor.model import Token
from tests.chains.conftest import Opener
from tests.support.networks.standin import START, Asked
from tests.support.networks.tezos import TezosStandIn

XTZ = TezosStandIn.coin
ACCOUNTS = [TezosStandIn.account(number) for number in range(1, 4)]
WANTED = {XTZ: ACCOUNTS}
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> TezosStandIn:
    return await stack.enter_async_context(TezosStandIn().give(ACCOUNTS).serving())


@pytest.mark.parametrize(
    ("choice", "below"),
    [(FINALIZED, 2), (Tag("safe"), 2), (Tag("latest"), 0), (Depth(0), 0), (Depth(7), 7)],
    ids=str,
)
async def test_a_block_is_final_under_two_others(
    node: TezosStandIn, open_reader: Opener, choice: Any, below: int
) -> None:
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, choice)
    assert (reading.block.number, reading.block.hash) == (START - below, node.hash_of(START - below))
    assert reading.balances == node.truth(WANTED, START - below)


async def test_balances_are_asked_for_by_the_hash_and_first_at_a_block_that_nobody_has(
    node: TezosStandIn, open_reader: Opener
) -> None:
    await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    nobodys, *asked = [each.path.split("/")[4] for each in node.asked if "full_balance" in each.path]
    assert asked == [node.hash_of(START - 2)] * len(ACCOUNTS)
    assert nobodys not in {node.hash_of(number) for number in range(START + 1)}


async def test_a_contract_that_there_is_not_is_no_zero(node: TezosStandIn, open_reader: Opener) -> None:
    node.missing = {ACCOUNTS[1]}
    with pytest.raises(ChainError, match=f"tells nothing of {ACCOUNTS[1]}") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.PRUNED


async def test_tokens_are_refused_by_name_and_alone(node: TezosStandIn, open_reader: Opener) -> None:
    token = Token("USDT", "tezos", "KT1XnTn74bUtxHfDtBmm2bGZAQfhPbvKWR8o", 6)
    reading = await open_reader(node.network, {"url": node.url}).read({**WANTED, token: ACCOUNTS}, FINALIZED)
    assert reading.balances == node.truth(WANTED, START - 2)
    assert reading.failed == {token: "tokens of Tezos are not read"}


async def test_a_page_in_the_place_of_a_missing_block_is_no_answer(node: TezosStandIn, open_reader: Opener) -> None:
    def page(asked: Asked) -> Any:
        return web.Response(status=404, text="<html>") if "full_balance" in asked.path else None

    node.instead = page
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.NOT_JSON
