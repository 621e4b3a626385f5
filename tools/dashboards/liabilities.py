"""What one exchange proves of what it owes, and how regularly it publishes."""

from monitor.metrics import families
from tools.dashboards import looks
from tools.dashboards.frame import Part
from tools.dashboards.looks import BAD, GOOD, WARNING
from tools.dashboards.panels import label, number
from tools.dashboards.promql import EXCHANGE, counted_in_range, highest, of


def liabilities() -> Part:
    verified = highest(of(families.LIABILITIES_PROOF_TIMESTAMP, EXCHANGE), "exchange")
    status = highest(of(families.LIABILITIES_PROOF, EXCHANGE), "status, scheme")
    return "Proof of what $exchange owes", [
        label(
            "Proof of liabilities",
            "What became of the newest published proof. Proven: everything that its scheme can show was recomputed "
            "here. Bound: tied to the published root, and not proven. docs/liabilities.md says what each is worth.",
            f"{status} == 1",
            "{{status}}",
        ),
        number(
            "Verified",
            "When the newest proof was verified here.",
            f"1000 * {verified}",
            looks.AGO,
        ),
        number(
            "Figures unlike the report",
            "Figures (root and totals) in which proof and report differ, where the two can be compared.",
            highest(of(families.LIABILITIES_PROOF_DIFFERENCES, EXCHANGE), "exchange"),
            looks.COUNT,
            base=GOOD,
            steps=((1, BAD),),
        ),
        number(
            "Months with a report in a row",
            "Up to the newest report, without a gap.",
            highest(of(families.LIABILITIES_REPORTS_IN_A_ROW, EXCHANGE), "exchange"),
            looks.COUNT,
        ),
        number(
            "Reports that never came",
            "Reports that were due in the last 92 days.",
            highest(of(families.LIABILITIES_REPORTS_MISSING, EXCHANGE), "exchange"),
            looks.COUNT,
            base=GOOD,
            steps=((1, WARNING),),
        ),
        number(
            "Roots replaced",
            "Roots that were replaced although the report stayed the same, within the dashboard's time range.",
            counted_in_range(of(families.LIABILITIES_ROOT_CHANGES, EXCHANGE), "exchange"),
            looks.COUNT,
            base=GOOD,
            steps=((1, WARNING),),
        ),
    ]
