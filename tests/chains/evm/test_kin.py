"""Harmony and PlatON: EVM chains whose people write the same 20 bytes in bech32."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from monitor.chains import ChainError, Depth, Reason
from monitor.model import Token
from monitor.registry import load
from monitor.registry.addresses import canonical
from tests.chains.conftest import Opener
from tests.support.keys import bech32_of
from tests.support.standins import EvmStandIn

Evm = Callable[..., Awaitable[EvmStandIn]]
REGISTRY = load()


@pytest.mark.parametrize(
    ("name", "chain", "asset", "prefix"), [("harmony", 1666600000, "ONE", "one"), ("platon", 210425, "LAT", "lat")]
)
async def test_kin_are_read_by_the_evm_reader(
    evm: Evm, open_reader: Opener, name: str, chain: int, asset: str, prefix: str
) -> None:
    network = REGISTRY.networks[name]
    node = await evm(chain)
    account = canonical(network)(bech32_of(prefix, bytes(range(20))))
    node.coins[account] = 7 * 10**18
    wanted = {Token(asset, name, None, 18): [account, "0x" + "12" * 20]}
    reading = await open_reader(network, {"url": node.url}).read(wanted, Depth(0))
    assert list(reading.balances.values()) == [{account: 7 * 10**18, "0x" + "12" * 20: 0}]
    other = await evm(chain + 1)  # such as Harmony's other shard
    with pytest.raises(ChainError) as caught:
        await open_reader(network, {"url": other.url}).read(wanted, Depth(0))
    assert caught.value.reason is Reason.WRONG_CHAIN


async def test_platon_dates_its_blocks_in_milliseconds(evm: Evm, open_reader: Opener) -> None:
    network = REGISTRY.networks["platon"]
    node = await evm(210425)
    true = node.on_eth_getBlockByNumber

    def told(name: str, _: bool) -> dict[str, Any] | None:
        block = true(name, False)
        return block and block | {"timestamp": hex(int(block["timestamp"], 16) * 1000 + 123)}

    node.on_eth_getBlockByNumber = told  # type: ignore[method-assign]
    wanted = {Token("LAT", "platon", None, 18): ["0x" + "12" * 20]}
    reading = await open_reader(network, {"url": node.url}).read(wanted, Depth(0))
    block = true("latest", False)
    assert block
    assert reading.block.timestamp.timestamp() == int(block["timestamp"], 16)
