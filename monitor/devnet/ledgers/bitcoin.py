"""BTC on a regtest node."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import stamina

from monitor.devnet.holdings import Holding
from monitor.devnet.jsonrpc import RpcError
from monitor.devnet.keys import Key
from monitor.devnet.nodes import BitcoinNode
from monitor.devnet.nodes.bitcoin import script_of
from monitor.model import Token

_SCAN_IN_PROGRESS = -8  # RPC_INVALID_PARAMETER, which is also what this refusal comes as
_PATIENCE = 30.0
"""Seconds; a scan of the devnet's few outputs takes a fraction of one."""


class BitcoinLedger:
    """The coins of ``node``."""

    def __init__(self, node: BitcoinNode) -> None:
        self._node = node

    def fund(self, holdings: Sequence[Holding]) -> int:
        return self._node.fund({holding.address: holding.units for holding in holdings})

    def balance(self, token: Token, address: str) -> int:
        return sum(_satoshi(coin["amount"]) for coin in self._coins(address))

    def address(self, key: Key) -> str:
        return key.bitcoin_address

    def move(self, token: Token, units: int, sender: Key, recipient: Key) -> str:
        """Spends all coins of the sender and returns the rest to it.

        The transaction pays no fee, so no node would relay it; the block that holds it is valid all the same.
        """
        coins = self._coins(sender.bitcoin_address)
        rest = sum(_satoshi(coin["amount"]) for coin in coins) - units
        inputs = [{"txid": coin["txid"], "vout": coin["vout"]} for coin in coins]
        amounts = {recipient: units} | ({sender: rest} if rest else {})
        outputs = [{self._local_address(key): str(Decimal(amount).scaleb(-8))} for key, amount in amounts.items()]
        unsigned = self._node.rpc("createrawtransaction", inputs, outputs)
        signed = self._node.rpc("signrawtransactionwithkey", unsigned, [sender.wallet_import_format])["hex"]
        self._node.open_wallet()
        self._node.rpc("generateblock", self._node.rpc("getnewaddress"), [signed])
        transaction: str = self._node.rpc("decoderawtransaction", signed)["txid"]
        return transaction

    def _coins(self, address: str) -> list[dict[str, Any]]:
        """Its unspent outputs. A node runs one scan at a time, and the monitor scans too: then it is asked again."""
        for attempt in stamina.retry_context(
            on=_other_scan, attempts=None, timeout=_PATIENCE, wait_initial=0.05, wait_max=0.5
        ):
            with attempt:
                return self._scan(address)
        raise AssertionError("a retry context ends with a result or an exception")

    def _scan(self, address: str) -> list[dict[str, Any]]:
        coins: list[dict[str, Any]] = self._node.rpc("scantxoutset", "start", [_descriptor(address)])["unspents"]
        return coins

    def _local_address(self, key: Key) -> str:
        """The key's account as regtest writes it: transactions are made from addresses of the node's own chain."""
        descriptor = self._node.rpc("getdescriptorinfo", _descriptor(key.bitcoin_address))["descriptor"]
        address: str = self._node.rpc("deriveaddresses", descriptor)[0]
        return address


def _other_scan(error: Exception) -> bool:
    return isinstance(error, RpcError) and error.code == _SCAN_IN_PROGRESS


def _descriptor(address: str) -> str:
    return f"raw({script_of(address).hex()})"


def _satoshi(coins: Decimal) -> int:
    return int(coins.scaleb(8))
