"""Whole reports of every version of the Groth16 family, honest and forged (tests/data/proofs/groth16-sets)."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs import Expected, verify
from monitor.proofs.groth16.forms import Form, Space, empty_root
from monitor.proofs.groth16.poseidon import hash_elements
from monitor.proofs.groth16.units import unit
from tests.support.groth16 import table
from tests.support.proof_files import all_held, bytes_below

SETS = Path("tests/data/proofs/groth16-sets")
GATE = bytes_below(Path("tests/data/proofs/gate-2025-07"))


def honest(name: str) -> dict[str, Any]:
    return bytes_below(SETS / "honest" / name)


def judged(files: dict[str, Any], user: str = "") -> LiabilitiesProof:
    return verify(all_held(files), Expected(user=user))


def forged(name: str) -> dict[str, Any]:
    """What was altered, in the place of the honest files; of the users, the first one."""
    start = "-".join(name.split("-")[:2])
    whole = {file: text for file, text in honest(start).items() if "user" not in file or file.startswith("user_0")}
    return {**whole, **bytes_below(SETS / "forged" / name)}


def test_poseidon_takes_in_twelve_or_sixteen_at_a_time() -> None:
    assert hash_elements((1, 2)) == 0x0FCA49B798923AB0239DE1C9E7A4A9A2210312B6A2F616D18B5A87F9B628AE29
    thirteen = range(1, 14)
    assert hash_elements(thirteen, 12) == 0x04EA9108A1551C780A7408570BDEAA3A0294B01F21198B72FF01545A60DA677F
    assert hash_elements(thirteen, 16) == 0x03C79AE129BDB21FA71F5499DBF1E9682E682C87C34EF409BCB3C0AB6DDDC42E


@pytest.mark.parametrize(
    ("form", "space", "root"),
    [
        (Form.PRICED, Space(350, 12), "0118925954da77d1a4b241fd163e4373e2265c515cfa60af7fcd28c8cb9ad58a"),
        (Form.PRICED, Space(350, 16), "0e85b74bfd43747cb5e18ecb067727243f2e919a91ef69d86b5a27ed74bea7c2"),
        (Form.PRICED, Space(800, 12), "037bf6d8fe5b7cbaecf7b35604b57f82173f5c8155c1c750cef00afebcd65436"),
        (Form.COLLATERAL, Space(500, 12), "08696bfcb563a2ee4dde9e1dbd34f68d3f4643df6e3709cdb1855c9f886240c7"),
        (Form.BALANCE, Space(174, 12), "2787c6e55c2da2a73e57628e70386add83fd42cb4da4c401269381e918944558"),
    ],
    ids=str,
)
def test_the_tree_of_nobody_has_the_root_that_the_programs_begin_with(form: Form, space: Space, root: str) -> None:
    assert empty_root(form, space) == int(root, 16)


def test_binances_report_of_2023_is_honest() -> None:
    found = judged(honest("two-roots"))
    assert found.holds
    assert found.totals == {
        "btc": Decimal("12.81415926"),
        "eth": Decimal("44.71827182"),
        "usdt": Decimal(8),
        "shib": Decimal(77),
        "sol": Decimal("980.00000005"),
    }
    assert any("4 of 4 users' files" in sentence for sentence in found.proven)


def test_the_form_with_collateral_is_recomputed() -> None:
    found = judged(honest("one-root"))
    assert found.holds
    assert (found.totals["btc"], found.totals["shib"]) == (Decimal("29.66"), Decimal("98.99"))
    assert any("5 of 5 users' files" in sentence for sentence in found.proven)


def test_gates_example_of_2025_is_honest() -> None:
    found = judged(GATE)
    assert found.holds
    assert len(found.totals) > 400
    assert "babydoge" not in found.totals
    assert any("whole coins of" in sentence for sentence in found.not_proven)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("one-root-account-gap", "min_account_index: 3 after 1"),
        ("one-root-batch-twice", "not the sums that batch 2 leaves"),
        ("one-root-collateral-altered", "not the sums that the last batch"),
        ("one-root-first-account-left-out", "does not begin with account 0"),
        ("one-root-last-batch-removed", "not the sums that the last batch"),
        ("one-root-total-lowered", "not the sums that the last batch"),
        ("one-root-user-balance-altered", "does not lead from the fields to the root"),
        ("one-root-user-index-altered", "does not lead from the fields to the root"),
        ("one-root-user-path-altered", "does not lead from the fields to the root"),
        ("two-roots-batch-twice", "not the root that batch 1 leaves"),
        ("two-roots-root-second-spelling", "is not an element of the field"),
        ("two-roots-total-lowered", "not the sums that the last batch"),
        ("two-roots-user-balance-altered", "does not lead from the fields to the root"),
        ("two-roots-user-index-altered", "does not lead from the fields to the root"),
        ("two-roots-user-path-altered", "does not lead from the fields to the root"),
    ],
)
def test_a_forged_report_is_invalid_for_the_rule_that_it_breaks(name: str, rule: str) -> None:
    found = judged(forged(name))
    assert found.status is ProofStatus.INVALID
    assert rule in found.reason


def test_users_with_more_of_an_asset_than_all_together_are_refused() -> None:
    files = forged("two-roots-commitments-made-up")
    found = judged(files)
    assert found.status is ProofStatus.INVALID


def htx(total: int = 163) -> dict[str, Any]:
    """HTX's form: one number for each asset, no prices; two users."""
    return table(Form.BALANCE, Space(168, 12), total)


def test_htxs_form_is_recomputed() -> None:
    found = judged(htx())
    assert found.holds
    assert found.totals["btc"] == Decimal("0.00000163")


def test_a_user_of_htxs_example_leads_to_the_root() -> None:
    made = htx()
    del made["config.json"]
    assert judged(made).holds
    user = made["user_config.json"]
    user["Assets"][0]["Balance"] += 1
    assert judged({**made, "user_config.json": user}).status is ProofStatus.INVALID


def test_every_sum_of_htx_is_compared() -> None:
    changed = htx()["config.json"]
    changed["CexAssetsInfo"][0]["TotalBalance"] -= 1
    assert judged({**htx(), "config.json": changed}).status is ProofStatus.INVALID


@pytest.mark.parametrize(
    ("form", "symbol", "coins"),
    [
        (Form.PRICED, "btc", "0.00000001"),
        (Form.PRICED, "Shib", "0.01"),
        (Form.PRICED, "pepe", None),
        (Form.COLLATERAL, "pepe", "0.01"),
        (Form.COLLATERAL, "bonk", None),
        (Form.BALANCE, "pepe", "0.01"),
        (Form.BALANCE, "doge", "0.00000001"),
    ],
)
def test_units_are_given_where_the_published_lists_agree(form: Form, symbol: str, coins: str | None) -> None:
    assert unit(form, symbol) == (Decimal(coins) if coins else None)
