"""Totals per coin id: what is stated, what the rows add up to, and what the chain says of them."""

from decimal import Decimal

from monitor.judgement import Comparison, totals
from monitor.model import Claim, StatedTotal
from tests.support.judgement import claim

TWO = Decimal(2)
MATCH = Comparison(match=True, found=TWO)


def row(coin: str, amount: str | None = "2", file: str = "list.csv", account: str = "") -> Claim:
    return claim(account or f"{coin} {amount} {file}", coin=coin, amount=Decimal(amount) if amount else None, file=file)


def denied(found: str) -> Comparison:
    return Comparison(match=False, found=Decimal(found))


def unjudged(found: str | None = None) -> Comparison:
    return Comparison(None, Decimal(found) if found else None, "no amount is claimed")


def stated(coin: str, coins: tuple[str, ...], amount: str, summed: str, *, agrees: bool) -> StatedTotal:
    return StatedTotal("list.csv", coin, coins, Decimal(amount), Decimal(summed), agrees)


def test_a_total_has_what_is_stated_what_is_claimed_and_what_is_found() -> None:
    claims = [row("ETH"), row("ETH", "3.0000000000000000001"), row("ETH-ARBITRUM", "1")]
    compared = [MATCH, denied("1"), unjudged()]
    summary = [
        stated("ETH(ALL)", ("ETH", "ETH-ARBITRUM"), "6", "6.0000000000000000001", agrees=True),
        stated("ETH", ("ETH",), "5.2", "5.0000000000000000001", agrees=False),
    ]
    found = {total.coin: total for total in totals(claims, compared, summary)}
    assert found.keys() == {"ETH(ALL)", "ETH", "ETH-ARBITRUM"}
    both, eth, arbitrum = found["ETH(ALL)"], found["ETH"], found["ETH-ARBITRUM"]
    assert (both.stated, both.agrees, both.rows, both.claimed) == (
        Decimal(6),
        True,
        3,
        Decimal("6.0000000000000000001"),
    )
    assert (both.judged, both.claimed_of_judged, both.found) == (2, Decimal("5.0000000000000000001"), Decimal(3))
    assert (eth.stated, eth.agrees, eth.rows, eth.judged) == (Decimal("5.2"), False, 2, 2)
    assert eth.missing == Decimal("2.0000000000000000001")
    assert (arbitrum.stated, arbitrum.agrees, arbitrum.claimed) == (None, True, Decimal(1))
    assert (arbitrum.judged, arbitrum.found, arbitrum.missing) == (0, None, Decimal(0))


def test_what_is_found_without_being_claimed_is_in_no_total() -> None:
    (total,) = totals([row("ETH"), row("ETH", None)], [MATCH, unjudged("9")], [])
    assert (total.claimed, total.claimed_of_judged, total.found, total.judged) == (TWO, TWO, TWO, 1)


def test_the_worst_comes_first() -> None:
    claims = [row(coin) for coin in ("FINE", "LESS", "LEAST", "MORE", "DENIED", "NOTHING")]
    compared = [MATCH, denied("1.9"), denied("0.5"), denied("7"), MATCH, unjudged()]
    summary = [stated("DENIED", ("DENIED",), "3", "2", agrees=False)]
    worst_first = [total.coin for total in totals(claims, compared, summary)]
    assert worst_first == ["LEAST", "LESS", "MORE", "DENIED", "FINE", "NOTHING"]


def test_a_share_that_is_missing_weighs_more_than_an_amount() -> None:
    found = totals([row("LARGE", "1000"), row("SMALL")], [denied("990"), denied("1")], [])
    assert [(total.coin, total.missing) for total in found] == [("SMALL", Decimal(1)), ("LARGE", Decimal(10))]


def test_totals_of_two_files_are_not_mixed() -> None:
    claims = [row("ETH"), row("ETH", "1", "other.csv")]
    found = totals(claims, [MATCH, denied("1")], [stated("ETH", ("ETH",), "2", "2", agrees=True)])
    assert [(total.file, total.claimed, total.stated) for total in found] == [
        ("list.csv", TWO, TWO),
        ("other.csv", Decimal(1), None),
    ]


def test_a_total_without_rows_is_told() -> None:
    (total,) = totals([], [], [stated("BTC(ALL)", (), "5", "0", agrees=False)])
    assert (total.rows, total.claimed, total.found, total.agrees) == (0, Decimal(0), None, False)


def test_an_account_that_is_listed_twice_is_found_once() -> None:
    claims = [row(coin, "100", account="0xa") for coin in ("ETH", "ETH", "ETH-L2")]
    compared = [Comparison(match=True, found=Decimal(100))] * 3
    summary = [stated("ALL", ("ETH", "ETH-L2"), "300", "300", agrees=True)]
    found = {total.coin: total for total in totals(claims, compared, summary)}
    hundred = Decimal(100)
    assert (found["ETH"].claimed, found["ETH"].found, found["ETH"].missing) == (2 * hundred, hundred, hundred)
    assert (found["ALL"].claimed, found["ALL"].found) == (3 * hundred, hundred), (
        "coin ids of one token name one balance"
    )
