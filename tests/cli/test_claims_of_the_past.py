"""`reserve-monitor claims` by every protocol: a claim at a past height is judged there, or it is said why not.

One run over one list, in which each network has a row that was true at its height and one that is true only today.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from decimal import Decimal
from typing import Any

import pytest

from monitor.chains.protocols import PROTOCOLS, serving
from monitor.model import Address, Network, Token
from monitor.registry import load
from tests.chains.networks.test_promises import STANDINS
from tests.cli.conftest import Command
from tests.support.all_networks import STANDS
from tests.support.beacon import BEACON, BeaconStandIn, Staked, key
from tests.support.bitcoin_standins import BitcoindStandIn
from tests.support.chains import account as evm_account
from tests.support.daemons import Site, publish
from tests.support.evm_explorers import BlockscoutStandIn, EtherscanFront, MulticallStandIn, NodeBehind
from tests.support.networks.standin import START

NETWORKS = load().networks
KIN = {
    "BTC": ("bitcoin", "bitcoind"),
    "LTC": ("litecoin", "esplora"),
    "DOGE": ("dogecoin", "blockbook"),
    "BCH": ("bitcoin-cash", "electrum"),
}
UNTOLD = {"horizon"}
"""Protocols that read the past of accounts which rest, and those of the stand-in do not."""


class Listed:
    """A list of claims, the nodes that its networks are asked of, and what is to come of each row."""

    def __init__(self, site: Site, stack: AsyncExitStack) -> None:
        self.lines = ["network,asset,address,amount,height,kind"]
        self.expected: list[tuple[str, bool | None]] = []
        self.protocols: set[str] = set()
        self._site = site
        self._stack = stack

    async def network(self, network: Network, protocol: str, node: Any, **more: str) -> None:
        url = str(await self._stack.enter_async_context(node.serving()))
        endpoint = {"name": "node", "protocol": protocol, "url": getattr(node, "url", "") or url}
        self._site.sections["networks"][network.name] = {"block": "latest", "endpoints": [endpoint], **more}
        self.protocols.add(protocol)

    def row(self, coin: Token, account: Address, units: int, height: int, match: bool | None, kind: str = "") -> None:
        amount = Decimal(units).scaleb(-coin.decimals)
        self.lines.append(f"{coin.network},{coin.asset},{account},{amount:f},{height},{kind}")
        self.expected.append((coin.network, match))


async def recorded(listed: Listed) -> None:
    """Networks whose nodes are stood in for by what they answer."""
    for kind in STANDINS:
        if kind.protocol:
            continue  # a further one of a network that is in the list
        protocol = next(iter(serving(kind.network)))
        judged = bool(PROTOCOLS[protocol].past) and protocol not in UNTOLD
        one, two = kind.account(1), kind.account(3)
        node = kind().give([one, kind.account(2), two])
        await listed.network(kind.network, protocol, node)
        height = START - 50
        listed.row(kind.coin, one, node.units(kind.coin.contract, one, height), height, True if judged else None)
        listed.row(kind.coin, two, node.units(kind.coin.contract, two, START), height, False if judged else None)


async def bitcoins(listed: Listed) -> None:
    for asset, (name, protocol) in KIN.items():
        network = NETWORKS[name]
        stand: Any = STANDS["bitcoin"](network)
        one, two = stand.account(1), stand.account(2)
        stand.chain.amounts.update({one: 5_000, two: 7_000})
        height = stand.chain.height
        stand.chain.mine(3)
        stand.chain.amounts.update({one: 9_000, two: 8_000})
        node = BitcoindStandIn(stand.chain) if protocol == "bitcoind" else stand.front(protocol)
        await listed.network(network, protocol, node, caip2=stand.caip2)
        coin = Token(asset, name, None, 8)
        listed.row(coin, one, 5_000, height, True)
        listed.row(coin, two, 8_000, height, False)


async def evms(listed: Listed) -> None:
    one, two = evm_account(1), evm_account(2)
    behind = NodeBehind(10)
    nodes = (
        ("POL", "polygon", "evm", node := MulticallStandIn(137), node),
        ("ETH", "base", "blockscout", explorer := BlockscoutStandIn(8453), explorer),
        ("ETH", "optimism", "etherscan", EtherscanFront(behind), behind),
    )
    for asset, name, protocol, front, told in nodes:
        told.moved = {0: {one: 5, two: 7}, 60: {one: 9, two: 8}}
        await listed.network(NETWORKS[name], protocol, front)
        coin = Token(asset, name, None, 18)
        listed.row(coin, one, 5, 50, True)
        listed.row(coin, two, 8, 50, False)


async def validators(listed: Listed) -> None:
    await listed.network(
        BEACON, "beacon", BeaconStandIn(validators=[Staked(key(1), 32 * 10**9), Staked(key(2), 31 * 10**9)])
    )
    coin = Token("ETH", BEACON.name, None, 9)
    listed.row(coin, key(1), 32 * 10**9, 20, True, "staking")
    listed.row(coin, key(2), 32 * 10**9, 20, False, "staking")


@pytest.fixture
async def listed(site: Site) -> AsyncIterator[Listed]:
    async with AsyncExitStack() as stack:
        found = Listed(site, stack)
        for part in (recorded, bitcoins, evms, validators):
            await part(found)
        site.exchange("okx", [])
        publish(site.list("okx"), "\n".join(found.lines) + "\n")
        site.write()
        yield found


async def test_what_was_true_at_its_height_matches_and_what_is_true_today_alone_does_not(
    listed: Listed, site: Site, command: Command
) -> None:
    finished = await asyncio.to_thread(command, "claims", site.list("okx"), "--config", site.path, "--json")
    *rows, _ = finished.lines
    judged = [(row["network"], row["match"], row["reason"]) for row in rows]
    assert [each for each, true in zip(judged, listed.expected, strict=True) if each[:2] != true] == []
    assert all("past_block" in row["reason"] for row in rows if row["match"] is None)
    assert finished.status == 1
    assert {name for name, protocol in PROTOCOLS.items() if protocol.past} <= listed.protocols
