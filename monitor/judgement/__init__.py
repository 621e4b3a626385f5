"""The product: pure functions from claims, verdicts, balances and liabilities to ratios and alerts.

No I/O and no clock: ``now`` is an argument everywhere. The rules are those of the design, section 4. The way through:
:func:`holdings` of a list and its verdicts, :func:`tally` of the snapshots, :func:`assess`, and then
:mod:`monitor.judgement.alerts`.
"""

from monitor.judgement.assess import assess, basis_of
from monitor.judgement.audit import (
    Comparison,
    Place,
    Questions,
    Readings,
    Refusal,
    Stakes,
    audit,
    claimed_heights,
    compare,
    questions,
    report_questions,
    reserves_at,
)
from monitor.judgement.bump import days_around
from monitor.judgement.changes import compare_lists
from monitor.judgement.clock import clock_contradiction
from monitor.judgement.conclusions import RootComparison, conclusion, reservation, with_given, with_published
from monitor.judgement.coverage import AssetCoverage, ClaimedPlace, coverage
from monitor.judgement.holdings import Holdings, as_text, holdings
from monitor.judgement.owed import in_force, renamed, taken_up
from monitor.judgement.proofs import differences
from monitor.judgement.regularity import CIRCUIT, LISTED, REPORT, missing_lately, regularity, reports_of
from monitor.judgement.repeats import repeats
from monitor.judgement.shared import SharedFinder
from monitor.judgement.signatures import Lost, signatures_gone, signatures_lost
from monitor.judgement.tally import Tally, tally
from monitor.judgement.totals import Total, totals

__all__ = [
    "CIRCUIT",
    "LISTED",
    "REPORT",
    "AssetCoverage",
    "ClaimedPlace",
    "Comparison",
    "Holdings",
    "Lost",
    "Place",
    "Questions",
    "Readings",
    "Refusal",
    "RootComparison",
    "SharedFinder",
    "Stakes",
    "Tally",
    "Total",
    "as_text",
    "assess",
    "audit",
    "basis_of",
    "claimed_heights",
    "clock_contradiction",
    "compare",
    "compare_lists",
    "conclusion",
    "coverage",
    "days_around",
    "differences",
    "holdings",
    "in_force",
    "missing_lately",
    "questions",
    "regularity",
    "renamed",
    "repeats",
    "report_questions",
    "reports_of",
    "reservation",
    "reserves_at",
    "signatures_gone",
    "signatures_lost",
    "taken_up",
    "tally",
    "totals",
    "with_given",
    "with_published",
]
