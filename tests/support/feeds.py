"""Chainlink's own contracts on an anvil: the proxy that is asked, and the aggregator behind it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eth_abi.abi import encode

from monitor.devnet.nodes import Anvil
from tests.support.evm import NOBODY, call, send

_CODE: dict[str, str] = json.loads(Path("tests/data/chains/chainlink.json").read_text(encoding="utf-8"))
_PROXY_WORDS = 6
"""Of the proxy's storage: owners, its present aggregator, a proposed one, those before, who may read."""
_LARGEST = 2**200


@dataclass
class RealFeed:
    """A feed whose only oracle is the node's first account."""

    node: Anvil
    proxy: str
    aggregator: str
    rounds: int = 0

    def tell(self, answer: int) -> None:
        """Report ``answer`` in a round of its own, in the next block."""
        self.rounds += 1
        send(self.node, self.aggregator, call("submit(uint256,int256)", self.rounds, answer))

    def shut_down(self) -> None:
        """Do as Chainlink does: behind the proxy is an aggregator that has no round."""
        self.node.rpc("anvil_setStorageAt", self.proxy, "0x2", _phase(2, _aggregator(self.node, "retired", 8)))


def put_feed(node: Anvil, proxy: str, pair: str, answer: int | None = None, *, decimals: int = 8) -> RealFeed:
    """Put the proxy of a feed where ``proxy`` is; with an ``answer``, its first round is told."""
    aggregator = _aggregator(node, pair, decimals)
    made = _deployed(node, "EACAggregatorProxy", ["address", "address"], [aggregator, NOBODY])
    node.rpc("anvil_setCode", proxy, node.rpc("eth_getCode", made, "latest"))
    for word in range(_PROXY_WORDS):
        node.rpc("anvil_setStorageAt", proxy, hex(word), node.rpc("eth_getStorageAt", made, hex(word), "latest"))
    feed = RealFeed(node, proxy, aggregator)
    if answer is not None:
        feed.tell(answer)
    return feed


def _aggregator(node: Anvil, pair: str, decimals: int) -> str:
    oracle = node.rpc("eth_accounts")[0]
    types = ["address", "uint128", "uint32", "address", "int256", "int256", "uint8", "string"]
    values = [NOBODY, 0, 0, NOBODY, -_LARGEST, _LARGEST, decimals, pair]
    made = _deployed(node, "FluxAggregator", types, values)
    change = "changeOracles(address[],address[],address[],uint32,uint32,uint32)"
    send(node, made, call(change, [], [oracle], [oracle], 1, 1, 0))
    return made


def _phase(number: int, aggregator: str) -> str:
    return f"0x{aggregator[2:].rjust(60, '0')}{number:04x}"


def _deployed(node: Anvil, name: str, types: Sequence[str], values: Sequence[object]) -> str:
    transaction = {
        "from": node.rpc("eth_accounts")[0],
        "data": _CODE[name] + encode(types, values).hex(),
        "gas": hex(10_000_000),
        "gasPrice": "0x0",
    }
    receipt = node.rpc("eth_sendTransactionSync", transaction)
    assert receipt["status"] == "0x1", receipt
    made: str = receipt["contractAddress"]
    return made
