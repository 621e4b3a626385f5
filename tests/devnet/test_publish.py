from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from monitor import registry
from monitor.devnet.holdings import CUSTODY, OWED, holdings
from monitor.devnet.publish import write_report, write_wallets
from monitor.devnet.tree import plant
from monitor.model import ProofStatus
from monitor.proofs import Expected, gather, verify
from monitor.published.documents import Fetched, fetch
from monitor.published.liabilities import read_liabilities
from monitor.published.wallets import read_wallets
from monitor.settings import DocumentSettings

HEIGHTS = {"bitcoin": 123, "ethereum": 4, "arbitrum": 3}
NOW = datetime.now(UTC).replace(microsecond=0)


async def test_the_list_says_what_is_held_where_and_at_which_height(tmp_path: Path) -> None:
    path = tmp_path / "wallets.csv"
    write_wallets(path, holdings(), HEIGHTS)
    fetched = await fetch(str(path), DocumentSettings(source=str(path)))
    assert isinstance(fetched, Fetched)
    published = read_wallets(fetched.files, fetched.document, "okx", registry.load())
    assert published.differences == ()
    assert [claim.fault for claim in published.claims] == [""] * len(holdings())
    assert [(claim.token, claim.address, claim.amount, claim.height) for claim in published.claims] == [
        (row.token, row.address, row.amount, HEIGHTS[row.network.name]) for row in holdings()
    ]
    assert {total.coin: total.stated for total in published.summary}["ETH-ARBITRUM"] == Decimal(2160)


async def test_the_report_says_what_is_owed_as_of_when_and_what_a_custodian_holds(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_report(path, holdings(), NOW, "ab" * 32)
    fetched = await fetch(str(path), DocumentSettings(source=str(path)))
    assert isinstance(fetched, Fetched)
    liabilities = read_liabilities(fetched.files, fetched.document, "okx-report", registry.load())
    assert liabilities.as_of == NOW
    assert dict(liabilities.owed) == dict(OWED)
    assert liabilities.merkle_root == "ab" * 32
    assert dict(liabilities.unaddressed) == dict(CUSTODY)


def test_the_tree_proves_all_that_is_owed_and_counts_its_customer(tmp_path: Path) -> None:
    tree = plant(OWED)
    (tmp_path / "tree.txt").write_text(tree.text)
    (tmp_path / "user_info_file.json").write_text(tree.customer)
    proof = verify(gather([tmp_path]), Expected(root=tree.root, totals=OWED))
    assert (proof.status, proof.scheme, proof.leaves) == (ProofStatus.PROVEN, "okx-merkle-v2", 16)
    assert dict(proof.totals) == dict(OWED)
    assert any("user_info_file.json" in sentence for sentence in proof.proven)
