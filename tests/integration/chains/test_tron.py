"""What Tron is read by, run by a real EVM behind Tron's APIs: no node of Tron's own is to be had from a registry."""

import json
from pathlib import Path
from typing import Any

import pytest

from monitor.chains import Tag
from monitor.chains.tron.accounts import from_hex
from monitor.devnet.jsonrpc import RpcError
from monitor.devnet.nodes import Anvil
from tests.chains.conftest import Opener
from tests.support.chains import account, happened
from tests.support.evm import issue
from tests.support.nodes import AnvilFactory
from tests.support.standins import RefusedError
from tests.support.tron import MULTICALL3, TRON, TRX, USDT, USDT_HEX, TronStandIn

pytestmark = pytest.mark.integration

MULTICALL = Path("benchmarks/balances/Multicall.json")
HEX = [account(0x1000 + number) for number in range(1200)]
COINS = {from_hex(each): number * 10**6 for number, each in enumerate(HEX)}
TETHER = dict.fromkeys(COINS, 0) | {from_hex(HEX[3]): 2**255 + 1, from_hex(HEX[1199]): 7}


class OnAnvil(TronStandIn):
    """Tron's APIs, answered from the state of a real node."""

    def __init__(self, node: Anvil) -> None:
        super().__init__()
        self._node = node

    def _coins(self, account: str, *, solid: bool) -> int:
        return int(self._node.rpc("eth_getBalance", account, "latest"), 16)

    def _run(self, to: str | None, data: str, *, solid: bool) -> str:
        if to is None and "deployless" not in self.runs:
            raise RefusedError(-32600, "contract_address isn't set.")
        call = {"data": f"0x{data}"} | ({"to": to} if to else {})
        try:
            returned: str = self._node.rpc("eth_call", call, "latest")
        except RpcError as error:
            raise RefusedError(3, str(error)) from None
        return returned[2:]


@pytest.fixture
def node(anvil: AnvilFactory) -> Anvil:
    node = anvil()
    node.rpc("anvil_setCode", MULTICALL3, json.loads(MULTICALL.read_text(encoding="utf-8"))["deployedBytecode"])
    for each in HEX:
        node.rpc("anvil_setBalance", each, hex(COINS[from_hex(each)]))
    for each in (HEX[3], HEX[1199]):
        issue(node, USDT_HEX, each, TETHER[from_hex(each)])
    return node


@pytest.mark.parametrize(
    ("protocol", "runs", "method"),
    [
        ("tron", ("deployless",), "deployless"),
        ("tron", ("multicall3",), "multicall3"),
        ("tron-jsonrpc", ("multicall3",), "multicall3"),
    ],
)
async def test_a_real_machine_runs_what_balances_are_read_by(
    node: Anvil, open_reader: Opener, protocol: str, runs: tuple[str, ...], method: str
) -> None:
    front = OnAnvil(node)
    front.runs = set(runs)
    async with front.serving() as url:
        endpoint: dict[str, Any] = {"protocol": protocol, "url": url + ("jsonrpc" if "rpc" in protocol else "")}
        reader = open_reader(TRON, endpoint)
        reading = await reader.read({TRX: list(COINS), USDT: list(COINS)}, Tag("latest"))
        assert (reading.balances[TRX], reading.balances[USDT]) == (COINS, TETHER)
        (state,) = reader.endpoints()
        assert (state.method, happened(state)) == (method, {})
