"""Flow, by ``flow-access``: sealed blocks by their height."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from monitor.chains import ChainError, Depth, Reason, Tag
from monitor.model import Token
from tests.chains.conftest import Opener
from tests.support.networks.flow import FlowStandIn
from tests.support.networks.standin import START, Refusal

FLOW = FlowStandIn.coin
ACCOUNTS = [FlowStandIn.account(number) for number in range(1, 4)]
ONE, TWO, _ = ACCOUNTS
WANTED = {FLOW: ACCOUNTS}
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> FlowStandIn:
    return await stack.enter_async_context(FlowStandIn().give(ACCOUNTS).serving())


@pytest.mark.parametrize(("choice", "below"), [(FINALIZED, 0), (Tag("latest"), 0), (Depth(7), 7)], ids=str)
async def test_accounts_are_asked_for_at_the_height_and_first_at_one_that_there_is_not(
    node: FlowStandIn, open_reader: Opener, choice: Any, below: int
) -> None:
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, choice)
    assert reading.balances == node.truth(WANTED, START - below)
    heights = [int(dict(each.query)["block_height"]) for each in node.asked if "/accounts/" in each.path]
    assert heights[0] > 2**40
    assert heights[1:] == [START - below] * len(ACCOUNTS)


async def test_an_account_that_there_is_not_fails_by_name(node: FlowStandIn, open_reader: Opener) -> None:
    node.missing.add(TWO)
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert reading.failed == {FLOW: f"there is no account {TWO} at block {START}"}
    assert not reading.balances


@pytest.mark.parametrize("changed", [{"address": TWO.removeprefix("0x")}, {"balance": 5}, {"balance": "5.0"}])
async def test_answers_of_others_or_in_other_forms_are_malformed(
    node: FlowStandIn, open_reader: Opener, changed: dict[str, Any]
) -> None:
    node.twist = lambda asked, told: told | changed if asked.path.endswith(ONE) else told
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_what_a_node_says_besides_is_no_zero(node: FlowStandIn, open_reader: Opener) -> None:
    def twist(asked: Any, told: Any) -> Any:
        if asked.path.endswith(ONE):
            raise Refusal(400, {"code": 400, "message": "Invalid Flow request: computation limit exceeded"})
        return told

    node.twist = twist
    with pytest.raises(ChainError, match="computation limit exceeded") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.HTTP_STATUS


async def test_tokens_are_refused_by_name_and_alone(node: FlowStandIn, open_reader: Opener) -> None:
    token = Token("USDC", "flow", "A.f1ab99c82dee3526.USDCFlow", 8)
    reading = await open_reader(node.network, {"url": node.url}).read({**WANTED, token: ACCOUNTS}, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert reading.failed == {token: "tokens of Flow are not read"}
