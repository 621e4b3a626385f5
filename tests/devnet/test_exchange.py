from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.devnet.exchange import Exchange, RequestError, amount_of
from monitor.devnet.holdings import Holding, holdings
from monitor.devnet.keys import Key
from monitor.model import Token

HOT_BTC = 840 * 100_000_000


class Book:
    """A ledger without a chain."""

    def __init__(self) -> None:
        self.units: dict[tuple[Token, str], int] = {}

    def fund(self, rows: Sequence[Holding]) -> int:
        self.units = {(row.token, row.address): row.units for row in rows}
        return 7

    def balance(self, token: Token, address: str) -> int:
        return self.units.get((token, address), 0)

    def address(self, key: Key) -> str:
        return key.bitcoin_address if any(token.asset == "BTC" for token, _ in self.units) else key.evm_address

    def move(self, token: Token, units: int, sender: Key, recipient: Key) -> str:
        for key, change in ((sender, -units), (recipient, units)):
            place = token, self.address(key)
            self.units[place] = self.units.get(place, 0) + change
            assert self.units[place] >= 0
        return "a transaction"


@pytest.fixture
def exchange() -> Exchange:
    funded = Exchange(holdings(), {name: Book() for name in ("bitcoin", "ethereum", "arbitrum")})
    assert funded.fund() == {"bitcoin": 7, "ethereum": 7, "arbitrum": 7}
    return funded


def test_a_share_is_of_the_reserves_that_are_there_now(exchange: Exchange) -> None:
    exchange.drain("BTC", "10%")
    assert exchange.standing("BTC").reserves == 945
    exchange.drain("BTC", "10%")
    assert exchange.standing("BTC").reserves == Decimal("850.5")


def test_an_amount_leaves_to_the_satoshi(exchange: Exchange) -> None:
    [transfer] = exchange.drain("BTC", "3.00000001")
    assert transfer.units == 300_000_001
    now = exchange.standing("BTC")
    assert (now.reserves, now.hot, now.elsewhere) == (
        Decimal("1046.99999999"),
        Decimal("836.99999999"),
        Decimal("3.00000001"),
    )


def test_what_is_less_than_a_satoshi_stays(exchange: Exchange) -> None:
    [transfer] = exchange.drain("BTC", "0.000000019")
    assert transfer.units == 1
    with pytest.raises(RequestError, match=r"0\.000000009 of 1049\.99999999 BTC is less than the smallest unit"):
        exchange.drain("BTC", "0.000000009")


def test_a_drain_goes_on_to_the_next_network_when_a_hot_wallet_is_empty(exchange: Exchange) -> None:
    assert list(map(str, exchange.drain("ETH", "70%"))) == ["6240 ETH on ethereum", "970 ETH on arbitrum"]
    assert exchange.standing("ETH").ratio == Decimal("0.309")


def test_more_than_the_hot_wallets_hold_is_refused_with_the_most_that_can_leave(exchange: Exchange) -> None:
    with pytest.raises(RequestError, match=r"945 BTC cannot leave: the hot wallets hold 840, 80\.00 % of the reserves"):
        exchange.drain("BTC", "90%")
    assert exchange.standing("BTC").reserves == 1050
    assert sum(transfer.units for transfer in exchange.drain("BTC", "80%")) == HOT_BTC
    with pytest.raises(RequestError, match="hold no BTC any more"):
        exchange.drain("BTC", "1")


@given(st.lists(st.integers(1, HOT_BTC // 4), min_size=1, max_size=4))
def test_a_refill_undoes_any_drains_exactly(amounts: list[int]) -> None:
    exchange = Exchange(holdings(), {name: Book() for name in ("bitcoin", "ethereum", "arbitrum")})
    exchange.fund()
    before = exchange.standing("BTC")
    for satoshi in amounts:
        exchange.drain("BTC", str(Decimal(satoshi).scaleb(-8)))
    assert exchange.standing("BTC").elsewhere == Decimal(sum(amounts)).scaleb(-8)
    exchange.refill("BTC")
    assert exchange.standing("BTC") == before


def test_a_refill_without_a_drain_moves_nothing(exchange: Exchange) -> None:
    assert exchange.refill("USDT") == []


def test_an_asset_that_the_exchange_does_not_hold_is_refused_by_name(exchange: Exchange) -> None:
    with pytest.raises(RequestError, match="holds no DOGE; it holds BTC, ETH, USDT"):
        exchange.drain("DOGE", "10%")


@pytest.mark.parametrize("share", ["", "%", "ten", "-1", "0", "0%", "nan", "inf%", "10 percent"])
def test_a_share_that_is_no_positive_number_is_refused(share: str) -> None:
    with pytest.raises(RequestError, match=r"write it like 10% or 3\.5"):
        amount_of(share, Decimal(1))


@given(st.decimals("0.0001", 100, places=4), st.integers(1, 10**30))
def test_a_share_is_exact_however_long_the_numbers_are(percentage: Decimal, whole: int) -> None:
    assert Fraction(amount_of(f"{percentage}%", Decimal(whole))) == Fraction(percentage) * whole / 100
