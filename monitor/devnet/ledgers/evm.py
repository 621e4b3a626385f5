"""The native coin and the tokens of an anvil."""

import json
from collections.abc import Sequence
from importlib import resources

from eth_abi.abi import encode
from eth_account.types import TransactionDictType
from eth_typing import HexStr
from eth_utils.conversions import to_bytes
from eth_utils.crypto import keccak

from monitor.devnet import programs
from monitor.devnet.holdings import Holding, Kind
from monitor.devnet.keys import Key
from monitor.devnet.nodes import Anvil
from monitor.model import Token

_GAS = 1_000_000
_SILENT = "0x00"
"""Code that takes coins and answers nothing."""
_NOBODY = "0x" + "00" * 20
_SAFE_SINGLETON = "0x" + "5afe" * 10


class TransactionFailedError(Exception):
    """A transaction was mined, and reverted."""


class EvmLedger:
    """The accounts of ``node``, where gas costs nothing."""

    def __init__(self, node: Anvil) -> None:
        self._node = node

    def fund(self, holdings: Sequence[Holding]) -> int:
        """Puts a token's code where the registry knows it, and contracts where holdings are some."""
        for contract in {holding.token.contract for holding in holdings if holding.token.contract}:
            self._node.rpc("anvil_setCode", contract, _code(_dollar()))
        for holding in holdings:
            if holding.token.contract:
                self._send(holding.token.contract, _call("issue(address,uint256)", holding.address, holding.units))
            else:
                self._node.rpc("anvil_setBalance", holding.address, hex(holding.units))
        for holding in holdings:
            if holding.kind is Kind.SAFE:
                self._deploy_safe(holding.address, holding.owners)
            if holding.kind is Kind.CONTRACT:
                self._node.rpc("anvil_setCode", holding.address, _SILENT)
        self._node.mine()  # a balance that was set belongs to no block before the next one
        return int(self._node.rpc("eth_blockNumber"), 16)

    def balance(self, token: Token, address: str) -> int:
        if token.contract:
            call = {"to": token.contract, "data": _call("balanceOf(address)", address)}
            return int(self._node.rpc("eth_call", call, "latest"), 16)
        return int(self._node.rpc("eth_getBalance", address, "latest"), 16)

    def address(self, key: Key) -> str:
        return key.evm_address

    def move(self, token: Token, units: int, sender: Key, recipient: Key) -> str:
        to = recipient.evm_address
        transaction: TransactionDictType = {
            "chainId": self._node.chain_id,
            "nonce": int(self._node.rpc("eth_getTransactionCount", sender.evm_address, "latest"), 16),
            "to": to_bytes(hexstr=token.contract or to),
            "value": 0 if token.contract else units,
            "data": HexStr(_call("transfer(address,uint256)", to, units) if token.contract else "0x"),
            "gas": _GAS,
            "gasPrice": 0,
        }
        signed = sender.evm_account.sign_transaction(transaction)
        return self._mined("eth_sendRawTransactionSync", signed.raw_transaction.to_0x_hex())

    def _deploy_safe(self, address: str, owners: Sequence[str]) -> None:
        """Make ``address`` a Safe that needs all ``owners``: the published proxy in front of the published code."""
        self._node.rpc("anvil_setCode", _SAFE_SINGLETON, _code(programs.safe_artifact("Safe").read_text()))
        self._node.rpc("anvil_setCode", address, _code(programs.safe_artifact("proxies/SafeProxy").read_text()))
        slot, value = "0x0", "0x" + _SAFE_SINGLETON[2:].rjust(64, "0")
        self._node.rpc("anvil_setStorageAt", address, slot, value)
        setup = "setup(address[],uint256,address,bytes,address,address,uint256,address)"
        self._send(address, _call(setup, list(owners), len(owners), _NOBODY, b"", _NOBODY, _NOBODY, 0, _NOBODY))

    def _send(self, to: str, data: str) -> None:
        """A transaction from one of anvil's own accounts."""
        sender = self._node.rpc("eth_accounts")[0]
        self._mined("eth_sendTransactionSync", {"from": sender, "to": to, "data": data, "gas": hex(_GAS)})

    def _mined(self, method: str, transaction: object) -> str:
        """The id of a transaction, once it was mined (EIP-7966: the answer is the receipt)."""
        receipt = self._node.rpc(method, transaction)
        if int(receipt["status"], 16) != 1:
            raise TransactionFailedError(f"{self._node.name}: transaction {receipt['transactionHash']} reverted")
        return str(receipt["transactionHash"])


def _dollar() -> str:
    return resources.files("monitor.devnet").joinpath("contracts/DevnetDollar.json").read_text()


def _code(artifact: str) -> str:
    code: str = json.loads(artifact)["deployedBytecode"]
    return code


def _call(signature: str, *arguments: object) -> str:
    """Calldata of a function, by its canonical signature."""
    types = signature[signature.index("(") + 1 : -1].split(",")
    return "0x" + (keccak(text=signature)[:4] + encode(types, arguments)).hex()
