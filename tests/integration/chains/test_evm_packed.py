"""The programs that read many balances in one call, run by a real node."""

import json
import random
import subprocess
from pathlib import Path

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from monitor.chains import AtHeight, Tag
from monitor.chains.evm import node as evm_node
from monitor.chains.evm.methods import Deployless, Method, Multicall3, Override
from monitor.chains.evm.multicall import MULTICALL3
from monitor.devnet.nodes import Anvil
from monitor.model import Height
from tests.chains.conftest import Opener
from tests.support.chains import ETH, ETHEREUM, USDC, USDT, account, happened
from tests.support.evm import DOLLAR
from tests.support.nodes import AnvilFactory

pytestmark = pytest.mark.integration

ACCOUNTS = [account(0x1000 + number) for number in range(2500)]
MULTICALL = Path("benchmarks/balances/Multicall.json")
REVERTS = "0x60006000fd"  # PUSH1 0, PUSH1 0, REVERT
WASTES = "0x5b600056"  # JUMPDEST, PUSH1 0, JUMP: until no gas is left
TWO_WORDS = "0x60406000f3"  # PUSH1 64, PUSH1 0, RETURN
LATEST = Tag("latest")

METHODS: dict[str, Method] = {"override": Override(), "deployless": Deployless(), "multicall3": Multicall3()}


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The only method that is tried."""
    name: str = request.param
    only = (METHODS[name],)
    monkeypatch.setattr(evm_node, "methods_of", lambda _: only)
    return name


@pytest.fixture
def node(anvil: AnvilFactory) -> Anvil:
    node = anvil()
    node.rpc("anvil_setCode", MULTICALL3, json.loads(MULTICALL.read_text(encoding="utf-8"))["deployedBytecode"])
    node.rpc("anvil_setCode", USDT.contract, DOLLAR)
    return node


async def test_every_method_tells_the_same_exact_balances_at_the_block_that_was_chosen(
    node: Anvil, open_reader: Opener, method: str
) -> None:
    chance = random.Random(31)
    coins = {name: chance.choice((0, 1, chance.getrandbits(200))) for name in ACCOUNTS}
    dollars = dict.fromkeys(ACCOUNTS, 0) | {name: chance.choice((1, 2**256 - 1, 0xEF << 248)) for name in ACCOUNTS[:99]}
    for name in ACCOUNTS:
        node.rpc("anvil_setBalance", name, hex(coins[name]))
    for name in ACCOUNTS[:99]:
        slot = "0x" + keccak(encode(["address", "uint256"], [name, 1])).hex()  # balanceOf is the second variable
        node.rpc("anvil_setStorageAt", USDT.contract, slot, f"0x{dollars[name]:064x}")
    node.mine()
    height = int(node.rpc("eth_blockNumber"), 16)
    node.mine(3)
    node.rpc("anvil_setBalance", ACCOUNTS[0], "0x7")
    reader = open_reader(ETHEREUM, {"url": node.url})
    reading = await reader.read({ETH: ACCOUNTS, USDT: ACCOUNTS}, AtHeight(Height(height)))
    assert reading.balances == {ETH: coins, USDT: dollars}
    (state,) = reader.endpoints()
    assert (state.method, happened(state)) == (method, {})
    assert state.requests < 30


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (REVERTS, "execution reverted"),
        (WASTES, "OutOfGas"),
        (TWO_WORDS, "returned 64 bytes where 32 were due"),
        ("0x00", "balanceOf returned nothing"),
        ("0x", "there is no contract at"),
    ],
)
async def test_a_token_that_does_not_tell_fails_by_its_name_by_every_method(
    node: Anvil, open_reader: Opener, method: str, code: str, reason: str
) -> None:
    node.rpc("anvil_setCode", USDC.contract, code)
    node.mine()
    # anvil runs what wastes gas until it is gone, 300 times
    reader = open_reader(ETHEREUM, {"url": node.url, "timeout": "60s"}, deadline="2m")
    reading = await reader.read({USDC: ACCOUNTS[:300], ETH: ACCOUNTS, USDT: ACCOUNTS[:50]}, LATEST)
    assert set(reading.balances) == {ETH, USDT}
    assert reason in reading.failed[USDC]
    assert reader.endpoints()[0].method == method


async def test_calls_that_take_more_gas_than_the_node_gives_are_halved(
    anvil: AnvilFactory, open_reader: Opener
) -> None:
    node = anvil(arguments=("--gas-limit", "2000000"))
    reader = open_reader(ETHEREUM, {"url": node.url})
    reading = await reader.read({ETH: ACCOUNTS}, LATEST)
    assert reading.balances[ETH] == dict.fromkeys(ACCOUNTS, 0)
    assert reader.endpoints()[0].method == "override"
    assert 5 < reader.endpoints()[0].requests < 25


async def test_a_node_without_multicall3_is_read_by_single_calls(
    anvil: AnvilFactory, open_reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evm_node, "methods_of", lambda _: (METHODS["multicall3"],))
    reader = open_reader(ETHEREUM, {"url": anvil().url})
    assert (await reader.read({ETH: ACCOUNTS}, LATEST)).balances[ETH] == dict.fromkeys(ACCOUNTS, 0)
    assert reader.endpoints()[0].method == "batch"


def test_the_multicall_contract_is_what_its_source_compiles_to() -> None:
    compiled = subprocess.run(
        ["tools/compile-contract", MULTICALL.with_suffix(".sol")], capture_output=True, text=True, check=True
    )
    assert json.loads(compiled.stdout) == json.loads(MULTICALL.read_text(encoding="utf-8"))
