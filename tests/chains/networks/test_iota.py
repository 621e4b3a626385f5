"""IOTA, by ``iota-graphql``: all documents at one checkpoint, and which coins are told of nothing."""

import itertools
from contextlib import AsyncExitStack
from typing import Any

import pytest

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.model import Height
from tests.chains.conftest import Opener
from tests.support.chains import happened
from tests.support.networks.iota import IotaStandIn
from tests.support.networks.standin import START, Asked

IOTA = IotaStandIn.coin
ACCOUNTS = [IotaStandIn.account(number) for number in range(1, 61)]
WANTED = {IOTA: ACCOUNTS}
FINALIZED = Tag("finalized")
BEFORE, AFTER = f"0x{1:064x}::spam::S{{:03}}", f"0x{3:064x}::spam::S{{:03}}"


@pytest.fixture
async def node(stack: AsyncExitStack) -> IotaStandIn:
    return await stack.enter_async_context(IotaStandIn().give(ACCOUNTS).serving())


def about_accounts(asked: Asked) -> bool:
    return "...B" in asked.body["query"]


async def test_a_checkpoint_that_comes_meanwhile_makes_the_reading_begin_again(
    node: IotaStandIn, open_reader: Opener
) -> None:
    counter = itertools.count()
    node.steps = lambda asked: int(about_accounts(asked) and next(counter) in (1, 5))
    reader = open_reader(node.network, {"url": node.url})
    reading = await reader.read(WANTED, FINALIZED)
    assert reading.balances == node.truth(WANTED, START + 2)
    assert happened(reader.endpoints()[0]) == {"tip_moved": 2}


async def test_checkpoints_that_never_agree_are_an_error_that_says_what_to_do(
    node: IotaStandIn, open_reader: Opener
) -> None:
    node.steps = lambda asked: int(about_accounts(asked))
    with pytest.raises(ChainError, match=r"3 answers are of checkpoints \d+ to \d+ and not of one: .*fewer") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.TIP_MOVED


@pytest.mark.parametrize(("kinds", "held"), [(BEFORE, 49), (AFTER, 80), (BEFORE, 0)])
async def test_coins_of_others_before_and_after_do_not_hide_it(
    node: IotaStandIn, open_reader: Opener, kinds: str, held: int
) -> None:
    node.others = {each: [kinds.format(number) for number in range(held)] for each in ACCOUNTS[:2]}
    wanted = {IOTA: ACCOUNTS[:2]}
    reading = await open_reader(node.network, {"url": node.url}).read(wanted, FINALIZED)
    assert reading.balances == node.truth(wanted, START)


async def test_a_coin_whose_turn_has_not_come_is_no_zero(node: IotaStandIn, open_reader: Opener) -> None:
    node.others = {each: [BEFORE.format(number) for number in range(51)] for each in ACCOUNTS[:2]}
    reader = open_reader(node.network, {"url": node.url})
    assert (await reader.read({IOTA: ACCOUNTS[:1]}, FINALIZED)).balances == node.truth({IOTA: ACCOUNTS[:1]}, START)
    with pytest.raises(ChainError, match="IOTA's turn has not come") as caught:
        await reader.read({IOTA: ACCOUNTS[1:2]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_null_for_a_balance_that_is_listed_is_malformed(node: IotaStandIn, open_reader: Opener) -> None:
    def forgetting(asked: Asked, document: Any) -> Any:
        if about_accounts(asked):
            document["data"]["a0"]["balance"] = None
        return document

    node.twist = forgetting
    with pytest.raises(ChainError, match="has None, and is listed with") as caught:
        await open_reader(node.network, {"url": node.url}).read({IOTA: ACCOUNTS[:1]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


@pytest.mark.parametrize("choice", [AtHeight(Height(START - 1)), Depth(3)])
async def test_past_checkpoints_are_refused(node: IotaStandIn, open_reader: Opener, choice: Any) -> None:
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, choice)
    assert caught.value.reason is Reason.PAST_BLOCK


async def test_data_that_are_out_of_range_are_no_zero(node: IotaStandIn, open_reader: Opener) -> None:
    def outside(asked: Asked, document: Any) -> Any:
        said = [{"message": "Requested data is outside the available range"}]
        return {"data": document["data"], "errors": said} if about_accounts(asked) else document

    node.twist = outside
    with pytest.raises(ChainError, match="outside the available range") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.RPC_ERROR
