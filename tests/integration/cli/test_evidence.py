"""A bundle of evidence against a real node: of its own blocks, whatever happened since."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.support.daemons import MESSAGE, Row, Site, key, publish, signed
from tests.support.evm import give, issue, put_safe, swap_owner
from tests.support.nodes import AnvilFactory

pytestmark = pytest.mark.integration

SAFE = "0x" + "5a" * 20
OWNERS = [key(number).evm_address for number in (1, 2)]
USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
FOO = "0x" + "f0" * 20


async def test_coins_that_move_later_change_no_bundle_and_who_controls_an_account_is_asked_of_today(
    site: Site, anvil: AnvilFactory, command: Command, tmp_path: Path
) -> None:
    node, plain = anvil(), signed(3)
    put_safe(node, SAFE, OWNERS, 2)
    for contract, units in ((USDT, 70 * 10**6), (FOO, 5)):
        issue(node, contract, plain.address, units)
    for account in (SAFE, plain.address):
        give(node, account, 50)
    node.mine()
    signatures = [key(number).sign_evm(MESSAGE) for number in (1, 2)]
    safe = Row("ethereum", "ETH", SAFE, "", "", MESSAGE, *signatures, *OWNERS)
    site.exchange("okx", [safe, plain, signed(3, "USDT"), signed(3, "FOO")])
    site.owes("okx", ETH="100", USDT="100", FOO="5")
    site.network("ethereum", node.url)
    token = {"asset": "FOO", "contract": FOO, "decimals": 0}
    publish(tmp_path / "own.yaml", json.dumps({"tokens": {"ethereum": [token]}}))
    site.write(registry=[str(tmp_path / "own.yaml")])
    made = await asyncio.to_thread(command, "evidence", "make", "okx", "-c", site.path, "-o", tmp_path / "bundle.zip")
    assert made.status == 0, made
    (tmp_path / "elsewhere").mkdir()
    bundle = shutil.move(tmp_path / "bundle.zip", tmp_path / "elsewhere" / "bundle.zip")

    node.mine()  # what is set from now on would else still change the block before
    give(node, plain.address, 0)
    node.mine(3)
    nodes = Site(tmp_path / "elsewhere")
    nodes.exchange("another", [])
    nodes.network("ethereum", node.url)
    offline = await asyncio.to_thread(command, "evidence", "verify", bundle, "--json")
    assert (offline.status, offline.lines[0]["findings"]) == (0, [])
    assert "a registry of its own" in offline.lines[0]["notes"][1]
    assert offline.lines[0]["assets"] == {"ETH": "covered", "FOO": "covered", "USDT": "breach"}
    online = await asyncio.to_thread(command, "evidence", "verify", bundle, "--json", "--config", nodes.write())
    assert (online.status, online.lines[0]["confirmed_on_chain"]) == (0, {"ethereum": 4}), online

    swap_owner(node, SAFE, OWNERS, OWNERS[1], key(4).evm_address)
    today = await asyncio.to_thread(command, "evidence", "verify", bundle, "--json", "--config", nodes.path)
    (told,) = today.lines[0]["not_judged"]
    assert (today.status, f"the owners of {SAFE} are not confirmed today" in told) == (3, True)
