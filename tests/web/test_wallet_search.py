"""Rows of a list, searched, narrowed, put in order and paged through: the same as by going through them all."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Assessment, BaseUnits, Claim, Code, Token, Verdict, VerdictStatus
from monitor.model.packed import PackedClaims, PackedVerdicts
from monitor.web import wallet_search
from monitor.web.wallet_search import Order, Wanted, find
from tests.support import worlds

ETH = Token("ETH", "ethereum", None, 18)
USDT = Token("USDT", "ethereum", "0xdac", 6)
USDT_TRON = Token("USDT", "tron", "TR7", 8)
PLACES = [("ethereum", ETH), ("ethereum", USDT), ("tron", USDT_TRON), ("bitcoin", None), (None, None)]
UNITS = {"0xab": 5, "0xabcd": 0, "bc1qX": 2**256 - 1, "Tab": 700}

CLAIMS = st.builds(
    lambda place, account, same, coin: Claim(
        "wallets.csv", 1, coin, place[0], place[1], account if same else account.upper(), account or None
    ),
    st.sampled_from(PLACES),
    st.sampled_from(["0xab", "0xabcd", "bc1qX", "Tab", "Tcd", ""]),
    st.booleans(),
    st.sampled_from(["ETH", "USDT-TRC20"]),
)
CODES = [Code.OWN_KEY, Code.HIGH_S, Code.BAD_ADDRESS, Code.NO_SIGNATURE]
VERDICTS = st.builds(Verdict, st.sampled_from(CODES), st.sampled_from(["wrong checksum", "The key signed", ""]))
ROWS = st.lists(st.tuples(CLAIMS, VERDICTS), max_size=8)
WANTED = st.builds(
    Wanted,
    st.sampled_from(["", "ab", "0xAB", "XAB", "bc1qX", "usdt", ".CSV", "none of them"]),
    st.sampled_from([None, "ethereum", "tron"]),
    st.sampled_from([None, "ETH", "USDT"]),
    st.sampled_from([None, *VerdictStatus]),
    st.sampled_from([None, None, *CODES]),
    st.sampled_from(["", "SIGNED"]),
    st.sampled_from(Order),
)


def listed(rows: Sequence[tuple[Claim, Verdict]]) -> Assessment:
    state = worlds.aurora().snapshots["ethereum"]
    assert state.last
    held = {account: BaseUnits(units) for account, units in UNITS.items()}
    snapshots = {
        "ethereum": replace(state, last=replace(state.last, balances={ETH: held, USDT: held})),
        "tron": replace(state, last=replace(state.last, balances={USDT_TRON: held})),
    }
    claims, verdicts = PackedClaims(row for row, _ in rows), PackedVerdicts(said for _, said in rows)
    return replace(worlds.aurora(), claims=claims, claim_verdicts=verdicts, snapshots=snapshots)


def fits(claim: Claim, verdict: Verdict, wanted: Wanted) -> bool:
    text, account = wanted.search, claim.account or ""
    asset = claim.token.asset if claim.token else None
    return (
        wanted.network in {None, claim.network}
        and wanted.asset in {None, asset}
        and wanted.verdict in {None, verdict.status}
        and wanted.code in {None, verdict.code}
        and wanted.reason.lower() in verdict.reason.lower()
        and (
            text in account
            or text.lower() in account
            or (claim.address != claim.account and (text in claim.address or text.lower() in claim.address))
            or text.lower() in f"{claim.coin} {claim.file}".lower()
        )
    )


def key(claim: Claim, verdict: Verdict, order: Order) -> tuple[object, ...]:
    if order is Order.NETWORK:
        return (claim.network or "\x7f",)
    if order is Order.VERDICT:
        return (list(VerdictStatus).index(verdict.status),)
    if order is Order.BALANCE:
        units = UNITS.get(claim.account or "") if claim.token else None
        held = claim.token.whole(BaseUnits(units)) if claim.token and units is not None else -1
        return (claim.token.asset if claim.token else "\x7f", -held)
    return ()


@given(ROWS, WANTED, st.integers(1, 3), st.sampled_from([0, 5000]), st.sampled_from([1, 2]))
def test_all_pages_together_are_the_rows_that_fit_in_order(
    rows: list[tuple[Claim, Verdict]], wanted: Wanted, most: int, many: int, among: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wallet_search, "_MANY", many)
        patch.setattr(wallet_search, "_AMONG", among)
        check_pages(rows, wanted, most)


def check_pages(rows: list[tuple[Claim, Verdict]], wanted: Wanted, most: int) -> None:
    assessment = listed(rows)
    expected = sorted(
        (row for row in range(len(rows)) if fits(*rows[row], wanted)), key=lambda row: key(*rows[row], wanted.order)
    )
    shown: list[int] = []
    after: int | None = -1
    while after is not None:
        page = find(assessment, wanted, after=after, most=most)
        assert page.total == len(expected)
        assert len(page.rows) <= most
        shown += page.rows
        after = page.following
    assert shown == expected
    assert [*find(assessment, wanted, skip=most, most=most).rows] == expected[most : 2 * most]


@pytest.mark.parametrize("moved", [1, 9], ids=["down", "up"])
def test_the_next_page_goes_on_behind_the_balance_where_the_last_one_ended_although_it_moved(moved: int) -> None:
    unsigned = Verdict(Code.NO_SIGNATURE, "")
    listing = listed([(Claim("w.csv", 1, "ETH", "ethereum", ETH, name, name), unsigned) for name in "abc"])

    def holding(*units: int) -> Assessment:
        state = listing.snapshots["ethereum"]
        assert state.last
        held = {name: BaseUnits(amount) for name, amount in zip("abc", units, strict=True)}
        return replace(listing, snapshots={"ethereum": replace(state, last=replace(state.last, balances={ETH: held}))})

    by_balance = Wanted(order=Order.BALANCE)
    first = find(holding(7, 5, 2), by_balance, most=2)
    assert first.rows == [0, 1]
    assert first.following is not None
    second = find(holding(7, moved, 2), by_balance, after=first.following, most=2)
    assert 2 in second.rows
    assert 0 not in second.rows
