"""What a customer is told of a file that was verified."""

from datetime import UTC, datetime

import pytest

from monitor.judgement import REPORT, conclusion, reservation, with_given, with_published
from monitor.model import LiabilitiesProof, ProofStatus, Publication, Strength

ROOT = "ab" * 32
SEEN = datetime(2026, 5, 8, 9, 30, tzinfo=UTC)
PATH = LiabilitiesProof("okx-merkle-v1", ProofStatus.PROVEN, root=ROOT, strength=Strength.FULL)


def published(root: str, kind: str = REPORT, report_id: str = "125") -> Publication:
    return Publication(SEEN, SEEN, kind, report_id, root, "00" * 32)


def test_a_path_that_leads_to_a_published_root_says_where_and_since_when_it_was_seen() -> None:
    later = published(f"0x{ROOT.upper()}", "okx-stark-v2")
    root = with_published(PATH, [published(ROOT), later, published("cd" * 32)], "OKX")
    assert root.leads_there is True
    told = conclusion(PATH, root)
    assert "the root that this monitor saw in its report 125 of OKX, first on 2026-05-08 09:30:00 UTC." in told
    assert "not that others are" in told
    assert reservation(PATH, root) == ", of full strength"


def test_another_root_than_all_that_were_seen_is_said_with_what_it_may_mean() -> None:
    root = with_published(PATH, [published("cd" * 32), published("ef" * 32)], "OKX")
    assert root.leads_there is False
    assert "no root that this monitor saw OKX publish (2 roots since 2026-05-08" in conclusion(PATH, root)
    assert reservation(PATH, root) == ", of full strength; not a root that was seen published"


@pytest.mark.parametrize(
    ("proof", "record"),
    [
        (PATH, []),
        (PATH, [published("")]),
        (PATH, [published(ROOT, "okx-stark-v2 circuit")]),
        (LiabilitiesProof("okx-merkle-v2", ProofStatus.BOUND), [published(ROOT)]),
    ],
    ids=["nothing seen", "no root", "a circuit", "the file leads to none"],
)
def test_without_a_published_root_that_is_said_beside_the_status(
    proof: LiabilitiesProof, record: list[Publication]
) -> None:
    root = with_published(proof, record, "OKX")
    assert root.leads_there is None
    assert "no published root was compared" in conclusion(proof, root)
    assert "no published root was compared" in reservation(proof, root)


def test_the_strength_stays_beside_the_status() -> None:
    limited = LiabilitiesProof("okx-stark-v1", ProofStatus.PROVEN, root=ROOT, limit="16 queries")
    assert reservation(limited, with_given(limited, ROOT)) == ", of limited strength"


@pytest.mark.parametrize("status", [ProofStatus.INVALID, ProofStatus.UNREADABLE])
def test_what_does_not_hold_says_nothing_of_roots(status: ProofStatus) -> None:
    proof = LiabilitiesProof("okx-merkle-v1", status, reason="x")
    root = with_given(proof, ROOT)
    assert "root" not in conclusion(proof, root)
    assert reservation(proof, root) == ""


def test_a_whole_tree_is_not_taken_for_one_customers_file() -> None:
    tree = LiabilitiesProof("okx-merkle-v2", ProofStatus.PROVEN, root=ROOT, leaves=21)
    assert "one balance" not in conclusion(tree, with_given(tree, ROOT))
