"""Conflux Core, by ``conflux``: which epoch, and what an account owns."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from monitor.chains import ChainError, Depth, Reason, Tag
from monitor.model import PositionKind, Token
from tests.chains.conftest import Opener
from tests.support.networks.conflux import ConfluxStandIn
from tests.support.networks.standin import START, Asked

CFX = ConfluxStandIn.coin
ACCOUNTS = [ConfluxStandIn.account(number) for number in range(1, 4)]
ONE, TWO, _ = ACCOUNTS
WANTED = {CFX: ACCOUNTS}
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> ConfluxStandIn:
    return await stack.enter_async_context(ConfluxStandIn().give(ACCOUNTS).serving())


@pytest.mark.parametrize(
    ("choice", "below"),
    [(FINALIZED, 20), (Tag("safe"), 10), (Tag("latest"), 0), (Depth(0), 0), (Depth(7), 7)],
    ids=str,
)
async def test_epochs_are_final_or_confirmed_or_the_newest(
    node: ConfluxStandIn, open_reader: Opener, choice: Any, below: int
) -> None:
    node.unconfirmed = 10
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, choice)
    assert (reading.block.number, reading.block.hash) == (START - below, node.hash_of(START - below))
    assert reading.balances == node.truth(WANTED, START - below)


async def test_what_is_staked_or_collateral_is_listed_apart(node: ConfluxStandIn, open_reader: Opener) -> None:
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    owned = node.truth(WANTED, START)[CFX]
    assert reading.positions == {
        CFX.part("staked", PositionKind.STAKED): {each: units // 2 for each, units in owned.items() if units},
        CFX.part("collateral", PositionKind.LOCKED): {each: units // 8 for each, units in owned.items() if units},
    }


async def test_accounts_are_asked_for_in_batches_and_first_at_an_epoch_that_there_is_not(
    node: ConfluxStandIn, open_reader: Opener
) -> None:
    await open_reader(node.network, {"url": node.url, "batch": 2}).read(WANTED, FINALIZED)
    (_, nobodys), *asked = node.calls("cfx_getAccount")
    assert int(nobodys, 16) > 2**30
    assert asked == [[account, hex(START)] for account in ACCOUNTS]
    assert len([each for each in node.asked if isinstance(each.body, list)]) == 1


async def test_an_epoch_whose_block_was_replaced_while_it_was_read_is_not_counted(
    node: ConfluxStandIn, open_reader: Opener
) -> None:
    def twist(asked: Asked, answer: Any) -> Any:
        if asked.path == "cfx_getAccount":
            node.replaced[START] = f"0x{START + len(node.asked):064x}"
        return answer

    node.twist = twist
    with pytest.raises(ChainError, match=f"its block {START} is") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.TIP_MOVED


@pytest.mark.parametrize(
    "changed",
    [
        {"address": TWO.upper()},
        {"address": "CFX:TYPE.CONTRACT:" + ONE.removeprefix("cfx:").upper()},
        {"stakingBalance": "0x"},
        {"collateralForStorage": None},
        {"balance": "0x" + "f" * 64, "stakingBalance": "0x1"},
    ],
)
async def test_answers_of_others_or_in_other_forms_are_malformed(
    node: ConfluxStandIn, open_reader: Opener, changed: dict[str, Any]
) -> None:
    ones = str([ONE, hex(START)])
    node.twist = lambda asked, told: told | changed if str(asked.body) == ones else told
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_what_a_node_says_besides_is_no_zero(node: ConfluxStandIn, open_reader: Opener) -> None:
    error = {"error": {"code": -32000, "message": "Internal error", "data": "storage"}}
    node.twist = lambda asked, told: error if asked.path == "cfx_getAccount" else told
    with pytest.raises(ChainError, match=r"Internal error .* storage") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.RPC_ERROR


async def test_tokens_are_refused_by_name_and_alone(node: ConfluxStandIn, open_reader: Opener) -> None:
    token = Token("USDT", "conflux", "cfx:acf2rcsh8payyxpg6xj7b0ztswwh81ute60tsw35j7", 18)
    reading = await open_reader(node.network, {"url": node.url}).read({**WANTED, token: ACCOUNTS}, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert reading.failed == {token: "tokens of Conflux Core are not read"}
