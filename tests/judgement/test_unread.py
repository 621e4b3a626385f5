"""Rule 12: two bounds, and no row that can switch the alarm off."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from monitor.formats import exact
from monitor.judgement.alerts import AlertMemory, evaluate
from monitor.judgement.unread import places, rests_on_unread, unless
from monitor.model import (
    AlertName,
    AssetAssessment,
    BaseUnits,
    Basis,
    Claim,
    Rate,
    ReserveStatus,
    SnapshotState,
    VerdictStatus,
)
from tests.support.judgement import (
    ETH,
    ETH_ARBITRUM,
    INVALID,
    UNBOUND,
    UNSIGNED,
    UNSUPPORTED,
    USDT,
    VERIFIED,
    absent,
    assessment,
    claim,
    exchange,
    judge,
    owing,
    settings,
    state,
    world,
)
from tests.support.positions import CUSDT

WEI = 10**18
STARKNET = structs.replace(ETH, network="starknet")
HUGE = Decimal(10) ** 30


def eth(*rows: tuple[Claim, VerdictStatus], held: str = "1", owed: str = "400000", **fields: object) -> AssetAssessment:
    """One verified account on ethereum with ``held``, and further ``rows``."""
    own = (claim("0xa", ETH, amount=Decimal(409_600)), VERIFIED)
    snapshot = state({ETH: {"0xa": BaseUnits(int(Decimal(held) * WEI))}})
    return judge([own, *rows], [snapshot], owing(ETH=owed), **fields)["ETH"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "row",
    [
        (claim("0xb", STARKNET, amount=Decimal(1)), VERIFIED),
        (claim("0xb", STARKNET, amount=Decimal(0)), VERIFIED),
        (claim(None, None, coin="ETH-NEWCHAIN", amount=Decimal("0.001")), UNSUPPORTED),
        (claim(None, ETH, amount=Decimal("0.001")), INVALID),
        (claim("0xb", STARKNET, amount=HUGE), UNSIGNED),
        (claim("0xb", STARKNET, amount=HUGE), INVALID),
        (claim("0xb", STARKNET), UNSIGNED),
        (claim(None, None, coin="DOGWIFHAT", amount=HUGE), UNSUPPORTED),
    ],
)
def test_no_row_that_cannot_fill_the_hole_hides_it(row: tuple[Claim, VerdictStatus]) -> None:
    assert eth(row).status is ReserveStatus.BREACH


@pytest.mark.parametrize(
    ("row", "upper"),
    [
        ((claim("0xb", STARKNET, amount=Decimal(200_000)), VERIFIED), "1.0000025"),
        ((claim("0xb", STARKNET, amount=Decimal(200_000)), UNBOUND), "1.0000025"),
        ((claim("0xb", STARKNET, amount=Decimal(200_000)), UNSUPPORTED), "1.0000025"),
        ((claim("0xb", STARKNET), VERIFIED), "Infinity"),
    ],
)
def test_a_row_that_may_fill_it_makes_it_unknown_and_never_covered(
    row: tuple[Claim, VerdictStatus], upper: str
) -> None:
    found = eth(row)

    assert found.status is ReserveStatus.UNKNOWN
    assert found.upper_bounds[Basis.VERIFIED] == Decimal(upper)
    assert found.lower_bounds[Basis.VERIFIED] == Decimal("0.0000025")


def test_growth_is_the_exchanges_or_the_networks_own() -> None:
    row = (claim("0xb", STARKNET, amount=Decimal(200_000)), VERIFIED)

    assert eth(row, growth=1).status is ReserveStatus.BREACH
    assert judge([row], [], owing(ETH=900_000), grown={"starknet": Decimal(5)})["ETH"].status is ReserveStatus.UNKNOWN


def test_who_wants_any_unread_claim_to_withhold_a_breach_can_have_it() -> None:
    assert (
        eth((claim("0xb", STARKNET, amount=Decimal(0)), VERIFIED), unread="unbounded").status is ReserveStatus.UNKNOWN
    )
    assert eth(unread="unbounded").status is ReserveStatus.BREACH


def test_rows_that_name_one_account_leave_it_open_once_by_their_largest_claim() -> None:
    rows = [
        (claim("0xb", STARKNET, amount=Decimal(amount), line=line), VERIFIED) for line, amount in enumerate((3, 7, 5))
    ]

    assert eth(*rows).unread[Basis.VERIFIED] == 7


@pytest.mark.parametrize(("claimed", "unread"), [("30", 50), ("50", 50), ("70", 70), (None, 50)])
def test_of_a_stale_network_the_larger_of_claimed_and_last_read_is_open(claimed: str | None, unread: int) -> None:
    row = (claim("0xb", ETH_ARBITRUM, amount=None if claimed is None else Decimal(claimed)), VERIFIED)
    last = state({ETH_ARBITRUM: {"0xb": BaseUnits(50 * WEI)}}, stale=True, age=timedelta(hours=1))

    for then in (last, replace(last, dropped=True)):
        found = judge([row], [then], owing(ETH=400))["ETH"]
        assert not found.totals
        assert found.unread[Basis.VERIFIED] == unread


def test_an_account_that_was_never_read_adds_nothing_to_what_was_last_read() -> None:
    rows = [(claim(account, ETH_ARBITRUM, amount=Decimal(0)), VERIFIED) for account in ("0xb", "0xnew")]
    last = state({ETH_ARBITRUM: {"0xb": BaseUnits(50 * WEI)}}, stale=True, age=timedelta(hours=1))

    assert judge(rows, [last], owing(ETH=400))["ETH"].unread[Basis.VERIFIED] == 50


def test_an_account_that_was_never_read_and_of_which_nothing_is_claimed_is_unbounded() -> None:
    rows = [(claim("0xb", ETH_ARBITRUM), VERIFIED), (claim("0xnew", ETH_ARBITRUM), VERIFIED)]
    last = state({ETH_ARBITRUM: {"0xb": BaseUnits(50 * WEI)}}, stale=True, age=timedelta(hours=1))

    assert judge(rows, [last], owing(ETH=400))["ETH"].unread[Basis.VERIFIED] == exact.UNBOUNDED


def test_claims_of_a_position_are_turned_into_coins_by_its_last_rate() -> None:
    rows = [(claim("0xa", CUSDT, amount=Decimal(100)), VERIFIED)]
    fresh = state({CUSDT: {"0xa": BaseUnits(10**6)}}, stale=True)
    assert fresh.last is not None
    last = replace(fresh, last=replace(fresh.last, rates={CUSDT: Rate(BaseUnits(10**18), BaseUnits(225 * 10**12))}))

    assert judge(rows, [last], owing(USDT=400))["USDT"].unread[Basis.VERIFIED] == Decimal("2.25")


def test_a_breach_that_rests_on_unread_claims_says_what_would_have_come_there() -> None:
    found = eth((claim("0xb", STARKNET, amount=Decimal(1)), VERIFIED))

    assert rests_on_unread(found)
    assert unless(found) == "unless 399998 ETH came to starknet since the list"
    assert unless(found, Decimal("1.5")) == "unless 599998 ETH came to starknet since the list"
    assert not rests_on_unread(eth())
    assert unless(eth((claim("0xb", STARKNET), VERIFIED))) == ""


def test_the_places_with_the_most_are_named_first_and_not_all_of_them() -> None:
    rows = [
        (claim("0xb", structs.replace(ETH, network=f"n{place}"), amount=Decimal(place)), VERIFIED) for place in range(6)
    ]

    assert places(eth(*rows)) == "n5, n4, n3 and 2 more"
    nowhere = (claim(None, None, coin="ETH-NEWCHAIN", amount=Decimal(1)), UNSUPPORTED)
    assert places(eth(nowhere)) == "networks that are not known here"


def test_a_token_fails_itself_alone() -> None:
    bridged = structs.replace(USDT, contract="0xbridged")
    rows = [(claim("0xa", USDT), VERIFIED), (claim("0xa", bridged, amount=Decimal(1)), VERIFIED)]
    earlier = state({bridged: {"0xa": BaseUnits(2 * 10**6)}}, age=timedelta(minutes=3)).last
    assert earlier is not None
    now = replace(
        state({USDT: {"0xa": BaseUnits(5 * 10**6)}}),
        earlier={bridged: earlier},
        stale_after=timedelta(minutes=5),
        failure="reverts",
    )

    fresh = judge(rows, [now], owing(USDT=7))["USDT"]
    old = judge(rows, [replace(now, stale_after=timedelta(minutes=2))], owing(USDT=10))["USDT"]

    assert fresh.totals[Basis.VERIFIED] == 7
    assert fresh.status is ReserveStatus.COVERED
    assert [old.totals[Basis.VERIFIED], old.unread[Basis.VERIFIED]] == [5, 2]
    assert old.status is ReserveStatus.BREACH
    assert [gap.claimed for gap in old.gaps] == [2]


def test_before_a_network_was_tried_what_is_claimed_there_is_no_measure() -> None:
    """Else every start of a list that claims less than it holds would page until the first reading."""
    row = (claim("0xb", ETH_ARBITRUM, amount=Decimal(1)), VERIFIED)
    waiting = replace(absent("arbitrum"), attempted=False)

    assert judge([row], [waiting], owing(ETH=90))["ETH"].status is ReserveStatus.UNKNOWN
    assert judge([row], [absent("arbitrum")], owing(ETH=90))["ETH"].status is ReserveStatus.BREACH


def rebalanced(moved: int, *, there: int, surplus: int) -> AssetAssessment:
    """Coins went from a network that is read to one that is down; 100 are owed, ``there`` were claimed at the other."""
    rows = [
        (claim("0xa", ETH, amount=Decimal(100 + surplus - there)), VERIFIED),
        (claim("0xb", ETH_ARBITRUM, amount=Decimal(there)), VERIFIED),
    ]
    read = state({ETH: {"0xa": BaseUnits((100 + surplus - there - moved) * WEI)}})
    down: SnapshotState = absent("arbitrum", "no answer")
    return judge(rows, [read, down], owing(ETH=100))["ETH"]


@given(there=st.integers(0, 100), surplus=st.integers(0, 50), share=st.floats(0, 1))
def test_a_rebalancing_to_a_network_that_is_down_pages_only_beyond_what_was_there_and_the_surplus(
    there: int, surplus: int, share: float
) -> None:
    """What docs/alerts/PorRatioBelowLimit.md says of growth 2."""
    moved = int((100 + surplus - there) * share)

    found = rebalanced(moved, there=there, surplus=surplus)

    assert (found.status is ReserveStatus.BREACH) == (moved > there + surplus)
    if found.status is ReserveStatus.BREACH and there:
        assert unless(found) == f"unless {moved - surplus} ETH came to arbitrum since the list"


@given(
    known=st.integers(0, 200), unread=st.integers(0, 200), truth=st.floats(0, 2), status=st.sampled_from(VerdictStatus)
)
def test_a_breach_is_true_as_long_as_nothing_unread_more_than_doubled(
    known: int, unread: int, truth: float, status: VerdictStatus
) -> None:
    rows = [
        (claim("0xa", ETH, amount=Decimal(known)), VERIFIED),
        (claim("0xb", STARKNET, amount=Decimal(unread)), status),
    ]
    found = judge(rows, [state({ETH: {"0xa": BaseUnits(known * WEI)}})], owing(ETH=100), basis="listed")["ETH"]

    really = Decimal(known) + Decimal(truth) * unread
    if found.status is ReserveStatus.BREACH:
        assert really < 100
    if found.status is ReserveStatus.COVERED:
        assert known >= 100


def test_only_networks_that_are_whole_and_fresh_for_all_tokens_of_an_asset_are_compared_over_time() -> None:
    bridged = structs.replace(USDT, contract="0xbridged")
    rows = [(claim("0xa", token), VERIFIED) for token in (ETH, ETH_ARBITRUM, USDT, bridged)]
    stale = state({ETH_ARBITRUM: {"0xa": BaseUnits(WEI)}}, stale=True, age=timedelta(hours=1))

    assets = judge(
        rows, [state({ETH: {"0xa": BaseUnits(WEI)}, USDT: {"0xa": BaseUnits(10**6)}}), stale], owing(ETH=2, USDT=1)
    )

    assert assets["ETH"].comparable.keys() == {"ethereum"}
    assert assets["USDT"].comparable == {}


def test_a_breach_before_anything_was_read_names_no_block() -> None:
    found = judge([(claim("0xb", STARKNET, amount=Decimal(1)), VERIFIED)], [], owing(ETH=10))
    held = assessment(found, snapshots={})
    (below,) = [
        each
        for each in evaluate(world(held), settings(okx=exchange()), AlertMemory()).items
        if each.name is AlertName.RATIO_BELOW_LIMIT
    ]

    assert below.holds
    assert "read at" not in below.summary
