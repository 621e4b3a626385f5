"""An access node of Flow: shapes of its REST API (engine/access/rest in onflow/flow-go), with fewer fields."""

from datetime import UTC, datetime
from typing import Any

from monitor.model import Address, Token
from monitor.registry import load
from monitor.registry.addresses.flow import _PARITY
from tests.support.networks.standin import Asked, NetworkStandIn, Refusal


class FlowStandIn(NetworkStandIn):
    network = load().networks["flow"]
    coin = Token("FLOW", "flow", None, 8)

    def __init__(self) -> None:
        super().__init__()
        self.missing: set[Address] = set()
        """Accounts that were never created."""

    @classmethod
    def account(cls, number: int) -> Address:
        word = number << 19
        for bit, term in enumerate(_PARITY):
            word ^= term if bit >= 19 and word >> bit & 1 else 0
        return f"0x{word:016x}"

    @staticmethod
    def hash_of(number: int) -> str:
        return f"{number:064x}"

    def answer(self, asked: Asked) -> Any:
        match asked.path.strip("/").split("/")[-2:]:
            case ["network", "parameters"]:
                return {"chain_id": "flow-testnet" if self.elsewhere else "flow-mainnet"}
            case [*_, "blocks"]:
                return [self._block(dict(asked.query)["height"])]
            case ["accounts", account]:
                return self._account(account, int(dict(asked.query)["block_height"]))
        raise Refusal(404, {"code": 404, "message": "no such route"})

    def _block(self, height: str) -> Any:
        number = self.tip if height == "sealed" else int(height)
        if number > self.tip:
            raise Refusal(404, {"code": 404, "message": f"error looking up block at height {number}"})
        moment = datetime.fromtimestamp(self.moment(number), UTC)
        header = {"id": self.hash_of(number), "parent_id": self.hash_of(number - 1), "height": str(number)}
        return {
            "header": {**header, "timestamp": f"{moment:%Y-%m-%dT%H:%M:%S}.123456789Z"},
            "_expandable": {"payload": f"/v1/blocks/{self.hash_of(number)}/payload"},
            "block_status": "BLOCK_SEALED",
        }

    def _account(self, account: Address, height: int) -> Any:
        height = height if self.heeds else self.tip
        if not self.oldest <= height <= self.tip:
            said = f"Flow resource not found: failed to find header for height {height}"
            raise Refusal(404, {"code": 404, "message": said})
        if account in self.missing:
            said = f"[Error Code: 1201] account not found for address {account.removeprefix('0x')}"
            raise Refusal(400, {"code": 400, "message": f"Invalid Flow request: failed to get account: {said}"})
        return {
            "address": account.removeprefix("0x"),
            "balance": str(self.units(None, account, height)),
            "_expandable": {"keys": "keys", "contracts": "contracts"},
        }
