"""Users' files of the Groth16 family, whose paths are made here: at the edges of what each form has room for."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs import verify
from monitor.proofs.groth16 import user as users
from monitor.proofs.groth16.elements import packed
from monitor.proofs.groth16.forms import DEPTH, Form, Space, spaces
from monitor.proofs.groth16.poseidon import ORDER, hash_elements
from monitor.proofs.groth16.user import read_user
from monitor.proofs.scheme import ProofError, UnreadableError
from tests.support.groth16 import encoded, sharing_one_root
from tests.support.proof_files import all_held, held

SETS = Path("tests/data/proofs/groth16-sets")
NAMES = ("Index", "Equity", "Debt", "Loan", "Margin", "PortfolioMargin")


def file_of(
    commitment: int, assets: Sequence[Any] = (), *, index: int = 0, identity: int = 7, totals: Sequence[int] = (0, 0)
) -> dict[str, Any]:
    """Of a user with these totals (equity, debt, collateral), the only one in the tree."""
    node = hash_elements((identity, *totals, commitment))
    for level in range(DEPTH):
        node = hash_elements((0, node) if index >> level & 1 else (node, 0))
    return {
        "AccountIndex": index,
        "AccountIdHash": f"{identity:064x}",
        **dict(zip(("TotalEquity", "TotalDebt", "TotalCollateral"), totals, strict=False)),
        "Assets": list(assets),
        "Root": f"{node:064x}",
        "Proof": [encoded(0)] * DEPTH,
    }


def secured(*assets: tuple[int, ...], collateral: int = 0, debt: int = 0) -> dict[str, Any]:
    """In the form with collateral, among as many assets as this user has."""
    numbers = [number for asset in assets for number in asset]
    held_ = [dict(zip(NAMES, asset, strict=True)) for asset in assets]
    return file_of(hash_elements(packed(numbers)), held_, totals=(9, debt, collateral))


def judged(files: dict[str, Any]) -> LiabilitiesProof:
    return verify(all_held(files))


NOTHING = {Form.BALANCE: hash_elements([0] * 168), Form.PRICED: hash_elements(packed([0] * 700))}
"""What is hashed of a user who holds nothing."""


@pytest.mark.parametrize("form", NOTHING)
def test_a_user_who_holds_nothing_is_in_the_tree(form: Form) -> None:
    assert read_user(held("mine.json", file_of(NOTHING[form]))).form is form


def test_what_fills_up_a_batch_is_no_user() -> None:
    found = judged({"mine.json": file_of(NOTHING[Form.PRICED], identity=0)})
    assert found.status is ProofStatus.BOUND
    assert any("fill up a batch" in sentence for sentence in found.not_proven)
    assert any("no user's file" in sentence for sentence in found.not_proven)
    assert found.proven == ()


def test_what_fills_up_a_batch_in_the_newer_form_is_no_user() -> None:
    identity = int.from_bytes(sha256(bytes((0, 0, 0, 5))).digest()) % ORDER
    commitment = hash_elements(packed([number for i in range(50) for number in (i, 0, 0, 0, 0, 0)]))
    beside = json.loads((SETS / "honest/one-root/user_4_config.json").read_text())["Proof"][0]
    assert encoded(hash_elements((identity, 0, 0, 0, commitment))) == beside  # by Binance's own program
    found = judged({"mine.json": file_of(commitment, index=5, identity=identity, totals=(0, 0, 0))})
    assert any("mine.json: of accounts that fill up a batch" in sentence for sentence in found.not_proven)
    with pytest.raises(ProofError, match="fills up a batch holds something"):
        read_user(held("mine.json", file_of(commitment, index=5, identity=identity, totals=(1, 0, 0))))


def test_there_is_room_for_as_many_assets_as_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [*spaces(Form.BALANCE, 174)] == [Space(174, 12)]
    assert [*spaces(Form.BALANCE, 175)] == []
    monkeypatch.setattr(users, "TIERS", (2,))
    monkeypatch.setattr(users, "FIRST_ROOMS", (3,))
    both = ((1, 5, 0, 0, 0, 0), (4, 6, 0, 0, 0, 0))
    assert read_user(held("mine.json", secured(*both))).form is Form.COLLATERAL
    three = [(i, 5, 0, 0, 0, 0) for i in range(3)]
    commitment = hash_elements(packed([number for asset in three for number in asset[1:]]))
    document = file_of(commitment, [dict(zip(NAMES, asset, strict=True)) for asset in three], totals=(0, 0, 0))
    assert len(read_user(held("mine.json", document)).holdings) == 3


def test_an_asset_that_there_is_no_room_for_is_not_hashed_as_the_next_one() -> None:
    commitment = hash_elements(packed([*([0] * 700), 5, 0]))  # of the 351st asset
    document = file_of(commitment, [{"Index": 400, "Equity": 5, "Debt": 0}])
    with pytest.raises(ProofError, match="does not lead from the fields to the root"):
        read_user(held("mine.json", document))


def test_no_user_owes_more_than_what_secures_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "TIERS", (1,))
    read_user(held("mine.json", secured((1, 9, 4, 2, 3, 4), collateral=4, debt=4)))
    with pytest.raises(ProofError, match="TotalDebt: 4 is more than the collateral 3"):
        read_user(held("mine.json", secured((1, 9, 4, 2, 3, 4), collateral=3, debt=4)))
    with pytest.raises(ProofError, match="TotalDebt: 10 is more than the equity 9"):
        read_user(held("mine.json", secured((1, 9, 4, 2, 3, 4), collateral=10, debt=10)))
    with pytest.raises(ProofError, match=r"Assets\[0\]: 9 is collateral, which is more than the equity 8"):
        read_user(held("mine.json", secured((1, 8, 4, 2, 3, 4), collateral=4, debt=4)))


def test_a_user_of_an_account_that_no_batch_counts_is_refused() -> None:
    """In one tree for all batches there may be leaves beyond the last account: in the root, and in no sum."""
    for index, counted in ((20, True), (21, False)):
        document = file_of(NOTHING[Form.PRICED], index=index)
        table = sharing_one_root((0, 9), (10, 20), root=int(document["Root"], 16))
        found = judged({"proof.csv": table, "mine.json": document})
        assert found.holds is counted
    assert found.status is ProofStatus.INVALID
    assert "mine.json: is account 21, and the batches count those up to 20 only" in found.reason


def test_a_users_file_without_a_path_is_refused() -> None:
    document = json.loads(Path("tests/data/proofs/groth16/gate_user_config.json").read_text())
    del document["Proof"]
    with pytest.raises(UnreadableError, match="neither Proof nor MerkleProofEncode"):
        read_user(held("mine.json", document))
