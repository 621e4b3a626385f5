"""Internet Computer, by ``icp-rosetta``: each answer names the block that it was asked about."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from monitor.chains import ChainError, Reason, Tag
from monitor.model import Token
from tests.chains.conftest import Opener
from tests.support.networks.internet_computer import RosettaStandIn
from tests.support.networks.standin import START, Asked, Refusal

ICP = RosettaStandIn.coin
ACCOUNTS = [RosettaStandIn.account(number) for number in range(1, 4)]
WANTED = {ICP: ACCOUNTS}
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> RosettaStandIn:
    return await stack.enter_async_context(RosettaStandIn().give(ACCOUNTS).serving())


def about_balances(asked: Asked) -> bool:
    return asked.path.endswith("/account/balance")


async def test_each_account_is_asked_for_at_the_block_s_index_and_hash(
    node: RosettaStandIn, open_reader: Opener
) -> None:
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    named = [each.body["block_identifier"] for each in node.asked if about_balances(each)]
    assert named == [{"index": START, "hash": f"{START:064x}"}] * len(ACCOUNTS)


@pytest.mark.parametrize("other", [{"index": START - 1}, {"hash": "f" * 64}])
async def test_an_answer_of_another_block_is_not_believed(
    node: RosettaStandIn, open_reader: Opener, other: dict[str, Any]
) -> None:
    node.twist = lambda asked, told: (
        told | {"block_identifier": told["block_identifier"] | other} if about_balances(asked) else told
    )
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.UNPINNED


@pytest.mark.parametrize(
    "amounts",
    [
        [],
        [{"value": "5", "currency": {"symbol": "TESTICP", "decimals": 8}}],
        [{"value": "5", "currency": {"symbol": "ICP", "decimals": 9}}],
        [{"value": "-5", "currency": {"symbol": "ICP", "decimals": 8}}],
        2 * [{"value": "5", "currency": {"symbol": "ICP", "decimals": 8}}],
    ],
)
async def test_amounts_of_something_else_are_malformed(
    node: RosettaStandIn, open_reader: Opener, amounts: list[Any]
) -> None:
    node.twist = lambda asked, told: told | {"balances": amounts} if about_balances(asked) else told
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_what_a_server_says_besides_is_no_zero(node: RosettaStandIn, open_reader: Opener) -> None:
    def twist(asked: Asked, told: Any) -> Any:
        if about_balances(asked):
            raise Refusal(500, {"code": 711, "message": "Account not found", "retriable": False})
        return told

    node.twist = twist
    with pytest.raises(ChainError, match="Account not found") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.RPC_ERROR


async def test_tokens_are_refused_by_name_and_alone(node: RosettaStandIn, open_reader: Opener) -> None:
    token = Token("CKBTC", "internet-computer", "mxzaz-hqaaa-aaaar-qaada-cai", 8)
    reading = await open_reader(node.network, {"url": node.url}).read({**WANTED, token: ACCOUNTS}, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert reading.failed == {token: "tokens of Internet Computer are not read"}
