"""The commands that end by themselves, on real nodes, as processes of their own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from monitor.devnet.nodes import Anvil
from tests.support.daemons import MESSAGE, Row, Site, key, list_of, publish, signed
from tests.support.evm import give, issue, put_safe
from tests.support.nodes import AnvilFactory, BitcoinFactory

pytestmark = pytest.mark.integration

REGTEST = "bip122:0f9188f13cb7b2c71f2a335e3a4fc328"
SAFE = "0x" + "5a" * 20
TOKEN = "0x" + "70" * 20
OWNERS = [key(number).evm_address for number in (1, 2)]


def reserve_monitor(*arguments: str | Path) -> tuple[int, list[dict[str, Any]]]:
    """Exit status, and the lines of JSON on stdout."""
    command = [sys.executable, "-m", "monitor", *map(str, arguments), "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()]


def height(node: Anvil) -> str:
    return str(int(node.rpc("eth_blockNumber"), 16))


def test_ownership_asks_the_chain_about_owners_when_it_is_given_one(site: Site, anvil: AnvilFactory) -> None:
    node = anvil()
    put_safe(node, SAFE, OWNERS, 2)
    signatures = [key(number).sign_evm(MESSAGE) for number in (1, 2)]
    site.exchange("okx", [Row("ethereum", "ETH", SAFE, "", "", MESSAGE, *signatures, *OWNERS)])
    site.network("ethereum", node.url)
    offline = reserve_monitor("ownership", site.list("okx"))
    assert (offline[0], offline[1][0]["verdict"]) == (0, "unbound")
    asked = reserve_monitor("ownership", site.list("okx"), "--config", site.write())
    assert (asked[0], asked[1][0]["verdict"]) == (0, "verified")
    assert f"on chain at block {height(node)}: " in asked[1][0]["reason"]


def test_check_judges_balances_that_are_proven(site: Site, anvil: AnvilFactory) -> None:
    node = anvil()
    give(node, signed(1).address, 40)
    issue(node, TOKEN, signed(2).address, 5)
    node.mine()
    registry = site.folder / "tokens.yaml"
    registry.write_text(f'tokens: {{ethereum: [{{asset: XYZ, contract: "{TOKEN}", decimals: 0}}]}}', encoding="utf-8")
    site.exchange("okx", [signed(1), signed(2, "XYZ")])
    site.owes("okx", ETH="40", XYZ="5")
    endpoints = [{"name": f"node-{number}", "party": f"party-{number}", "url": node.url} for number in (1, 2)]
    site.network("ethereum", endpoints=endpoints, verify="proof", quorum=2)
    site.write(registry=[str(registry)])
    status, (found,) = reserve_monitor("check", "--config", site.path)
    assets = found["exchanges"]["okx"]["assets"]
    assert (status, assets["ETH"]["ratios"]["signed"], assets["XYZ"]["ratios"]["signed"]) == (0, "1", "1")


def test_claims_are_compared_at_the_claimed_height_and_not_with_what_is_there_now(
    site: Site, anvil: AnvilFactory
) -> None:
    node = anvil()
    give(node, signed(1).address, 40)
    node.mine()
    then = height(node)
    node.mine()  # what is set from now on would else still change the block before
    give(node, signed(1).address, 7)
    node.mine()
    site.exchange("okx", [])
    site.network("ethereum", node.url)
    site.write()
    for amount, status in (("40", 0), ("7", 1)):
        publish(site.list("okx"), list_of([signed(1, amount=amount, height=then)]))
        found = reserve_monitor("claims", site.list("okx"), "--config", site.path)
        assert (found[0], found[1][0]["found"]) == (status, "40")


def test_check_judges_one_pass_over_real_chains(site: Site, anvil: AnvilFactory, bitcoin_node: BitcoinFactory) -> None:
    ethereum, bitcoin = anvil(), bitcoin_node()
    give(ethereum, signed(1).address, 40)
    ethereum.mine()
    held = signed(2, "BTC", "bitcoin")
    bitcoin.fund({held.address: 99_999_999})
    site.exchange("okx", [signed(1), held])
    site.network("ethereum", ethereum.url)
    login = {"user": bitcoin.user, "password": bitcoin.password}
    site.network("bitcoin", endpoints=[{"name": "node-1", "url": bitcoin.url, **login}], caip2=REGTEST)
    site.write()
    for owed, status, ratio in (("0.99999999", 0, "1"), ("1", 1, "0.99999999")):
        site.owes("okx", ETH="40", BTC=owed)
        found, (told,) = reserve_monitor("check", "--config", site.path)
        assets = told["exchanges"]["okx"]["assets"]
        assert (found, assets["BTC"]["ratios"]["signed"], assets["ETH"]["ratios"]["signed"]) == (status, ratio, "1")


def test_coins_that_moved_between_the_heights_of_a_report_count_once(site: Site, anvil: AnvilFactory) -> None:
    node = anvil()
    give(node, signed(1).address, 60)
    node.mine()
    before = height(node)
    node.mine()
    give(node, signed(1).address, 0)
    give(node, signed(2).address, 60)
    node.mine()
    site.exchange("x", [signed(1, amount="60", height=before), signed(2, amount="60", height=height(node))])
    site.owes("x", ETH="100")
    site.network("ethereum", node.url)
    status, (told,) = reserve_monitor("check", "--config", site.write())
    asset = told["exchanges"]["x"]["assets"]["ETH"]
    assert (status, asset["ratios"]["verified"], asset["report_ratios"]["verified"]) == (1, "0.6", "0.6")
