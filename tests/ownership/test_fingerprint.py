from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Claim, ClaimKind, Height
from monitor.ownership import fingerprint
from tests.support.ownership import ETHEREUM, claim

ROW = claim(ETHEREUM, "0x" + "11" * 20, "0x01", "0x02", owners=("a", "b"))


@pytest.mark.parametrize(
    "change",
    [
        {"network": None},
        {"network": "base"},
        {"kind": ClaimKind.STAKING},
        {"address": "0x" + "12" * 20},
        {"account": None},
        {"account": ""},
        {"message": "another"},
        {"signatures": ("0x01",)},
        {"signatures": ("0x02", "0x01")},
        {"signatures": ("0x01", "0x02", "")},
        {"key": "00"},
        {"owners": ("a",)},
        {"owners": ()},
        {"fault": "does not decode"},
        {"padded": True},
    ],
    ids=str,
)
def test_all_that_a_verdict_depends_on_changes_the_fingerprint(change: dict[str, Any]) -> None:
    assert fingerprint(replace(ROW, **change)) != fingerprint(ROW)


def test_what_a_monthly_list_restates_leaves_the_fingerprint() -> None:
    restated = replace(ROW, file="next.csv", line=99, coin="USDC", amount=Decimal(5), height=Height(7))
    assert fingerprint(restated) == fingerprint(ROW)


@given(st.lists(st.text(max_size=3), max_size=4), st.lists(st.text(max_size=3), max_size=4))
def test_lists_never_run_into_each_other(first: list[str], second: list[str]) -> None:
    def row(signatures: list[str], owners: list[str]) -> Claim:
        return replace(ROW, signatures=tuple(signatures), owners=tuple(owners))

    together = first + second
    prints = {fingerprint(row(together[:cut], together[cut:])) for cut in range(len(together) + 1)}
    assert len(prints) == len(together) + 1
