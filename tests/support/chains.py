"""Networks, tokens and settings for tests that read chains."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from monitor.chains import Keeper
from monitor.chains.network_reader import NetworkReader
from monitor.chains.opening import open_network
from monitor.model import BalanceSlot, Caip2, EndpointState, Network, Token
from monitor.registry import load
from monitor.settings import NetworkSettings

ETHEREUM = Network("ethereum", Caip2("eip155:1"), "evm", "Ethereum")
ETH = Token("ETH", "ethereum", None, 18)
USDT = Token("USDT", "ethereum", "0xdac17f958d2ee523a2206206994597c13d831ec7", 6)
USDC = Token("USDC", "ethereum", "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", 6)

REGTEST = replace(load().networks["bitcoin"], caip2=Caip2("bip122:0f9188f13cb7b2c71f2a335e3a4fc328"))
BTC = Token("BTC", "bitcoin", None, 8)
BITCOIN_ACCOUNTS = (
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
)
"""One account of each usual form: P2PKH, P2SH, P2WPKH, P2TR."""


def account(number: int) -> str:
    """An EVM account."""
    return f"0x{number:040x}"


def reader(
    network: Network,
    *endpoints: dict[str, Any],
    balance_slots: Mapping[str, BalanceSlot] | None = None,
    keeper: Keeper | None = None,
    chance: Callable[[], float] = lambda: 1.0,
    **settings: Any,
) -> NetworkReader:
    """A reader of ``network``; endpoints get names by their order, parties of their own, and short time-outs.

    All parties are compared only where ``ask_all`` is 1, or ``chance`` says so.
    """
    named = [
        {"name": f"node-{number}", "party": f"party-{number}", "timeout": "5s", **each}
        for number, each in enumerate(endpoints, 1)
    ]
    configured = NetworkSettings.model_validate({"endpoints": named, "deadline": "20s", **settings})
    return open_network(network, configured, keeper, balance_slots, chance)


def happened(state: EndpointState) -> dict[str, int]:
    """The failures of an endpoint, without the reasons that stand at zero."""
    return {reason: count for reason, count in state.failures.items() if count}
