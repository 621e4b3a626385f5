"""All assets of OKX's report, from its list to an answer: by config/okx.yaml, its URLs those of stand-ins.

The list names each coin id of OKX's that is a form of these assets once. Everything else is the real way: the documents
are read, every network is asked by its own protocol, a quorum agrees, the assets are judged.
"""

import csv
import json
from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from monitor.daemon.check import check
from monitor.model import Assessment, Cause, ReserveStatus, Token
from monitor.registry import load
from monitor.settings import Settings
from monitor.settings import load as load_settings
from tests.support.all_networks import STANDS, Stand
from tests.support.daemons import owed as owed_as_csv

REGISTRY = load()
OKX = load_settings(Path("config/okx.yaml"), {})
REPORT = json.loads(Path("tests/data/published/report-506872725.json").read_text("utf-8"))["audit"]
ASSETS = (
    *REPORT["liabilityBalances"],  # the three that it tells of; the others as OKX's page named them
    *("USDC", "LINK", "UNI", "SOL", "FIL", "XRP", "DOGE", "DOT", "LTC", "ETC", "BCH", "TRX", "EOS", "APT", "TON"),
    *("OKB", "PEOPLE", "ELF", "OKT"),
)
UNREAD = {
    "OKB-X1-USDT": ("USDT", Cause.UNKNOWN_LABEL),
    "USDT": ("USDT", Cause.FAILED),
    "USDT-OMNI": ("USDT", Cause.FAILED),
}
"""Ids that nobody can read, with the asset that they are left open for: OKX does not say which USDT the first one
means, and Omni is told by no protocol."""
HEIGHT = 30_000_000
"""Of every row: above the blocks at which Polkadot's and Kusama's coins moved to Asset Hub."""


@dataclass(frozen=True)
class Row:
    coin: str
    asset: str
    network: str
    token: Token | None
    account: str
    amount: Decimal


def rows(stands: dict[str, Stand]) -> list[Row]:
    """The list; what it claims is what was given."""
    found = []
    table = csv.DictReader(Path("tests/data/registry/okx-coin-ids.csv").read_text("utf-8").splitlines())
    for line, coin in enumerate((each["id"] for each in table), 2):
        placed = REGISTRY.at_height(REGISTRY.place(coin), HEIGHT)
        asset = placed.token.asset if placed.token else UNREAD.get(coin, ("",))[0]
        if asset not in ASSETS or placed.network is None:
            continue
        name = placed.network.name
        if name not in stands:
            stands[name] = STANDS[placed.network.family](placed.network)
        account = stands[name].account(line)
        amount = Decimal("0.5") if coin in UNREAD else Decimal(1000 + line)
        found.append(Row(coin, asset, name, placed.token, account, amount))
    return found


def publish(folder: Path, listed: list[Row]) -> None:
    """Write list and liabilities: the report's own ratios are its assets', the others are just covered."""
    claimed: defaultdict[str, Decimal] = defaultdict(Decimal)
    lines = ["coin,network,snapshot height,address,amount"]
    for row in listed:
        lines.append(f"{row.coin},,{HEIGHT},{row.account},{row.amount}")
        claimed[row.asset] += row.amount
    (folder / "wallets.csv").write_text("\n".join(lines) + "\n", "utf-8")
    ratios = {asset: Decimal(text.rstrip("%")) / 100 for asset, text in REPORT["capitalRatio"].items()}
    owed = {asset: claimed[asset] / ratios.get(asset, Decimal("1.01")) for asset in ASSETS}
    (folder / "owed.csv").write_text(owed_as_csv(**{asset: f"{amount:.4f}" for asset, amount in owed.items()}), "utf-8")


async def assessed(folder: Path, *, drained: bool) -> tuple[Assessment, list[Row], dict[str, Stand]]:
    stands: dict[str, Stand] = {}
    listed = rows(stands)
    publish(folder, listed)
    for row in listed:
        if row.token:
            stands[row.network].give(row.token, row.account, 0 if drained else int(row.amount * 10**row.token.decimals))
    async with AsyncExitStack() as stack:
        networks = {name: await stand.serve(OKX.networks[name], stack) for name, stand in stands.items()}
        world = await check(configured(folder, networks), REGISTRY, lambda *_: None)
    return world.assessments["okx"], listed, stands


def configured(folder: Path, networks: object) -> Settings:
    """OKX's configuration with documents and nodes of the test; rows without signatures count."""
    documents = {
        "exchanges": {
            "okx": {
                "wallets": {"source": str(folder / "wallets.csv"), "format": "okx"},
                "liabilities": {"source": str(folder / "owed.csv")},
                "basis": "listed",
                "audit": False,
            }
        }
    }
    return Settings.model_validate(documents).model_copy(update={"networks": networks})


@pytest.mark.parametrize(("drained", "status"), [(False, ReserveStatus.COVERED), (True, ReserveStatus.BREACH)])
async def test_all_assets_come_to_an_answer(tmp_path: Path, drained: bool, status: ReserveStatus) -> None:
    assessment, listed, stands = await assessed(tmp_path, drained=drained)
    assert len(ASSETS) == len(set(ASSETS)) == 22
    assert {row.asset for row in listed} == set(ASSETS)
    assert stands.keys() <= OKX.networks.keys(), "the configuration that is shipped reads them all"
    found = {asset: assessment.assets[asset].status for asset in ASSETS}
    assert found == dict.fromkeys(ASSETS, status), {
        asset: assessment.assets[asset].gaps for asset in ASSETS if found[asset] is not status
    }
    gaps = {(asset, gap.network, gap.cause) for asset in ASSETS for gap in assessment.assets[asset].gaps}
    missing = {(row.asset, row.network, UNREAD[row.coin][1]) for row in listed if row.coin in UNREAD}
    assert gaps == missing, "what no network tells, and nothing else"
