"""What the daemon is given: published lists, reports, a registry of their networks, a configuration."""

import csv
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from benchmarks.ownership import lists

NETWORKS = tuple(f"chain-{number}" for number in range(10))
ASSETS = tuple(f"COIN{number:02}" for number in range(25))
DECIMALS = 18
HEIGHT = 1_000
"""The height of all claimed amounts."""

MOVING = "0"
"""The last digit of the accounts whose balances change."""

_COLUMNS = ("network", "asset", "address", "amount", "height", "message", "signature1")
_OWED = Decimal(10) ** 12


def chain_id(network: str) -> int:
    return 90_000 + NETWORKS.index(network)


def contract(network: str, asset: str) -> str:
    return f"0x{NETWORKS.index(network):02x}{ASSETS.index(asset):02x}{'c0' * 18}"


def balance(block: int, account: str) -> int:
    """Of every token: no amount twice, and of one account in sixteen another one at every block."""
    return int(f"{block if account[-1] == MOVING else HEIGHT:x}{account[-12:]}", 16)


@dataclass(frozen=True, slots=True)
class Site:
    """A folder with a configuration and the documents that it names."""

    folder: Path
    exchanges: int
    nodes: str
    """URL of the stand-in."""
    port: int
    """That the daemon is to serve on."""

    @property
    def configuration(self) -> Path:
        return self.folder / "monitor.yaml"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def publish(self, accounts: int) -> None:
        """Write all documents: lists of so many signed accounts together, what is owed, the registry."""
        _write_registry(self.folder)
        _write_lists(self.folder, self._names, accounts)
        for name in self._names:
            lines = [f"{asset},{_OWED},2026-11-01T00:00:00Z\n" for asset in ASSETS]
            (self.folder / f"{name}-owed.csv").write_text("asset,amount,as_of\n" + "".join(lines), encoding="ascii")

    def configure(self, interval: str) -> None:
        """Write the configuration; every network is read at this interval."""
        settings = {
            "exchanges": {
                name: {
                    "wallets": {"source": str(self.folder / f"{name}.csv")},
                    "liabilities": {"source": str(self.folder / f"{name}-owed.csv")},
                }
                for name in self._names
            },
            "networks": {
                network: {
                    "interval": interval,
                    "block": "latest",
                    "endpoints": [{"url": f"{self.nodes}/{network}", "name": f"node-of-{network}"}],
                }
                for network in NETWORKS
            },
            "registry": [str(self.folder / "registry.yaml")],
            "store": {"url": f"sqlite+aiosqlite:///{self.folder}/history.db"},
            "web": {"listen": f"127.0.0.1:{self.port}"},
        }
        self.configuration.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML

    @property
    def _names(self) -> list[str]:
        return [f"exchange-{number:02}" for number in range(self.exchanges)]


def _write_registry(folder: Path) -> None:
    registry = {
        "networks": {
            network: {"caip2": f"eip155:{chain_id(network)}", "family": "evm", "title": network} for network in NETWORKS
        },
        "tokens": {
            network: [{"asset": asset, "contract": contract(network, asset), "decimals": DECIMALS} for asset in ASSETS]
            for network in NETWORKS
        },
    }
    (folder / "registry.yaml").write_text(json.dumps(registry), encoding="utf-8")


def _write_lists(folder: Path, names: list[str], accounts: int) -> None:
    lists.prepare("evm", accounts)
    with ExitStack() as stack:
        tables = [csv.writer(stack.enter_context((folder / f"{name}.csv").open("w", newline=""))) for name in names]
        for table in tables:
            table.writerow(_COLUMNS)
        for number, row in enumerate(_rows(accounts)):
            tables[number * len(tables) // accounts].writerow(row)


def _rows(accounts: int) -> Iterator[tuple[object, ...]]:
    """Every asset on every network, again and again."""
    for number, row in enumerate(lists.load("evm", accounts)):
        network, asset = NETWORKS[number % len(NETWORKS)], ASSETS[number // len(NETWORKS) % len(ASSETS)]
        claim = row.claim
        amount = Decimal(balance(HEIGHT, claim.address)).scaleb(-DECIMALS)
        yield network, asset, claim.address, amount, HEIGHT, claim.message, claim.signatures[0]
