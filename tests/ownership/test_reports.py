"""Rows of public bug reports, on which other verifiers or an earlier version of this one came out wrong."""

import json
from pathlib import Path

import pytest

from monitor.model import VerdictStatus
from monitor.ownership import judge
from monitor.registry import load
from tests.support.published import wallets

REPORTS = Path(__file__).parent.parent / "data" / "ownership" / "reports"
REGISTRY = load()

NOT_JUDGED = {"substrate-ecdsa", "evm-contract-signatures"}
"""Evidence of forms that say nothing offline; all other rows are of the account's own key."""


@pytest.mark.parametrize("report", sorted(path.stem for path in REPORTS.iterdir()))
def test_what_was_reported_comes_out_right(report: str) -> None:
    text = (REPORTS / f"{report}.json").read_text()
    claims = wallets(text, REGISTRY, name="list.json").claims
    assert len(claims) == len(json.loads(text)) > 0
    expected = VerdictStatus.UNSUPPORTED if report in NOT_JUDGED else VerdictStatus.VERIFIED
    for claim in claims:
        verdict = judge(claim, REGISTRY.networks[claim.network or ""])
        assert verdict.status is expected, (claim.line, verdict.reason)


@pytest.mark.parametrize(
    ("row", "seen"), [*enumerate(["2 of 65 bytes joined, as a Safe", "ERC-6492", "hex of 129 bytes"])]
)
def test_the_reason_names_what_was_seen_and_what_is_judged(row: int, seen: str) -> None:
    claims = wallets((REPORTS / "evm-contract-signatures.json").read_text(), REGISTRY, name="list.json").claims
    reason = judge(claims[row], REGISTRY.networks["ethereum"]).reason
    assert seen in reason
    assert "judged is 0x and 130 hex digits" in reason
