"""A Conflux node, as conflux-rust 2.4.0 (npm, @xcfx/node 0.3.2) answered at chain id 1029, with fewer fields."""

from hashlib import sha256
from typing import Any

from monitor.model import Address, Token
from monitor.registry import load
from monitor.registry.addresses.encodings import cashaddr
from tests.support.networks.rpc_standin import RpcError, RpcStandIn


class ConfluxStandIn(RpcStandIn):
    network = load().networks["conflux"]
    coin = Token("CFX", "conflux", None, 18)

    def __init__(self) -> None:
        super().__init__()
        self.unconfirmed = 0
        """Epochs above those that it calls confirmed; as many again are not final."""
        self.replaced: dict[int, str] = {}
        """Epochs whose last block became another."""

    @classmethod
    def account(cls, number: int) -> Address:
        user = bytes([0x10]) + sha256(f"conflux {number}".encode()).digest()[:19]
        return cashaddr.encode("cfx", bytes([0]) + user, cashaddr.CIP37_ALPHABET)

    def hash_of(self, number: int) -> str:
        return self.replaced.get(number, f"0x{number:064x}")

    def result(self, method: str, params: Any) -> Any:
        match method, params:
            case "cfx_getStatus", []:
                chain = "0x1" if self.elsewhere else "0x405"
                return {"chainId": chain, "networkId": chain, "epochNumber": hex(self.tip + 4)}
            case "cfx_getBlockByEpochNumber", [name, False]:
                return self._block(name)
            case "cfx_getAccount", [account, epoch]:
                return self._account(account, int(epoch, 16) if self.heeds else self.tip)
        raise RpcError(-32601, "Method not found")

    def _block(self, name: str) -> Any:
        under = {"latest_state": 0, "latest_confirmed": self.unconfirmed, "latest_finalized": 2 * self.unconfirmed}
        number = self.tip - under[name] if name in under else int(name, 16)
        if number > self.tip:
            raise RpcError(-32602, "Invalid params: expected a numbers with less than largest epoch number.")
        return {
            "epochNumber": hex(number),
            "hash": self.hash_of(number),
            "height": hex(number),
            "timestamp": hex(self.moment(number)),
        }

    def _account(self, account: Address, epoch: int) -> Any:
        if epoch > self.tip:
            newest = f'"Specified epoch {epoch} is not executed, the latest state epoch is {self.tip}"'
            raise RpcError(-32602, "Invalid parameters: epoch_num", data=newest)
        if epoch < self.oldest:
            raise RpcError(
                -32016,
                f"Error processing request: State for epoch (number={epoch} hash={self.hash_of(epoch)}) does not exist"
                f": out-of-bound StateAvailabilityBoundary {{ lower_bound: {self.oldest}, upper_bound: {self.tip} }}",
            )
        units = self.units(None, account, epoch)
        return {
            "accumulatedInterestReturn": "0x5",
            "address": account.replace("cfx:", "cfx:type.user:").upper(),
            "balance": hex(units - units // 2 - units // 8),
            "collateralForStorage": hex(units // 8),
            "nonce": "0x0",
            "stakingBalance": hex(units // 2),
        }
