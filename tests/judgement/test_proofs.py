"""Proof and report: what contradicts, what agrees, and what cannot be compared."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.judgement import differences
from monitor.model import Document, Liabilities, LiabilitiesProof, ProofStatus

NOW = datetime(2026, 5, 6, tzinfo=UTC)
ROOT = "ab" * 32
PROOF = LiabilitiesProof(
    "okx-merkle-v2", ProofStatus.PROVEN, {"BTC": Decimal("100.123456789")}, root=ROOT, report_id="7"
)
REPORT = Liabilities(
    Document("report.json", "00" * 32, 1, NOW),
    "okx-report",
    NOW,
    {"BTC": Decimal("100.12345678")},
    report_id="7",
    merkle_root=ROOT,
)


def test_a_report_that_cuts_decimals_off_agrees_with_its_proof() -> None:
    assert differences(PROOF, REPORT) == ()


@given(st.decimals(0, 10**9, places=8), st.integers(-(10**9), 10**9))
def test_totals_agree_exactly_while_they_are_less_than_the_reports_last_unit_apart(stated: Decimal, apart: int) -> None:
    off = Decimal(apart).scaleb(-16)
    found = differences(replace(PROOF, totals={"BTC": stated + off}, root=""), replace(REPORT, owed={"BTC": stated}))
    assert found is not None
    assert bool(found) == (abs(off) >= Decimal("0.00000001"))


def test_another_root_and_another_total_are_told_with_both_values() -> None:
    other = replace(REPORT, merkle_root="0x" + "CD" * 32, owed={"BTC": Decimal("100.00")})
    told = "; ".join(differences(PROOF, other) or ())
    for value in (ROOT, "cd" * 32, "100.123456789"):
        assert value in told


def test_a_root_is_the_same_in_either_case_and_with_a_prefix() -> None:
    assert differences(PROOF, replace(REPORT, merkle_root="0x" + ROOT.upper())) == ()


@pytest.mark.parametrize(
    ("proof", "report"),
    [
        (PROOF, None),
        (replace(PROOF, status=ProofStatus.INVALID), REPORT),
        (replace(PROOF, status=ProofStatus.UNREADABLE), REPORT),
        (PROOF, replace(REPORT, report_id="8", merkle_root="cd" * 32)),
        (replace(PROOF, root=""), replace(REPORT, owed={"ETH": Decimal(1)})),
        (replace(PROOF, root="", in_coins=False), replace(REPORT, owed={"BTC": Decimal(1)})),
    ],
    ids=["no report", "invalid", "unreadable", "another report", "nothing in common", "unit unknown"],
)
def test_what_cannot_be_compared_is_neither_agreement_nor_contradiction(
    proof: LiabilitiesProof, report: Liabilities | None
) -> None:
    assert differences(proof, report) is None
