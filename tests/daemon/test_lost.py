"""What was confirmed once and is not now: how many rows, why, and what their accounts hold."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from monitor.daemon.judged import judged_list
from monitor.daemon.lost import lost_of
from monitor.model import BaseUnits, Code, LostConfirmations, Verdict, WalletList
from monitor.model.packed import PackedClaims
from monitor.ownership import OpenQuestions
from tests.support.judgement import BTC, ETH, absent, claim, document, state

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
COIN = 10**18


def test_rows_are_counted_by_cause_and_their_accounts_once() -> None:
    rows = [
        (claim("0xa", ETH), Verdict(Code.REFUTED, "others own it")),
        (claim("0xa", ETH), Verdict(Code.UNDECIDED, "says nothing")),
        (claim("0xb", ETH), Verdict(Code.CONFIRMATION_OLD, "too long ago")),
        (claim("0xc", ETH), Verdict(Code.CONFIRMATION_OLD, "too long ago")),
        (claim("A", BTC), Verdict(Code.CONFIRMATION_OLD, "too long ago")),
        (claim("0xd", ETH), Verdict(Code.CONFIRMED, "its key signed")),
    ]
    published = WalletList(document(), "accounts", tuple(row for row, _ in rows))
    judged = judged_list(
        published, PackedClaims(published.claims), OpenQuestions([verdict for _, verdict in rows], {}, {}), NOW
    )
    states = {
        "ethereum": state({ETH: {"0xa": BaseUnits(COIN), "0xb": BaseUnits(COIN // 2), "0xd": BaseUnits(7 * COIN)}}),
        "bitcoin": absent("bitcoin"),
    }
    assert lost_of(judged, states) == LostConfirmations()
    lost = lost_of(replace(judged, lost=(0, 1, 2, 3, 4)), states)
    assert (lost.refuted, lost.old) == (2, 3)
    assert lost.coins == {"ETH": Decimal("1.5")}
    assert lost.example == "0xa: others own it"
