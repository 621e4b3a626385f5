"""Aptos: which asset is asked for, what is no asset, and versions that lists state as heights."""

from contextlib import AsyncExitStack

import pytest

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.model import Height, Token
from tests.chains.conftest import Opener
from tests.support.networks.aptos import VERSIONS, AptosStandIn
from tests.support.networks.standin import START, Refusal

ONE = AptosStandIn.account(1)
APT, (USDT, USDC) = AptosStandIn.coin, AptosStandIn.tokens
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> AptosStandIn:
    return await stack.enter_async_context(AptosStandIn().give([ONE]).serving())


async def test_a_block_is_read_at_its_last_version(node: AptosStandIn, open_reader: Opener) -> None:
    await open_reader(node.network, {"url": node.url}).read({APT: [ONE], USDT: [ONE]}, Depth(7))
    version = VERSIONS * (START - 7) + 3
    asked = [
        each for each in node.asked if "balance" in each.path and each.query != (("ledger_version", f"{version}"),)
    ]
    assert [each.query for each in asked] == [(("ledger_version", str(version + 2**40)),)], "that nobody has"


async def test_tokens_that_are_not_what_the_registry_says_fail_by_name_and_alone(
    node: AptosStandIn, open_reader: Opener
) -> None:
    del node.decimals[str(USDC.contract)]
    node.decimals[str(USDT.contract)] = 8
    coin = Token("USDT", "aptos", "0xf22bede237a07e121b56d91a491eb7bcdfd1f5907926a9e58338f964a01b17fa::asset::USDT", 6)
    reading = await open_reader(node.network, {"url": node.url}).read(
        {APT: [ONE], USDT: [ONE], USDC: [ONE], coin: [ONE]}, FINALIZED
    )
    assert reading.balances == {APT: {ONE: node.units(None, ONE, START)}}
    assert set(reading.failed.values()) == {
        "its metadata say 8 decimals, the registry 6",
        f"there is no asset at {USDC.contract} at version {VERSIONS * START + 3}",
        f"there is no asset at {coin.contract} at version {VERSIONS * START + 3}",
    }
    assert f"/resource/0x1::coin::CoinInfo<{coin.contract}>" in " ".join(each.path for each in node.asked)


@pytest.mark.parametrize("code", ["account_not_found", "resource_not_found", "web_framework_error"])
async def test_a_node_that_tells_of_no_account_where_a_balance_is_due_says_nothing_of_zero(
    node: AptosStandIn, open_reader: Opener, code: str
) -> None:
    answer = node.answer

    def refusing(asked: object) -> object:
        if f"/{ONE}/balance" in str(asked) and str(2**40)[:6] not in str(asked):
            raise Refusal(404, {"message": "not found", "error_code": code})
        return answer(asked)  # type: ignore[arg-type]

    node.answer = refusing  # type: ignore[method-assign]
    with pytest.raises(ChainError, match=code) as caught:
        await open_reader(node.network, {"url": node.url}).read({APT: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_a_version_that_a_list_states_as_its_height_is_read_as_one(
    node: AptosStandIn, open_reader: Opener
) -> None:
    version = VERSIONS * (START - 100) + 1
    reading = await open_reader(node.network, {"url": node.url}).read({APT: [ONE]}, AtHeight(Height(version)))
    assert (reading.block.number, reading.block.hash) == (version, f"0x{9 * version:064x}")
    assert reading.balances[APT][ONE] == node.units(None, ONE, START - 100)
    assert all(each.query == (("ledger_version", str(version)),) for each in node.asked[-1:])


@pytest.mark.parametrize("number", [START + 1, 2 * START, VERSIONS * (START + 1)])
async def test_a_number_that_is_no_version_yet_is_a_block_that_has_not_come(
    node: AptosStandIn, open_reader: Opener, number: int
) -> None:
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read({APT: [ONE]}, AtHeight(Height(number)))
    assert caught.value.reason is Reason.BEHIND
