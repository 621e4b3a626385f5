"""No row of a list switches the alarm off: what is claimed where nobody reads leaves a breach a breach."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.daemons import Site, publish
from tests.support.evm import give
from tests.support.nodes import AnvilFactory

pytestmark = pytest.mark.integration

CASES = Path("tests/data/cases/unread-network")
ACCOUNT = "0x1ffc276e71c61b4c66aa074ed4098e2c7c22e9d5"
"""Claims up to 409600 ETH, and holds one."""


def check(site: Site, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "monitor", "check", "--config", str(site.path), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("name", "upper", "unread", "unless"),
    [
        ("wallets", "0.0000075", "1", "unless 399998 ETH came to starknet since the list"),
        ("wallets-zero", "0.0000025", "0", None),
        (
            "wallets-newchain",
            "0.000002505",
            "0.001",
            "unless 399998.999 ETH came to networks that are not known here since the list",
        ),
        ("wallets-undecodable", "0.0000025", "0", None),
        ("wallets-without", "0.0000025", "0", None),
    ],
)
def test_it_is_a_breach_whatever_is_claimed_elsewhere(
    site: Site, anvil: AnvilFactory, name: str, upper: str, unread: str, unless: str | None
) -> None:
    node = anvil()
    give(node, ACCOUNT, 1)
    node.mine()
    site.exchange("x", basis="listed", audit=False)
    publish(site.list("x"), (CASES / f"{name}.csv").read_bytes())
    site.owes("x", ETH="400000")
    site.network("ethereum", node.url)
    site.write()
    told = check(site, "--json")
    asset: dict[str, Any] = json.loads(told.stdout)["exchanges"]["x"]["assets"]["ETH"]
    assert (told.returncode, asset["status"], asset["unless"]) == (1, "breach", unless)
    bounds = [asset[bound]["listed"] for bound in ("lower_bounds", "upper_bounds", "unread")]
    assert bounds == ["0.0000025", upper, unread]
