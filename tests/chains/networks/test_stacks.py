"""Stacks, by ``stacks-api``: blocks by their index hash, and what is stacked."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from monitor.chains import ChainError, Reason, Tag
from monitor.model import PositionKind, Token
from monitor.registry.addresses import decode
from tests.chains.conftest import Opener
from tests.support.networks.stacks import StacksStandIn
from tests.support.networks.standin import START

STX = StacksStandIn.coin
ACCOUNTS = [StacksStandIn.account(number) for number in range(1, 4)]
ONE, *_ = ACCOUNTS
WANTED = {STX: ACCOUNTS}
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> StacksStandIn:
    return await stack.enter_async_context(StacksStandIn().give(ACCOUNTS).serving())


def test_made_up_accounts_are_addresses() -> None:
    assert [decode(StacksStandIn.network, each).canonical for each in ACCOUNTS] == ACCOUNTS


async def test_what_is_stacked_counts_and_is_listed_apart(node: StacksStandIn, open_reader: Opener) -> None:
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    owned = node.truth(WANTED, START)[STX]
    assert reading.balances == {STX: owned}
    stacked = {each: units // 3 for each, units in owned.items() if units}
    assert reading.positions == {STX.part("stacked", PositionKind.LOCKED): stacked}


async def test_accounts_are_asked_for_at_the_block_s_hash_and_first_at_one_that_nobody_has(
    node: StacksStandIn, open_reader: Opener
) -> None:
    await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    nobodys, *tips = [dict(each.query)["tip"] for each in node.asked if "/accounts/" in each.path]
    assert int(nobodys, 16) > START
    assert tips == [f"{START:064x}"] * len(ACCOUNTS)


async def test_a_node_behind_its_api_is_behind(node: StacksStandIn, open_reader: Opener) -> None:
    node.node_behind = 2
    with pytest.raises(ChainError, match=f"state of block {START}; its newest is {START - 2}") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.BEHIND


@pytest.mark.parametrize(
    "changed", [{"balance": "0x05"}, {"balance": 5}, {"locked": None}, {"locked": "0x" + "f" * 32}, {"locked": "0x"}]
)
async def test_amounts_in_other_forms_are_malformed(
    node: StacksStandIn, open_reader: Opener, changed: dict[str, Any]
) -> None:
    node.twist = lambda asked, told: told | changed if asked.path.endswith(ONE) else told
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_a_block_beside_the_chain_is_none(node: StacksStandIn, open_reader: Opener) -> None:
    node.twist = lambda asked, told: told | {"canonical": False} if "/blocks/" in asked.path else told
    with pytest.raises(ChainError, match="not of the chain") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_tokens_are_refused_by_name_and_alone(node: StacksStandIn, open_reader: Opener) -> None:
    token = Token("SBTC", "stacks", "SM3VDXK3WZZSA84XXFKAFAF15NNZX32CTSG82JFQ4.sbtc-token", 8)
    reading = await open_reader(node.network, {"url": node.url}).read({**WANTED, token: ACCOUNTS}, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert reading.failed == {token: "tokens of Stacks are not read"}
