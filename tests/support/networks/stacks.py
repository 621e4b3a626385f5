"""Stacks: shapes of its API (``NakamotoBlockSchema`` in stacks-blockchain-api) and of a node (getaccount.rs)."""

from hashlib import sha256
from typing import Any

from monitor.model import Address, Token
from monitor.registry import load
from tests.support.networks.standin import Asked, NetworkStandIn, Refusal

_C32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class StacksStandIn(NetworkStandIn):
    network = load().networks["stacks"]
    coin = Token("STX", "stacks", None, 6)

    def __init__(self) -> None:
        super().__init__()
        self.node_behind = 0
        """Blocks that the node has yet to reach, where the API before it knows them."""

    @classmethod
    def account(cls, number: int) -> Address:
        payload = sha256(f"stacks {number}".encode()).digest()[:19] + b"\x01"
        payload = b"\x80" + payload[1:]
        check = sha256(sha256(bytes((22,)) + payload).digest()).digest()[:4]
        value, digits = int.from_bytes(payload + check, "big"), ""
        while value:
            value, digit = divmod(value, 32)
            digits = _C32[digit] + digits
        return f"S{_C32[22]}{digits}"

    @staticmethod
    def hash_of(number: int) -> str:
        return f"0x{number:064x}"

    def answer(self, asked: Asked) -> Any:
        match asked.path.strip("/").split("/"):
            case ["v2", "info"]:
                network = 2147483648 if self.elsewhere else 1
                return {"network_id": network, "stacks_tip_height": self.tip - self.node_behind}
            case ["extended", "v2", "blocks", name]:
                return self._block(self.tip if name == "latest" else int(name))
            case ["v2", "accounts", account]:
                return self._account(account, dict(asked.query))
        raise Refusal(404, {"error": "not found"})

    def _block(self, number: int) -> Any:
        if number > self.tip:
            raise Refusal(404, {"error": "cannot find block by height"})
        return {
            "canonical": True,
            "height": number,
            "hash": "0x" + "7" * 64,
            "block_time": self.moment(number),
            "index_block_hash": self.hash_of(number),
            "parent_index_block_hash": self.hash_of(number - 1),
        }

    def _account(self, account: Address, query: dict[str, str]) -> Any:
        assert query["proof"] == "0"
        number = int(query["tip"], 16) if self.heeds else self.tip
        if not self.oldest <= number <= self.tip - self.node_behind:
            raise Refusal(404, None)
        units = self.units(None, account, number)
        locked = units // 3
        return {"balance": f"0x{units - locked:032x}", "locked": f"0x{locked:032x}", "unlock_height": 0, "nonce": 3}
