"""Ten thousand accounts by protocols that are not of the networks read account by account: whole, at one block.

What is read over many blocks (Esplora, Blockbook, Electrum) is in benchmarks/networks/anchored.py, of tenfold.
"""

from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest

from monitor.chains import Tag
from monitor.model import Caip2
from monitor.registry import load
from tests.chains.conftest import Opener
from tests.support.all_networks import STANDS
from tests.support.beacon import BEACON, STAKED, BeaconStandIn, Staked, key
from tests.support.bitcoin_standins import BitcoindStandIn

REGISTRY = load()
COUNT = 10_000


@pytest.mark.parametrize(("name", "protocol"), [("bitcoin", "bitcoind"), ("tron", "tron"), ("solana", "solana")])
async def test_all_accounts_are_read(stack: AsyncExitStack, open_reader: Opener, name: str, protocol: str) -> None:
    network, coin = REGISTRY.networks[name], REGISTRY.native(name)
    assert coin is not None
    stand: Any = STANDS[network.family](network)
    held = {stand.account(number): number % 3 and 10**9 + number for number in range(1, COUNT + 1)}
    for account, units in held.items():
        if units:
            stand.give(coin, account, units)
    front = BitcoindStandIn(stand.chain) if protocol == "bitcoind" else stand.front(protocol)
    await stack.enter_async_context(front.serving())
    there = replace(network, caip2=Caip2(stand.caip2)) if stand.caip2 else network
    endpoint = {"protocol": protocol, "url": front.url, "timeout": "30s"}
    reading = await open_reader(there, endpoint, deadline="2m").read({coin: list(held)}, Tag("latest"))
    assert reading.balances == {coin: held}


async def test_all_validators_are_read(stack: AsyncExitStack, open_reader: Opener) -> None:
    held = {key(number): 32 * 10**9 + number for number in range(1, COUNT + 1)}
    node = BeaconStandIn(validators=[Staked(each, units) for each, units in held.items()])
    url = await stack.enter_async_context(node.serving())
    reading = await open_reader(BEACON, {"url": url, "batch": 1000}).read({STAKED: list(held)}, Tag("finalized"))
    assert reading.balances == {STAKED: held}
