"""Positions: counted with the coins that they stand for, once, and listed apart."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from monitor.judgement import holdings
from monitor.judgement.holdings import Standing
from monitor.model import (
    AssetAssessment,
    Balances,
    BaseUnits,
    Basis,
    PositionHeld,
    PositionKind,
    Rate,
    Snapshot,
    SnapshotState,
    Token,
    VerdictStatus,
)
from tests.support.judgement import NOW, STAKED, UNBOUND, UNSIGNED, USDT, VERIFIED, block, claim, judge, owing, verdict
from tests.support.positions import CUSDT, SDAI, WETH

BETH = structs.replace(STAKED, asset="BETH")
COIN = 10**6


def test_a_position_is_part_of_its_network_and_of_its_asset() -> None:
    rows = [(claim("0xa", USDT), VERIFIED), (claim("0xa", CUSDT), VERIFIED), (claim("0xb", CUSDT), UNSIGNED)]
    balances: Balances = {
        USDT: {"0xa": BaseUnits(5 * COIN)},
        CUSDT: {"0xa": BaseUnits(2 * COIN), "0xb": BaseUnits(COIN)},
    }
    snapshot = Snapshot(
        "okx", "ethereum", block(), NOW, balances, rates={CUSDT: Rate(BaseUnits(10**18), BaseUnits(225 * 10**12))}
    )

    usdt = judge(rows, [SnapshotState("ethereum", snapshot, stale=False, wanted=2)], owing(USDT=8))["USDT"]

    assert usdt.reserves["ethereum"] == {Basis.VERIFIED: 7, Basis.SIGNED: 7, Basis.LISTED: 8}
    (held,) = usdt.positions
    assert held.amounts == {Basis.VERIFIED: 2, Basis.SIGNED: 2, Basis.LISTED: 3}
    assert (held.token, held.rate, held.per_unit) == (
        CUSDT,
        Rate(BaseUnits(10**18), BaseUnits(225 * 10**12)),
        Decimal("0.0225"),
    )


def test_what_of_a_coin_is_staked_is_listed_apart_and_counts_with_it() -> None:
    coin = Token("ATOM", "cosmos", None, 6)
    staked, back = coin.part("delegated", PositionKind.STAKED), coin.part("unbonding", PositionKind.STAKED)
    rows = [(claim("a", coin), VERIFIED), (claim("b", coin), UNSIGNED)]
    one, two, three, four, five = (BaseUnits(coins * COIN) for coins in range(1, 6))
    parts = {staked: {"a": three, "b": one, "stranger": one}, back: {"b": two}, USDT: {"a": one}}
    snapshot = Snapshot("okx", "cosmos", block(), NOW, {coin: {"a": five, "b": four}}, positions=parts)

    atom = judge(rows, [SnapshotState("cosmos", snapshot, stale=False, wanted=2)], owing(ATOM=8))["ATOM"]

    assert atom.reserves["cosmos"] == {Basis.VERIFIED: 5, Basis.SIGNED: 5, Basis.LISTED: 9}
    assert {held.token.position and held.token.position.name: held.amounts for held in atom.positions} == {
        "delegated ATOM": {Basis.VERIFIED: 3, Basis.SIGNED: 3, Basis.LISTED: 4},
        "unbonding ATOM": {Basis.VERIFIED: 0, Basis.SIGNED: 0, Basis.LISTED: 2},
    }


def test_what_an_issuer_has_frozen_is_in_no_sum_and_named_apart() -> None:
    rows = [(claim("0xa", USDT), VERIFIED), (claim("0xb", USDT), UNSIGNED)]
    balances: Balances = {USDT: {"0xa": BaseUnits(5 * COIN), "0xb": BaseUnits(4 * COIN)}}
    blocked = {USDT.frozen: {"0xa": BaseUnits(5 * COIN), "0xstranger": BaseUnits(COIN)}}

    def usdt(**snapshot: Any) -> AssetAssessment:
        last = Snapshot("okx", "ethereum", block(), NOW, balances, **snapshot)
        return judge(rows, [SnapshotState("ethereum", last, stale=False, wanted=2)], owing(USDT=8))["USDT"]

    found = usdt(positions=blocked)
    assert found.totals == {Basis.VERIFIED: 0, Basis.SIGNED: 0, Basis.LISTED: 4, Basis.ASSERTED: 4}
    assert found.reserves["ethereum"] == {Basis.VERIFIED: 0, Basis.SIGNED: 0, Basis.LISTED: 4}
    (held,) = found.frozen
    assert (held.token, found.positions) == (USDT.frozen, ())
    assert held.amounts == {Basis.VERIFIED: 5, Basis.SIGNED: 5, Basis.LISTED: 5}
    assert [held.amounts[Basis.LISTED] for held in usdt(positions={USDT.frozen: {}}).frozen] == [0]
    assert usdt().frozen == (), "nobody was asked"
    assert usdt().totals[Basis.LISTED] == 9


def test_only_a_part_of_a_coin_is_its_part() -> None:
    coin = Token("ATOM", "cosmos", None, 6)
    part = coin.part("delegated", PositionKind.STAKED)
    assert coin.has_part(part)
    changes = {"asset": "TIA", "network": "celestia", "contract": "ibc/1"}
    others = (coin, *(structs.replace(part, **{name: other}) for name, other in changes.items()))
    assert not any(coin.has_part(other) for other in others)
    assert not part.has_part(part)


def test_a_rate_is_told_in_whole_coins_for_one_whole_unit() -> None:
    assert PositionHeld(SDAI, {}, Rate(BaseUnits(3 * 10**24), BaseUnits(4 * 10**24))).per_unit == Decimal(
        "1.333333333333333333"
    )
    assert PositionHeld(WETH, {}, None).per_unit == 1


def test_one_balance_that_is_named_by_two_assets_counts_as_the_first_in_its_best_standing() -> None:
    claims = [claim("0xkey", BETH), claim("0xkey", STAKED), claim("0xother", STAKED)]
    held = holdings(claims, map(verdict, (UNSIGNED, VERIFIED, UNBOUND)))
    assert {token: [(each.standing, each.accounts) for each in groups] for token, groups in held.accounts.items()} == {
        BETH: [(Standing.VERIFIED, ("0xkey",))],
        STAKED: [(Standing.UNANSWERED, ("0xother",))],
    }


def test_a_token_whose_accounts_all_count_as_another_is_not_wanted() -> None:
    own = Token("WBTC", "ethereum", "0x22", 8)
    held = holdings(
        [claim("0xa", own), claim("0xa", structs.replace(own, asset="BTC"))], map(verdict, (UNBOUND, UNBOUND))
    )
    ((token, (group,)),) = held.accounts.items()
    assert (token, group.standing, group.accounts) == (own, Standing.UNANSWERED, ("0xa",))


TOKENS = (STAKED, BETH, structs.replace(STAKED, asset="STETH"), USDT)


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(TOKENS), st.sampled_from(VerdictStatus)), max_size=12)
)
def test_however_often_a_balance_is_named_it_is_in_exactly_one_place(
    rows: list[tuple[str, Token, VerdictStatus]],
) -> None:
    held = holdings([claim(f"0x{name}", token) for name, token, _ in rows], [verdict(each) for *_, each in rows])
    counted = [
        (token.network, token.contract, account)
        for token, groups in held.accounts.items()
        for each in groups
        for account in each.accounts
    ]
    assert len(counted) == len(set(counted))
    assert set(counted) == {(token.network, token.contract, f"0x{name}") for name, token, _ in rows}
