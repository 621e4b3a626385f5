"""Positions on a real anvil: contracts that tell a rate in each way there is, at the block of the balances."""

import pytest

from monitor.chains import AtHeight, Tag
from monitor.model import BaseUnits, Height, Rate
from tests.chains.conftest import Opener
from tests.support.chains import ETHEREUM, account
from tests.support.evm import ACCRUING, OF_AMOUNT, REVERTING, hold, put_position
from tests.support.nodes import AnvilFactory
from tests.support.positions import CUSDT, SDAI, WETH

pytestmark = pytest.mark.integration

A, B = account(0xA0001), account(0xB0001)
FACTOR = 225_000_000_000_000
LATEST = Tag("latest")


async def test_every_way_to_tell_a_rate_is_read_with_the_balances(anvil: AnvilFactory, open_reader: Opener) -> None:
    node = anvil()
    put_position(node, str(CUSDT.contract), "exchangeRateCurrent()", ACCRUING)
    put_position(node, str(SDAI.contract), "convertToAssets(uint256)", OF_AMOUNT)
    put_position(node, str(WETH.contract), "none()", REVERTING)
    hold(node, str(CUSDT.contract), "0x0", FACTOR)
    hold(node, str(SDAI.contract), "0x0", 1_132_345_678_901_234_567)
    for token, units in ((CUSDT, 123_456_789_012_345), (SDAI, 7 * 10**21 + 1), (WETH, 3)):
        hold(node, str(token.contract), A, units)
    node.mine()
    reading = await open_reader(ETHEREUM, {"url": node.url}).read({CUSDT: [A, B], SDAI: [A, B], WETH: [A]}, LATEST)
    accrued = FACTOR + reading.block.number
    assets = (7 * 10**21 + 1) * 1_132_345_678_901_234_567 // 10**18
    assert reading.failed == {}
    assert reading.rates == {
        CUSDT: Rate(BaseUnits(10**18), BaseUnits(accrued)),
        SDAI: Rate(BaseUnits(7 * 10**21 + 1), BaseUnits(assets)),
    }
    assert reading.balances == {
        CUSDT: {A: 123_456_789_012_345 * accrued // 10**18, B: 0},
        SDAI: {A: assets, B: 0},
        WETH: {A: 3},
    }
    assert int(node.rpc("eth_getStorageAt", CUSDT.contract, "0x1", "latest"), 16) == 0, "asking has changed nothing"


async def test_the_rate_is_that_of_the_block_that_the_balances_are_read_at(
    anvil: AnvilFactory, open_reader: Opener
) -> None:
    node = anvil()
    put_position(node, str(CUSDT.contract), "exchangeRateCurrent()", ACCRUING)
    hold(node, str(CUSDT.contract), A, 10**18)
    node.mine(5)
    reader = open_reader(ETHEREUM, {"url": node.url})
    for height in (2, 4):
        reading = await reader.read({CUSDT: [A]}, AtHeight(Height(height)))
        assert (reading.block.number, reading.rates) == (height, {CUSDT: Rate(BaseUnits(10**18), BaseUnits(height))})
        assert reading.balances == {CUSDT: {A: height}}


async def test_a_rate_that_reverts_or_is_not_there_fails_the_position_by_name(
    anvil: AnvilFactory, open_reader: Opener
) -> None:
    node = anvil()
    put_position(node, str(CUSDT.contract), "exchangeRateCurrent()", REVERTING)
    put_position(node, str(SDAI.contract), "convertToAssets(uint256)", OF_AMOUNT)
    put_position(node, str(WETH.contract), "none()", REVERTING)
    hold(node, str(WETH.contract), A, 3)
    node.mine()
    reading = await open_reader(ETHEREUM, {"url": node.url}).read({CUSDT: [A], SDAI: [A], WETH: [A]}, LATEST)
    assert reading.balances == {WETH: {A: 3}}
    assert reading.failed[CUSDT].startswith("exchangeRateCurrent() failed: execution reverted")
    assert reading.failed[SDAI].startswith("convertToAssets(uint256) returned 0 at block ")
