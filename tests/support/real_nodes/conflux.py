"""Conflux' own node (conflux-rust), and an account on it that has coins to send, to stake and to deposit."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import rlp
from coincurve import PrivateKey
from eth_utils.crypto import keccak

from monitor.devnet.jsonrpc import JsonRpc, NoAnswerError, RpcError
from monitor.devnet.processes import ASK_TIMEOUT, Node, NotReadyError, free_port
from monitor.devnet.programs import ROOT, ProgramMissingError
from monitor.model import Address, Token
from monitor.registry import load
from monitor.registry.addresses import decode
from monitor.registry.addresses.encodings import cashaddr
from tests.support.real_nodes import installed
from tests.support.waiting import eventually

CONFLUX = load().networks["conflux"]
CFX = Token("CFX", "conflux", None, 18)
_CHAIN = 1029
_KEY = bytes.fromhex("46b9e861b63d3509c88b7817275a30d22d62c8cd8fa6486ddee35ef0d8e0495f")
_GAS, _PRICE = 500_000, 20 * 10**9
_STORAGE = 10_000
"""Bytes that a transaction may take up at most, for which its sender must be able to deposit."""
_STAKING = bytes.fromhex("0888000000000000000000000000000000000002")
_DEPOSIT = bytes.fromhex("b6b55f25")
"""``deposit(uint256)`` of the staking contract, of Conflux' internal contracts."""
_STORES_A_WORD = bytes.fromhex("600160005560016000f3")
"""Code that sets the first word of a new contract's storage, and leaves one byte of code."""


def user(payload: bytes) -> Address:
    """The account that 20 bytes are, of which the first 4 bits say that it is a user's."""
    return cashaddr.encode("cfx", bytes((0, 0x10 | payload[0] & 0x0F)) + payload[1:], cashaddr.CIP37_ALPHABET)


class ConfluxRust(Node):
    """One network on ``url``; it goes on by itself."""

    name = "conflux"

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._peers = 0
        self._signer = PrivateKey(_KEY)
        self.account = user(keccak(self._signer.public_key.format(compressed=False)[1:])[-20:])
        """Has 10 000 CFX from the first block on."""

    def choose_ports(self) -> None:
        super().choose_ports()
        self._peers = free_port()

    def command(self) -> Sequence[str | Path]:
        program = shutil.which("node")
        if not program:
            raise ProgramMissingError("node is not on PATH: `apt-get install --no-install-recommends nodejs`")
        script = ROOT / "tests/support/real_nodes/conflux.mjs"
        installation = installed("npm/node_modules/@xcfx/node").parents[2]
        return program, script, installation, str(self.port), str(self._peers), self.directory / "data", _KEY.hex()

    def ask(self) -> None:
        try:
            epoch = JsonRpc(self.url, timeout=ASK_TIMEOUT)("cfx_epochNumber", "latest_state")
        except (NoAnswerError, RpcError) as error:
            raise NotReadyError from error
        if not int(epoch, 16):
            raise NotReadyError

    def rpc(self, method: str, *params: object) -> Any:
        """The result of a JSON-RPC method; RpcError when the node refuses."""
        return JsonRpc(self.url)(method, *params)

    def epoch(self) -> int:
        """The newest epoch whose state there is."""
        return int(self.rpc("cfx_epochNumber", "latest_state"), 16)

    def pay(self, account: Address, units: int) -> int:
        """Send coins; gives the epoch in which they came."""
        return self._send(decode(CONFLUX, account).payload, units)

    def stake(self, units: int) -> int:
        return self._send(_STAKING, 0, _DEPOSIT + units.to_bytes(32, "big"))

    def store(self) -> int:
        """Deploy a contract that takes up storage, for which coins are deposited."""
        return self._send(b"", 0, _STORES_A_WORD)

    def _send(self, to: bytes, value: int, data: bytes = b"") -> int:
        """Sign a transaction of CIP-37's time (no type byte), and wait for the epoch that it is in."""
        nonce = int(self.rpc("cfx_getNextNonce", self.account), 16)
        content = [nonce, _PRICE, _GAS, to, value, _STORAGE, self.epoch(), _CHAIN, data]
        signature = self._signer.sign_recoverable(keccak(rlp.encode(content)), hasher=None)
        r, s, v = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:64], signature[64:]))
        sent = self.rpc("cfx_sendRawTransaction", "0x" + rlp.encode([content, v, r, s]).hex())
        eventually(lambda: self.rpc("cfx_getTransactionReceipt", sent))
        receipt = self.rpc("cfx_getTransactionReceipt", sent)
        assert receipt["outcomeStatus"] == "0x0", receipt
        return int(receipt["epochNumber"], 16)
