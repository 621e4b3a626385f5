"""`reserve-monitor config check --lists`."""

import pytest

from tests.cli.conftest import Command
from tests.support.daemons import Row, Site, unsigned

NODE = "http://127.0.0.1:1"


@pytest.fixture
def rows() -> list[Row]:
    return [
        unsigned(1, amount="60"),
        unsigned(2, network="arbitrum", amount="40"),
        unsigned(3, asset="BTC", network="bitcoin", amount="2"),
    ]


def test_all_that_is_claimed_is_on_networks_that_are_configured(command: Command, site: Site, rows: list[Row]) -> None:
    site.exchange("okx", rows)
    for network in ("ethereum", "arbitrum", "bitcoin"):
        site.network(network, NODE)
    finished = command("config", "check", site.write(), "--lists")
    assert finished.status == 0
    assert "100.0000" in finished.out
    assert "100.0000 (100.00 %)" in finished.out


def test_what_could_be_read_is_a_finding_and_names_the_protocols(command: Command, site: Site, rows: list[Row]) -> None:
    site.exchange("okx", rows)
    site.network("ethereum", NODE)
    finished = command("config", "check", site.write(), "--lists")
    assert finished.status == 1
    line = "ETH: 40.0000 (40.00 %) on arbitrum: not configured: no endpoint to read it from; it can be read by evm, "
    assert line + "etherscan, blockscout\n" in finished.out
    finished = command("config", "check", site.path, "--lists", "--json")
    (told,) = finished.lines
    eth = told["exchanges"]["okx"]["assets"]["ETH"]
    assert (told["status"], eth["claimed"], eth["parts"]["not_configured"]) == (
        1,
        "100",
        {"claimed": "40", "unbounded": False, "share": "0.4"},
    )
    assert eth["places"][1] == {
        "network": "arbitrum",
        "cause": "not_configured",
        "reason": "not configured: no endpoint to read it from",
        "protocols": ["evm", "etherscan", "blockscout"],
        "claimed": "40",
        "unbounded": False,
        "share": "0.4",
    }


def test_what_nobody_can_read_cannot_be_judged(command: Command, site: Site, rows: list[Row]) -> None:
    site.exchange("okx", [rows[0], unsigned(5, network="newchain", amount="1"), unsigned(6, network="newchain")])
    site.network("ethereum", NODE)
    finished = command("config", "check", site.write(), "--lists")
    assert finished.status == 3
    assert "ETH: no amount on no known network: 2 claims of " in finished.out


def test_a_claim_of_nothing_leaves_nothing_open(command: Command, site: Site, rows: list[Row]) -> None:
    site.exchange("okx", [rows[0], unsigned(2, network="arbitrum", amount="0")])
    site.network("ethereum", NODE)
    assert command("config", "check", site.write(), "--lists").status == 0


def test_a_list_that_cannot_be_had_is_told_beside_the_others(command: Command, site: Site, rows: list[Row]) -> None:
    site.exchange("okx", rows)
    site.exchange("kraken")
    for network in ("ethereum", "arbitrum", "bitcoin"):
        site.network(network, NODE)
    finished = command("config", "check", site.write(), "--lists")
    assert finished.status == 3
    assert "kraken: no list: " in finished.out
    assert "60.0000" not in finished.err


def test_json_is_for_what_the_lists_say(command: Command, site: Site, rows: list[Row]) -> None:
    site.exchange("okx", rows)
    assert command("config", "check", site.write(), "--json").status == 2
