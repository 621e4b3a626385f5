"""A network that nobody reads beside those of the devnet: the alarm goes off as ever, and says what it rests on."""

import json
from pathlib import Path
from typing import Any

import pytest

from monitor.devnet.devnet import Devnet
from monitor.devnet.keys import HOT
from monitor.devnet.nodes import Daemon
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

MESSAGE = "I am a devnet address"


def claim_on_base(devnet: Devnet, amount: str) -> None:
    """Add a signed row on a network without an endpoint to what the devnet has published."""
    signature = HOT.sign_evm(MESSAGE)
    with (devnet.directory / "published" / "wallets.csv").open("a") as wallets:
        wallets.write(f"ETH-BASE,Non Staking,BASE,1,{HOT.evm_address},{amount},{MESSAGE},{signature},,,,\n")


def eth(daemon: Daemon) -> dict[str, Any]:
    found = json.loads(daemon.get("/api/v1/exchanges/example"))["exchange"]["assets"]["ETH"]
    assert isinstance(found, dict)
    return found


def paged(daemon: Daemon) -> bool:
    alerts = json.loads(daemon.get("/api/v1/alerts"))["alerts"]
    return any(each["active"] and (each["name"], each["asset"]) == ("PorRatioBelowLimit", "ETH") for each in alerts)


@pytest.mark.parametrize(
    ("amount", "upper", "headline", "said"),
    [
        ("0", "0.927", "ETH not covered at 92.70 %, under 100 %.", ""),
        (
            "100",  # 1 % of what is owed
            "0.947",
            "ETH not covered at 92.70 % to 94.70 %, under 100 %, unless 630 ETH came to base since the list.",
            (
                "100.0000 ETH on base rest on the exchange's word alone: they were not read"
                " (100.0000 on networks that could be read, but not by this monitor)."
            ),
        ),
    ],
)
def test_a_drain_pages_though_a_network_is_not_read(
    tmp_path: Path, amount: str, upper: str, headline: str, said: str
) -> None:
    with Devnet.start(tmp_path / "devnet") as devnet:
        claim_on_base(devnet, amount)
        daemon = devnet.start_daemon()
        eventually(lambda: eth(daemon)["lower_bounds"].get("verified") == "1.03")
        assert (eth(daemon)["status"], eth(daemon)["unread"]["verified"], paged(daemon)) == ("covered", amount, False)
        devnet.drain("ETH", "10%")
        eventually(lambda: paged(daemon))
        asset = eth(daemon)
        bounds = asset["lower_bounds"]["verified"], asset["upper_bounds"]["verified"]
        assert (asset["status"], *bounds) == ("breach", "0.927", upper)
        page = daemon.get("/exchanges/example").replace("\N{NO-BREAK SPACE}", " ").replace("&#39;", "'")
        assert headline in page
        assert said in page
        assert ("100.0000</data> only claimed, <data" in " ".join(page.split())) is bool(said)
        assert ("the exchange's word alone" in page) is bool(said)
        devnet.refill("ETH")
        eventually(lambda: not paged(daemon))
