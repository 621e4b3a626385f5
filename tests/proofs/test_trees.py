"""Generated honest trees of every format are accepted, with the totals that they were made of."""

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import ProofStatus
from monitor.proofs import Expected, verify
from monitor.proofs.path_formats import BYBIT
from tests.support import trees

UNITS = st.integers(0, 10**16).map(lambda units: Decimal(units).scaleb(-8))
FEW = settings(max_examples=40, deadline=None)


def users(coins: int, *, most: int = 9) -> st.SearchStrategy[list[tuple[Decimal, ...]]]:
    return st.lists(st.tuples(*[UNITS] * coins), min_size=2, max_size=most)


def accepted(data: bytes, coins: Sequence[str], owed: Sequence[tuple[Decimal, ...]]) -> None:
    found = verify([trees.file("path.json", data)])
    assert found.status is ProofStatus.PROVEN, found.reason
    assert found.totals == {coin: trees.total(*(user[at] for user in owed)) for at, coin in enumerate(coins)}


@FEW
@given(users(3), st.data())
def test_okx_v1(owed: list[tuple[Decimal, ...]], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(owed) - 1))
    accepted(trees.okx_v1(owed, index), trees.OKX_COINS, owed)


@FEW
@given(st.sampled_from(BYBIT.orders[1:]), st.data())
def test_bybit_in_every_version(order: object, data: st.DataObject) -> None:
    coins = order.coins  # type: ignore[attr-defined]
    owed = data.draw(st.lists(st.tuples(*[UNITS] * len(coins)), min_size=2, max_size=4))
    index = data.draw(st.integers(0, len(owed) - 1))
    accepted(trees.bybit(coins, owed, index), coins, owed)


@FEW
@given(users(4), st.data())
def test_bitget(owed: list[tuple[Decimal, ...]], data: st.DataObject) -> None:
    coins = ("BTC", "USDT", "ETH", "BGB")
    index = data.draw(st.integers(0, len(owed) - 1))
    accepted(trees.comma(coins, owed, index, bitget=True), coins, owed)


@FEW
@given(users(3), st.data())
def test_bitunix(owed: list[tuple[Decimal, ...]], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(owed) - 1))
    accepted(trees.comma(trees.OKX_COINS, owed, index, bitget=False), trees.OKX_COINS, owed)


def some_of(coins: Sequence[str]) -> st.SearchStrategy[list[dict[str, Decimal]]]:
    """Customers who each have some assets; the first has all, so that the root has too."""
    all_of = st.fixed_dictionaries(dict.fromkeys(coins, UNITS))
    rest = st.dictionaries(st.sampled_from(coins), UNITS, min_size=1)
    return st.tuples(all_of, st.lists(rest, min_size=1, max_size=8)).map(lambda both: [both[0], *both[1]])


@FEW
@given(some_of(("BTC", "CET", "ETH", "USDT")), st.booleans(), st.data())
def test_coinex(owed: list[dict[str, Decimal]], repeated: bool, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(owed) - 1))
    found = verify([trees.file("path.json", trees.coinex(owed, index, repeated=repeated))])
    assert found.status is ProofStatus.PROVEN, found.reason
    assert found.totals == {coin: trees.total(*(user.get(coin, Decimal(0)) for user in owed)) for coin in owed[0]}


@FEW
@given(some_of(trees.MEXC_COINS), st.data())
def test_mexc(owed: list[dict[str, Decimal]], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(owed) - 1))
    found = verify([trees.file("path.json", trees.mexc(owed, index))])
    assert found.status is ProofStatus.PROVEN, found.reason
    assert found.totals == {
        coin: trees.total(*(user.get(coin, Decimal(0)) for user in owed)) for coin in trees.MEXC_COINS
    }


@FEW
@given(st.lists(st.lists(st.tuples(UNITS, UNITS, UNITS), min_size=1, max_size=3, unique=True), min_size=1, max_size=9))
def test_okx_v2_with_all_its_customers(owed: list[list[tuple[Decimal, ...]]]) -> None:
    found = verify(trees.files(trees.okx_v2(owed)))
    assert found.status is ProofStatus.PROVEN, found.reason
    shares = [share for user in owed for share in user]
    assert found.leaves == len(shares)
    assert found.totals == {
        coin: trees.total(*(share[at] for share in shares)) for at, coin in enumerate(trees.OKX_COINS)
    }


@FEW
@given(st.integers(0, 6), st.data())
def test_bitmex(depth: int, data: st.DataObject) -> None:
    amounts = data.draw(st.lists(st.integers(0, 10**13), min_size=2**depth, max_size=2**depth))
    account = data.draw(st.integers(0, len(amounts) - 1))
    tree = trees.file("liabilities.csv", trees.bitmex(amounts))
    found = verify([tree], Expected(user=f"{account}:{trees.ACCOUNT_NONCE}"))
    assert found.status is ProofStatus.PROVEN, found.reason
    assert found.totals == {"BTC": Decimal(sum(amounts)).scaleb(-8)}
    assert found.leaves == len(amounts)


@FEW
@given(users(2, most=20))
def test_the_network_firm(owed: list[tuple[Decimal, ...]]) -> None:
    rows = [[f"customer {at}", *map(trees.plain, user)] for at, user in enumerate(owed)]
    found = verify(trees.files(trees.network_firm(rows, ("BTC", "ETH"))), Expected(user="customer 1"))
    assert found.status is ProofStatus.PROVEN, found.reason
    assert found.totals == {"BTC": trees.total(*(u[0] for u in owed)), "ETH": trees.total(*(u[1] for u in owed))}
