"""Cardano, by ``koios``: all addresses between two looks at the tip."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.model import Height, Token
from tests.chains.conftest import Opener
from tests.support.chains import happened
from tests.support.networks.cardano import KoiosStandIn
from tests.support.networks.standin import START, Asked

ADA = KoiosStandIn.coin
ACCOUNTS = [KoiosStandIn.account(number) for number in range(1, 18)]
ONE, TWO = ACCOUNTS[:2]
WANTED = {ADA: ACCOUNTS}
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> KoiosStandIn:
    return await stack.enter_async_context(KoiosStandIn().give(ACCOUNTS).serving())


def about_addresses(asked: Asked) -> bool:
    return asked.path.endswith("/address_info")


async def test_requests_are_of_the_size_that_is_allowed_without_a_key(node: KoiosStandIn, open_reader: Opener) -> None:
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert [len(each.body["_addresses"]) for each in node.asked if about_addresses(each)] == [8, 8, 4]


async def test_a_block_that_comes_meanwhile_makes_the_reading_begin_again(
    node: KoiosStandIn, open_reader: Opener
) -> None:
    moves = iter([False, True])
    node.steps = lambda asked: int(about_addresses(asked) and next(moves, False))
    reader = open_reader(node.network, {"url": node.url})
    reading = await reader.read(WANTED, FINALIZED)
    assert (reading.block.number, reading.balances) == (START + 1, node.truth(WANTED, START + 1))
    assert happened(reader.endpoints()[0]) == {"tip_moved": 1}


async def test_a_used_address_without_coins_and_one_that_was_never_used_have_nothing(
    node: KoiosStandIn, open_reader: Opener
) -> None:
    node.held.clear()
    node.known.add(ONE)
    reading = await open_reader(node.network, {"url": node.url}).read({ADA: [ONE, TWO]}, FINALIZED)
    assert reading.balances == {ADA: {ONE: 0, TWO: 0}}


async def test_a_database_that_lacks_an_address_which_is_known_tells_no_zero(
    node: KoiosStandIn, open_reader: Opener
) -> None:
    node.known.clear()
    with pytest.raises(ChainError, match="knows nothing of an address that has been in use for years") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        (AtHeight(Height(START - 1)), Reason.PAST_BLOCK),
        (Depth(3), Reason.PAST_BLOCK),
        (AtHeight(Height(START + 1)), Reason.BEHIND),
    ],
)
async def test_other_blocks_are_refused(node: KoiosStandIn, open_reader: Opener, choice: Any, reason: Reason) -> None:
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, choice)
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    "row", [{"address": TWO, "balance": "5"}, {"address": "addr1other", "balance": "5"}, {"address": ONE, "balance": 5}]
)
async def test_answers_of_others_or_in_other_forms_are_malformed(
    node: KoiosStandIn, open_reader: Opener, row: dict[str, Any]
) -> None:
    node.held.clear()
    node.known.add(TWO)
    node.twist = lambda asked, told: [*told, row] if about_addresses(asked) else told
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read({ADA: [ONE, TWO]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_tokens_are_refused_by_name_and_alone(node: KoiosStandIn, open_reader: Opener) -> None:
    token = Token("USDM", "cardano", "c48cbb3d5e57ed56e276bc45f99ab39abe94e6cd7ac39fb402da47ad.0014df105553444d", 6)
    reading = await open_reader(node.network, {"url": node.url}).read({**WANTED, token: ACCOUNTS}, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert reading.failed == {token: "tokens of Cardano are not read"}
