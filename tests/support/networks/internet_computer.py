"""A Rosetta server of the Internet Computer: shapes of its documentation (dfinity/portal) and code (dfinity/ic)."""

import zlib
from hashlib import sha224
from typing import Any

from monitor.model import Address, Token
from monitor.registry import load
from tests.support.networks.standin import Asked, NetworkStandIn, Refusal

FIRST = "ffca0ecf5e837541c7ee5be431e433ad8e972a7f371e86fbe4f8ad646c7cbcea"


class RosettaStandIn(NetworkStandIn):
    network = load().networks["internet-computer"]
    coin = Token("ICP", "internet-computer", None, 8)

    @classmethod
    def account(cls, number: int) -> Address:
        digest = sha224(f"icp {number}".encode()).digest()
        return (zlib.crc32(digest).to_bytes(4, "big") + digest).hex()

    @staticmethod
    def hash_of(number: int) -> str:
        return f"{number:064x}"

    def answer(self, asked: Asked) -> Any:
        ledger = {"blockchain": "Internet Computer", "network": "00000000000000020101"}
        assert asked.body["network_identifier"] == ledger
        match asked.path.strip("/"):
            case "network/status":
                return {
                    "current_block_identifier": self._identifier(self.tip),
                    "current_block_timestamp": self.moment(self.tip) * 1000 + 430,
                    "genesis_block_identifier": {"index": 0, "hash": "0" * 64 if self.elsewhere else FIRST},
                    "sync_status": {"current_index": self.tip, "target_index": self.tip},
                    "peers": [],
                }
            case "block":
                return {"block": self._block(asked.body["block_identifier"]["index"])}
            case "account/balance":
                return self._balance(asked.body["account_identifier"]["address"], asked.body["block_identifier"])
        raise Refusal(404, None)

    def _identifier(self, number: int) -> Any:
        return {"index": number, "hash": self.hash_of(number)}

    def _block(self, number: int) -> Any:
        if not self.oldest - 50 <= number <= self.tip:
            raise _not_found(f"Block not found: {number}")
        return {
            "block_identifier": self._identifier(number),
            "parent_block_identifier": self._identifier(number - 1),
            "timestamp": self.moment(number) * 1000 + 430,
            "transactions": [],
        }

    def _balance(self, account: Address, asked: Any) -> Any:
        number = asked["index"] if self.heeds else self.tip
        if not self.oldest <= number <= self.tip or (self.heeds and asked != self._identifier(number)):
            raise _not_found(f"Block not available for query: {number}")
        units = str(self.units(None, account, number))
        amount = {"value": units, "currency": {"symbol": "ICP", "decimals": 8}}
        return {"block_identifier": self._identifier(number), "balances": [amount]}


def _not_found(said: str) -> Refusal:
    details = {"error_message": said}
    return Refusal(500, {"code": 712, "message": "Block not found", "retriable": False, "details": details})
