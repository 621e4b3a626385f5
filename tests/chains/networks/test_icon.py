"""ICON, by ``icon``: balances and stakes at one height."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from monitor.chains import ChainError, Reason, Tag
from monitor.model import PositionKind, Token
from tests.chains.conftest import Opener
from tests.support.networks.icon import IconStandIn
from tests.support.networks.standin import START

ICX = IconStandIn.coin
ACCOUNTS = [IconStandIn.account(number) for number in range(1, 4)]
ONE, _, THREE = ACCOUNTS
WANTED = {ICX: ACCOUNTS}
FINALIZED = Tag("finalized")
STAKED, UNSTAKING = (ICX.part(name, PositionKind.STAKED) for name in ("staked", "unstaking"))


@pytest.fixture
async def node(stack: AsyncExitStack) -> IconStandIn:
    return await stack.enter_async_context(IconStandIn().give(ACCOUNTS).serving())


async def test_what_is_staked_or_on_its_way_back_counts_and_is_listed_apart(
    node: IconStandIn, open_reader: Opener
) -> None:
    node.unstaking = {THREE}
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    owned = node.truth(WANTED, START)[ICX]
    assert reading.balances == {ICX: owned}
    assert reading.positions == {
        STAKED: {each: owned[each] // 2 for each in (ONE, THREE)},
        UNSTAKING: {THREE: 2 * (owned[THREE] // 8)},
    }


@pytest.mark.parametrize(
    ("stake", "unstaking"),
    [
        ({"stake": "0x5"}, 0),
        ({"stake": "0x5", "unstakes": None}, 0),
        ({"stake": "0x5", "unstake": "0x7", "unstakeBlockHeight": "0x1"}, 7),
    ],
)
async def test_stakes_in_the_forms_of_other_versions_are_read(
    node: IconStandIn, open_reader: Opener, stake: dict[str, Any], unstaking: int
) -> None:
    node.twist = lambda asked, told: stake if asked.path == "icx_call" and "stake" in told else told
    reading = await open_reader(node.network, {"url": node.url}).read({ICX: [ONE]}, FINALIZED)
    free = node.truth(WANTED, START)[ICX][ONE]
    assert reading.balances == {ICX: {ONE: free - free // 2 + 5 + unstaking}}


async def test_both_calls_name_the_height_and_first_one_that_there_is_not(
    node: IconStandIn, open_reader: Opener
) -> None:
    await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    for method in ("icx_getBalance", "icx_call"):
        far, *heights = [int(each["height"], 16) for each in node.calls(method)]
        assert far > 2**39
        assert heights == [START] * len(ACCOUNTS)


async def test_a_node_that_looks_at_the_height_in_one_call_only_is_not_believed(
    node: IconStandIn, open_reader: Opener
) -> None:
    node.twist = lambda asked, told: {"stake": "0x0", "unstakes": []} if asked.path == "icx_call" else told
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.UNPINNED


async def test_what_a_node_says_besides_is_no_zero(node: IconStandIn, open_reader: Opener) -> None:
    error = {"error": {"code": -31000, "message": "SystemError"}}
    node.twist = lambda asked, told: error if asked.path == "icx_getBalance" else told
    with pytest.raises(ChainError, match="SystemError") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.RPC_ERROR


async def test_tokens_are_refused_by_name_and_alone(node: IconStandIn, open_reader: Opener) -> None:
    token = Token("BNUSD", "icon", "cx88fd7df7ddff82f7cc735c871dc519838cb235bb", 18)
    reading = await open_reader(node.network, {"url": node.url}).read({**WANTED, token: ACCOUNTS}, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert reading.failed == {token: "tokens of ICON are not read"}
