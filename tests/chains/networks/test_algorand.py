"""Algorand, by ``algod``: all accounts at one round, or none."""

import itertools
from contextlib import AsyncExitStack
from typing import Any

import pytest

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.model import Height, Token
from tests.chains.conftest import Opener
from tests.support.chains import happened
from tests.support.networks.algorand import USDC, USDT, AlgorandStandIn
from tests.support.networks.standin import START, Asked

ALGO = AlgorandStandIn.coin
ACCOUNTS = [AlgorandStandIn.account(number) for number in range(1, 13)]
WANTED = {ALGO: ACCOUNTS, USDT: ACCOUNTS}
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> AlgorandStandIn:
    return await stack.enter_async_context(AlgorandStandIn().give(ACCOUNTS).serving())


def about_accounts(asked: Asked) -> bool:
    return "/accounts/" in asked.path


async def test_an_account_is_asked_for_once_whatever_is_wanted_of_it(
    node: AlgorandStandIn, open_reader: Opener
) -> None:
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert len([each for each in node.asked if about_accounts(each)]) == len(ACCOUNTS)


async def test_a_round_that_comes_meanwhile_makes_the_reading_begin_again(
    node: AlgorandStandIn, open_reader: Opener
) -> None:
    counter = itertools.count()
    node.steps = lambda asked: int(about_accounts(asked) and next(counter) in (5, 17))
    reader = open_reader(node.network, {"url": node.url})
    reading = await reader.read(WANTED, FINALIZED)
    assert reading.block.number == START + 2
    assert reading.balances == node.truth(WANTED, START + 2)
    assert happened(reader.endpoints()[0]) == {"tip_moved": 2}


async def test_rounds_that_never_agree_are_an_error_that_says_what_to_do(
    node: AlgorandStandIn, open_reader: Opener
) -> None:
    node.steps = lambda asked: int(about_accounts(asked))
    reader = open_reader(node.network, {"url": node.url})
    with pytest.raises(ChainError, match=r"12 answers are of rounds \d+ to \d+ and not of one: .*fewer"):
        await reader.read(WANTED, FINALIZED)
    assert reader.endpoints()[0].up is not False, "it is no fault of the endpoint"


async def test_an_answer_from_before_the_round_that_was_named_is_behind(
    node: AlgorandStandIn, open_reader: Opener
) -> None:
    node.lags = {ACCOUNTS[4]}
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.BEHIND


async def test_a_node_that_is_catching_up_is_behind(node: AlgorandStandIn, open_reader: Opener) -> None:
    node.catching_up = 12_000_000_000
    with pytest.raises(ChainError, match="still catching up") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.BEHIND


@pytest.mark.parametrize("choice", [AtHeight(Height(START - 1)), Depth(3)])
async def test_past_rounds_are_refused(node: AlgorandStandIn, open_reader: Opener, choice: Any) -> None:
    with pytest.raises(ChainError, match=f"only its newest state, that of {START}") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, choice)
    assert caught.value.reason is Reason.PAST_BLOCK


async def test_the_newest_round_by_its_number_is_read_and_a_later_one_is_behind(
    node: AlgorandStandIn, open_reader: Opener
) -> None:
    reader = open_reader(node.network, {"url": node.url})
    assert (await reader.read(WANTED, AtHeight(Height(START)))).block.number == START
    with pytest.raises(ChainError) as caught:
        await reader.read(WANTED, AtHeight(Height(START + 1)))
    assert caught.value.reason is Reason.BEHIND


async def test_assets_that_are_not_what_the_registry_says_fail_by_name_and_alone(
    node: AlgorandStandIn, open_reader: Opener
) -> None:
    node.decimals[str(USDC.contract)] = 2
    other = Token("OTHER", "algorand", "7", 6)
    wanted = {**WANTED, USDC: ACCOUNTS, other: ACCOUNTS}
    reading = await open_reader(node.network, {"url": node.url}).read(wanted, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert reading.failed == {
        USDC: "its parameters say 2 decimals, the registry 6",
        other: "there is no asset 7: asset does not exist",
    }


async def test_an_account_with_more_assets_than_are_told_is_too_large(
    node: AlgorandStandIn, open_reader: Opener
) -> None:
    node.most = 1
    with pytest.raises(ChainError, match="MaxAPIResourcesPerAccount") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize("field", ["assets", "total-assets-opted-in", "address"])
async def test_an_account_that_is_told_in_part_or_is_another_is_malformed(
    node: AlgorandStandIn, open_reader: Opener, field: str
) -> None:
    other = {"assets": [], "total-assets-opted-in": 3, "address": ACCOUNTS[1]}[field]
    node.twist = lambda asked, told: told | {field: other} if asked.path.endswith(ACCOUNTS[0]) else told
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED
