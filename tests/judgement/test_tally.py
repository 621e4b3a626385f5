from monitor.judgement import holdings, tally
from monitor.model import BaseUnits
from monitor.registry import load
from tests.support.judgement import BTC, ETH, ETH_ARBITRUM, VERIFIED, claim, state, verdict


def test_a_snapshot_that_did_not_change_is_not_summed_up_again() -> None:
    held = holdings([claim("A"), claim("0xa", ETH)], [verdict(VERIFIED)] * 2)
    states = {"bitcoin": state({BTC: {"A": BaseUnits(1)}}), "ethereum": state({ETH: {"0xa": BaseUnits(1)}})}

    first = tally(held, states)
    second = tally(held, states | {"ethereum": state({ETH: {"0xa": BaseUnits(2)}})}, first)

    assert second["bitcoin"] is first["bitcoin"]
    assert second["ethereum"].sums[ETH] != first["ethereum"].sums[ETH]


def test_another_list_is_summed_up_afresh() -> None:
    states = {"bitcoin": state({BTC: {"A": BaseUnits(1), "B": BaseUnits(2)}})}
    one = holdings([claim("A")], [verdict(VERIFIED)])
    both = holdings([claim("A"), claim("B")], [verdict(VERIFIED)] * 2)

    assert tally(both, states, tally(one, states)) == tally(both, states)


def test_a_claim_that_cannot_be_placed_is_of_the_asset_that_the_registry_tells_else_of_its_first_word() -> None:
    rows = [claim(None, None, coin=coin) for coin in ("OKB-X1-USDT", "USDT-NEWCHAIN")]

    held = holdings(rows, [verdict(VERIFIED)] * 2, load().known_asset)

    assert [each.told_among({"OKB", "USDT"}) for each in held.unplaced] == ["USDT", "USDT"]
    assert [each.told_among({"OKB", "USDT"}) for each in holdings(rows, [verdict(VERIFIED)] * 2).unplaced] == [
        "OKB",
        "USDT",
    ]


def test_what_must_be_read_is_every_account_of_the_network_once() -> None:
    rows = [claim("A"), claim("A", line=3), claim("B"), claim("0xa", ETH), claim("0xa", ETH_ARBITRUM), claim(None)]

    held = holdings(rows, [verdict(VERIFIED)] * len(rows))

    assert held.wanted("bitcoin") == {BTC: ("A", "B")}
    assert held.wanted("ethereum") == {ETH: ("0xa",)}
    assert held.wanted("polygon") == {}
    assert held.networks == {"bitcoin", "ethereum", "arbitrum"}
