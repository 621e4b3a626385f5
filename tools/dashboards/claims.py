"""What an exchange's wallet list claims, what proves it, and how that changes."""

from monitor.metrics import families
from tools.dashboards import looks
from tools.dashboards.frame import Part
from tools.dashboards.looks import BAD
from tools.dashboards.panels import Column, Line, bars, graph, rows, stacked
from tools.dashboards.promql import EXCHANGE, counted, highest, of, or_zero


def claims() -> Part:
    lists = highest(of(families.WALLET_LIST_TIMESTAMP, EXCHANGE), "exchange")
    verdicts = {
        "Verified": "verified",
        "Unbound": "unbound",
        "Invalid": "invalid",
        "Unsigned": "unsigned",
        "Unsupported": "unsupported",
    }
    return "Claims of $exchange", [
        rows(
            "Claims by verdict and network",
            "Rows of the wallet list by what their signatures prove. Verified: signed by a key that is bound to the "
            "account. Unbound: signed by a key that nothing ties to it. Network 'unknown': the registry could not "
            "place the claim.",
            {"network": "Network"},
            [
                Column(title, _claims_that_are(verdict), looks.COUNT, steps=((1, BAD),) if verdict == "invalid" else ())
                for title, verdict in verdicts.items()
            ],
            sort_by="Invalid",
            width=12,
        ),
        stacked(
            "Claims over time",
            "Rows of the wallet list by verdict, over all networks.",
            [Line(f"sum by (verdict) ({highest(of(families.CLAIMS, EXCHANGE), 'network, verdict')})", "{{verdict}}")],
            looks.COUNT,
        ),
        bars(
            "Changes of the wallet list",
            "Claims added, removed or altered by newer lists. A reserve that rises with the list did not come in.",
            [Line(counted(of(families.WALLET_LIST_CHANGES, EXCHANGE), "change"), "{{change}}")],
            looks.COUNT,
            width=8,
        ),
        graph(
            "Claim mismatches",
            "Claimed amounts that the chain does not confirm at the claimed height, where some were compared.",
            [Line(highest(of(families.CLAIM_MISMATCHES, EXCHANGE), "network, asset"), "{{asset}} on {{network}}")],
            looks.COUNT,
            width=8,
            minimum=0,
        ),
        graph(
            "Accounts claimed by another exchange too",
            "Each of them can back only one of the two.",
            [
                Line(
                    or_zero(highest(of(families.SHARED_ACCOUNTS, EXCHANGE), "exchange, other"), lists, "exchange"),
                    "shared {{other}}",
                )
            ],
            looks.COUNT,
            width=8,
            minimum=0,
        ),
        graph(
            "Age of signatures",
            "How long the current list's valid signatures are known here with the same message: the oldest, and the "
            "median.",
            [Line(highest(of(families.SIGNATURE_AGE, EXCHANGE), "statistic"), "{{statistic}}")],
            looks.DURATION,
            width=8,
            minimum=0,
        ),
        graph(
            "Proofs lost",
            "Accounts whose valid signature a newer list no longer has, and rows that a chain once confirmed and that "
            "are not verified now.",
            [
                Line(highest(of(families.SIGNATURES_GONE, EXCHANGE), "exchange"), "signatures gone"),
                Line(highest(of(families.CONFIRMATIONS_LOST, EXCHANGE), "cause"), "confirmations lost: {{cause}}"),
            ],
            looks.COUNT,
            width=8,
            minimum=0,
        ),
        graph(
            "Claims repeated",
            "Rows that claim an amount in an account of which an earlier row claims it too, at the same height.",
            [Line(highest(of(families.CLAIMS_REPEATED, EXCHANGE), "network"), "{{network}}")],
            looks.COUNT,
            width=8,
            minimum=0,
        ),
    ]


def _claims_that_are(verdict: str) -> str:
    """By network, 0 where there are claims and none is so."""
    these = highest(of(families.CLAIMS, EXCHANGE, f'verdict="{verdict}"'), "network")
    return or_zero(these, highest(of(families.CLAIMS, EXCHANGE), "network"), "network")
