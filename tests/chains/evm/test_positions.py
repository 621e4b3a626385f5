"""Positions are told in the coins that they stand for, by the rate of their contract at the same block."""

from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains import ChainError, Reason, Tag
from monitor.chains.evm.positions import unprovable
from monitor.model import BaseUnits, Rate, Token
from tests.chains.conftest import Opener
from tests.support.chains import ETH, ETHEREUM, USDT, account
from tests.support.positions import CUSDT, SDAI, WETH, selector, word
from tests.support.standins import EvmStandIn, RefusedError

Evm = Callable[..., Awaitable[EvmStandIn]]

A, B, C = account(1), account(2), account(3)
FINALIZED = Tag("finalized")
RATE = 225_123_456_789_012  # of cUSDT: 0.0225… USDT each, with 18 - 8 + 6 decimal places


def holding(node: EvmStandIn, token: Token, **shares: int) -> EvmStandIn:
    node.tokens[str(token.contract)] = {account(int(name[1:])): held for name, held in shares.items()}
    return node


def rated(node: EvmStandIn, token: Token, answer: Callable[[int], str]) -> EvmStandIn:
    node.rates[str(token.contract), selector(token)] = answer
    return node


async def test_a_factor_turns_units_into_coins_rounded_down(evm: Evm, open_reader: Opener) -> None:
    node = rated(holding(await evm(), CUSDT, a1=123_456_789_01, a2=1), CUSDT, lambda _: word(RATE))
    reading = await open_reader(ETHEREUM, {"url": node.url}).read({CUSDT: [A, B, C]}, FINALIZED)
    assert reading.balances == {CUSDT: {A: 12_345_678_901 * RATE // 10**18, B: 0, C: 0}}
    assert reading.rates == {CUSDT: Rate(BaseUnits(10**18), BaseUnits(RATE))}


async def test_a_function_of_an_amount_is_asked_about_all_shares_together(evm: Evm, open_reader: Opener) -> None:
    asked = []

    def convert(shares: int) -> str:
        asked.append(shares)
        return word(shares * 10**27 // 883_123_456_789_012_345_678_901_234)

    node = rated(holding(await evm(), SDAI, a1=10**24 + 7, a2=3 * 10**24), SDAI, convert)
    reading = await open_reader(ETHEREUM, {"url": node.url}).read({SDAI: [A, B]}, FINALIZED)
    total = 4 * 10**24 + 7
    assets = total * 10**27 // 883_123_456_789_012_345_678_901_234
    assert asked == [total]
    assert reading.rates == {SDAI: Rate(BaseUnits(total), BaseUnits(assets))}
    assert reading.balances[SDAI][A] == (10**24 + 7) * assets // total
    assert 0 <= assets - sum(reading.balances[SDAI].values()) <= 1


@pytest.mark.parametrize("shares", [0, 1])
async def test_less_than_one_share_is_told_by_the_rate_of_a_whole_one(
    evm: Evm, open_reader: Opener, shares: int
) -> None:
    node = rated(holding(await evm(), SDAI, a1=shares), SDAI, lambda asked: word(asked * 9 // 8))
    reading = await open_reader(ETHEREUM, {"url": node.url}).read({SDAI: [A]}, FINALIZED)
    assert reading.rates == {SDAI: Rate(BaseUnits(10**18), BaseUnits(10**18 * 9 // 8))}
    assert reading.balances == {SDAI: {A: shares}}


async def test_one_to_one_positions_ask_for_no_rate(evm: Evm, open_reader: Opener) -> None:
    node = holding(await evm(), WETH, a1=10**18)
    node.coins = {A: 5}
    reading = await open_reader(ETHEREUM, {"url": node.url}).read({WETH: [A], ETH: [A]}, FINALIZED)
    assert (reading.balances, reading.rates) == ({WETH: {A: 10**18}, ETH: {A: 5}}, {})


def _reverting(_: int) -> str:
    raise RefusedError(3, "execution reverted: market paused")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (_reverting, "exchangeRateCurrent() failed: execution reverted: market paused (3) at block 90"),
        (lambda _: "0x", "exchangeRateCurrent() returned 0 bytes at block 90"),
        (lambda _: word(RATE) + "00", "exchangeRateCurrent() returned 33 bytes that are more than uint256 at block 90"),
        (lambda _: word(0), "exchangeRateCurrent() returned 0 at block 90"),
        (lambda _: word(2**256 - 1), "by which an account has more than any can at block 90"),
    ],
)
async def test_a_rate_that_is_not_told_fails_the_position_alone_and_by_name(
    evm: Evm, open_reader: Opener, answer: Callable[[int], str], reason: str
) -> None:
    node = rated(holding(holding(await evm(), CUSDT, a1=10**19), USDT, a1=7), CUSDT, answer)
    reading = await open_reader(ETHEREUM, {"url": node.url}).read({CUSDT: [A], USDT: [A]}, FINALIZED)
    assert reading.balances == {USDT: {A: 7}}
    assert reading.failed.keys() == {CUSDT}
    assert reading.failed[CUSDT].endswith(reason)
    assert reading.rates == {}


async def test_an_answer_that_is_not_even_data_is_malformed(evm: Evm, open_reader: Opener) -> None:
    node = rated(holding(await evm(), CUSDT, a1=1), CUSDT, lambda _: "rubbish")
    with pytest.raises(ChainError, match="is not data") as failure:
        await open_reader(ETHEREUM, {"url": node.url}).read({CUSDT: [A]}, FINALIZED)
    assert failure.value.reason is Reason.MALFORMED


async def test_who_tells_another_rate_is_named_even_where_nobody_holds_any(evm: Evm, open_reader: Opener) -> None:
    honest, liar, other = [rated(holding(await evm(), CUSDT), CUSDT, lambda _: word(RATE)) for _ in range(3)]
    rated(liar, CUSDT, lambda _: word(RATE + 1))
    reader = open_reader(ETHEREUM, *({"url": node.url} for node in (honest, liar, other)), quorum=2)
    reading = await reader.read({CUSDT: [A]}, FINALIZED)
    assert reading.rates == {CUSDT: Rate(BaseUnits(10**18), BaseUnits(RATE))}
    assert [state.disagreements for state in reader.endpoints()] == [0, 1, 0]
    assert "the rate of USDT on ethereum (cUSDT" in reader.endpoints()[1].last_error


async def test_a_silenced_rate_is_asked_for_at_another_endpoint(evm: Evm, open_reader: Opener) -> None:
    silent, honest = [rated(holding(await evm(), CUSDT, a1=10**8), CUSDT, lambda _: word(RATE)) for _ in range(2)]
    rated(silent, CUSDT, _reverting)
    reading = await open_reader(ETHEREUM, {"url": silent.url}, {"url": honest.url}).read({CUSDT: [A]}, FINALIZED)
    assert (reading.failed, reading.rates) == ({}, {CUSDT: Rate(BaseUnits(10**18), BaseUnits(RATE))})


def test_what_a_rate_decides_is_not_provable() -> None:
    assert unprovable({ETH: [A], WETH: [A], CUSDT: [A]}).keys() == {CUSDT}


@given(
    shares=st.lists(st.integers(0, (1 << 128) - 1), max_size=8),
    asked=st.integers(1, 1 << 128),
    assets=st.integers(0, 1 << 128),
)
def test_rounding_never_makes_coins_and_costs_each_account_less_than_one_unit(
    shares: list[int], asked: int, assets: int
) -> None:
    rate = Rate(BaseUnits(asked), BaseUnits(assets))
    for each in shares:
        assert rate.units(BaseUnits(each)) * asked <= each * assets < (rate.units(BaseUnits(each)) + 1) * asked
    assert (
        rate.units(BaseUnits(sum(shares))) - len(shares)
        <= sum(rate.units(BaseUnits(each)) for each in shares)
        <= rate.units(BaseUnits(sum(shares)))
    )
