"""Sui: how many accounts a document holds, what is no coin, and what the service calls errors."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from monitor.chains import ChainError, Reason, Tag
from monitor.model import Token
from tests.chains.conftest import Opener
from tests.support.networks.standin import START
from tests.support.networks.sui import USDC, SuiStandIn

SUI = SuiStandIn.coin
ACCOUNTS = [SuiStandIn.account(number) for number in range(1, 61)]
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> SuiStandIn:
    return await stack.enter_async_context(SuiStandIn().give(ACCOUNTS).serving())


def documents(node: SuiStandIn) -> list[int]:
    """How many accounts each document asked for."""
    return [count for each in node.asked if (count := each.body["query"].count("...B}"))]


@pytest.mark.parametrize(
    ("limits", "size"),
    [
        ({"maxRichQueries": 21, "maxQueryNodes": 300, "maxQueryPayloadSize": 5000}, 21),
        ({"maxRichQueries": 100, "maxQueryNodes": 90, "maxQueryPayloadSize": 5000}, 10),
        ({"maxRichQueries": 100, "maxQueryNodes": 3000, "maxQueryPayloadSize": 3000}, 15),
        ({"maxRichQueries": 1, "maxQueryNodes": 1, "maxQueryPayloadSize": 1000}, 1),
        (None, 10),
    ],
)
async def test_documents_are_as_large_as_the_service_says(
    node: SuiStandIn, open_reader: Opener, limits: Any, size: int
) -> None:
    node.limits = limits
    wanted = {SUI: ACCOUNTS[:30]}
    reader = open_reader(node.network, {"url": node.url, "protocol": "sui-graphql"})
    reading = await reader.read(wanted, FINALIZED)
    assert reading.balances == node.truth(wanted, START)
    assert max(documents(node)) == size
    assert sum(documents(node)) == 30


async def test_accounts_are_asked_for_the_coins_that_are_wanted_of_them(node: SuiStandIn, open_reader: Opener) -> None:
    wanted = {SUI: ACCOUNTS[:5], USDC: ACCOUNTS[3:9]}
    reading = await open_reader(node.network, {"url": node.url}).read(wanted, FINALIZED)
    assert reading.balances == node.truth(wanted, START)


async def test_a_type_that_is_no_coin_fails_by_name_and_alone(node: SuiStandIn, open_reader: Opener) -> None:
    other = Token("OTHER", "sui", "0x5d4b302506645c37ff133b98c4b50a5ae14841659738d6d733d59d0d217a93bf::coin::COIN", 6)
    node.decimals[str(USDC.contract)] = 9
    reading = await open_reader(node.network, {"url": node.url}).read(
        {SUI: ACCOUNTS[:1], USDC: ACCOUNTS, other: ACCOUNTS}, FINALIZED
    )
    assert set(reading.balances) == {SUI}
    assert reading.failed == {
        USDC: "its metadata say 9 decimals, the registry 6",
        other: f"there is no coin of the type {other.contract} at checkpoint {START}",
    }


@pytest.mark.parametrize("told", [ACCOUNTS[1], ACCOUNTS[0].upper()])
async def test_an_answer_about_somebody_else_is_malformed(node: SuiStandIn, open_reader: Opener, told: str) -> None:
    def other(_: Any, document: Any) -> Any:
        query = (document["data"].get("checkpoint") or {}).get("query")
        if query:
            query["a0"]["address"] = told
        return document

    node.twist = other
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read({SUI: ACCOUNTS[:1]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_data_beside_errors_are_not_believed(node: SuiStandIn, open_reader: Opener) -> None:
    def partly(asked: Any, document: Any) -> Any:
        return document | {"errors": [{"message": "Request timed out"}]} if "...B" in asked.body["query"] else document

    node.twist = partly
    with pytest.raises(ChainError, match="Request timed out") as caught:
        await open_reader(node.network, {"url": node.url}).read({SUI: ACCOUNTS[:1]}, FINALIZED)
    assert caught.value.reason is Reason.RPC_ERROR


async def test_another_digest_of_the_same_checkpoint_is_not_the_one(node: SuiStandIn, open_reader: Opener) -> None:
    def other(asked: Any, document: Any) -> Any:
        if "...B" in asked.body["query"]:
            document["data"]["checkpoint"]["digest"] = "8QaM4tVY6bcAqpQDVYdWqBpsdqf1TgZ8oZVY4vhEDpRz"
        return document

    node.twist = other
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read({SUI: ACCOUNTS[:1]}, FINALIZED)
    assert caught.value.reason is Reason.TIP_MOVED
